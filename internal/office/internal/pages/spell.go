package pages

import "strings"

// spell cuts a code into its groups and puts the words of the spelling alphabet beside
// each: what is read aloud at three in the morning is written down right.
func (s *Server) spell(code string) []spelled {
	var groups []spelled
	for _, group := range strings.FieldsFunc(code, func(r rune) bool { return r == '-' }) {
		var words []string
		for _, letter := range group {
			if word := s.voice.First("office.phone.spell." + string(letter)); word != "" {
				words = append(words, word)
			} else {
				words = append(words, string(letter))
			}
		}
		groups = append(groups, spelled{group, strings.Join(words, ", ")})
	}
	return groups
}
