package pages

import (
	"strings"
	"unicode/utf8"
)

// A textRule bounds a text that somebody types, and names what is said to him of one that
// breaks it.
type textRule struct {
	missing    string // nothing but white space; "": it may be so
	unreadable string
	long       string
	most       int // code points
}

var (
	reasonRule  = textRule{"office.close.why", "office.close.unreadable", "office.close.long", maxReason}
	noteRule    = textRule{"office.note.empty", "office.note.unreadable", "office.note.long", maxNote}
	motiveRule  = textRule{"office.file.reason.missing", "office.file.reason.unreadable", "office.file.reason.long", maxMotive}
	messageRule = textRule{"office.message.empty", "office.message.unreadable", "office.message.long", maxMessage}
)

// or asks the same with another word on what is missing.
func (r textRule) or(missing string) textRule {
	r.missing = missing
	return r
}

// refused says what is wrong with a text, or "".
func (s *Server) refused(text string, r textRule) string {
	switch {
	case r.missing != "" && strings.TrimSpace(text) == "":
		return s.voice.T(r.missing)
	case !readable(text):
		return s.voice.T(r.unreadable)
	case utf8.RuneCountInString(text) > r.most:
		return s.voice.T(r.long, "N", r.most)
	}
	return ""
}

// problemsOfText is what is wrong with the text of one field.
func (s *Server) problemsOfText(field, text string, r textRule) []problem {
	if wrong := s.refused(text, r); wrong != "" {
		return []problem{{field, wrong}}
	}
	return nil
}

// readable reports whether a text is one: not bytes of something else.
func readable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
