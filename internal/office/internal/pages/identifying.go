package pages

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recueil/internal/report"
)

// What staff write to a reporter lies in a mailbox that whoever finds the receipt
// code opens. So its words are held against those of the report that say who, where
// and how to reach: a name among them is pointed out, and the writer decides.

// identifyingFields are the answers whose words are held against a message.
var identifyingFields = []string{
	"short.where", "short.who", "short.callback",
	"children.N.first_name", "children.N.last_name", "children.N.school",
	"parents.N.name", "parents.N.phone", "parents.N.address", "suspects.N.name",
	"place.commune", "place.address", "place.child_now",
	"exploitation.handles.N.handle", "exploitation.venue",
	"professional.name", "professional.organisation", "professional.work_phone", "professional.work_email",
	"contact.value", "contact.alias",
}

// commonWords stand in such answers and say nothing of anybody.
var commonWords = strings.Fields(`
	les des une aux par pour sur sous dans chez avec sans vers entre depuis pendant apres avant pres derriere devant cote
	son ses leur leurs mon mes ton tes notre nos votre vos cet cette ces qui que quoi dont est sont etait sera elle elles ils
	lui moi toi nous vous tout toute tous toutes pas plus moins tres bien aussi encore puis donc mais
	pere mere papa maman parent parents frere soeur beau belle grand petit petite tante oncle cousin cousine mari femme
	fils fille filles enfant enfants garcon voisin voisine ami amie copain copine monsieur madame mme docteur
	rue avenue boulevard place chemin impasse allee route quai cours square residence batiment appartement appt etage porte escalier
	ville village centre quartier commune arrondissement departement maison foyer hotel gare parc cite
	ecole college lycee creche maternelle primaire elementaire classe universite internat institut association service hopital
	saint sainte nord sud est ouest matin midi soir nuit jour heure heures lundi mardi mercredi jeudi vendredi samedi dimanche
	maintenant actuellement parfois souvent toujours appeler rappeler telephone portable mobile mail email message
	http https www com org net instagram snapchat tiktok facebook whatsapp telegram discord twitter
`)

var (
	phoneLike = regexp.MustCompile(`\+?\d(?:[\s.\-/()\x{00a0}\x{202f}]{0,2}\d){5,}`)
	mailLike  = regexp.MustCompile(`[^\s<>"(),;:]+@[^\s<>"(),;:]+`)
)

// A vocabulary is the words of a report that identify somebody.
type vocabulary struct{ words, phones map[string]bool }

func newVocabulary() vocabulary { return vocabulary{map[string]bool{}, map[string]bool{}} }

// vocabularyOf gathers them from a report and from what was added to it.
func vocabularyOf(reports ...*report.Report) vocabulary {
	v := newVocabulary()
	for _, r := range reports {
		r.Walk(func(f report.Field, _ string, given []string) {
			if slices.Contains(identifyingFields, f.Name) && len(given) > 0 {
				v.add(given[0])
			}
		})
		if r.Added != nil {
			v.add(r.Added.Contact)
		}
	}
	return v
}

func (v vocabulary) add(text string) {
	for _, number := range phoneLike.FindAllString(text, -1) {
		v.phones[subscriber(number)] = true
	}
	// Who has his mail where says nothing of him.
	text = mailLike.ReplaceAllStringFunc(text, func(address string) string {
		name, _, _ := strings.Cut(address, "@")
		return name + " "
	})
	for _, w := range wordsOf(text) {
		if folded := foldWord(text[w.from:w.to]); len([]rune(folded)) >= 3 && !slices.Contains(commonWords, folded) && !isNumeric(folded) {
			v.words[folded] = true
		}
	}
}

// A segment is a stretch of a message, marked when it identifies somebody.
type segment struct {
	Text   string
	Marked bool
}

// marked cuts a text at the words that identify somebody, and lists those, folded.
func (v vocabulary) marked(text string) (segments []segment, found []string) {
	var hits []span
	for _, at := range phoneLike.FindAllStringIndex(text, -1) {
		if v.phones[subscriber(text[at[0]:at[1]])] {
			hits = append(hits, span{at[0], at[1]})
		}
	}
	for _, w := range wordsOf(text) {
		if v.words[foldWord(text[w.from:w.to])] {
			hits = append(hits, w)
		}
	}
	slices.SortFunc(hits, func(a, b span) int { return a.from - b.from })
	end := 0
	for _, hit := range hits {
		if hit.from < end {
			continue
		}
		if hit.from > end {
			segments = append(segments, segment{text[end:hit.from], false})
		}
		segments = append(segments, segment{text[hit.from:hit.to], true})
		if word := foldWord(text[hit.from:hit.to]); !slices.Contains(found, word) {
			found = append(found, word)
		}
		end = hit.to
	}
	if end < len(text) {
		segments = append(segments, segment{text[end:], false})
	}
	return segments, found
}

type span struct{ from, to int }

// wordsOf finds the runs of letters and digits in a text. A letter's own accent
// belongs to it, however it is written.
func wordsOf(text string) []span {
	var words []span
	start := -1
	for i, r := range text {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		switch {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			words, start = append(words, span{start, i}), -1
		}
	}
	if start >= 0 {
		words = append(words, span{start, len(text)})
	}
	return words
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss")

// foldWord writes a word without accents and in small letters.
func foldWord(word string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(word))
	return ligatures.Replace(plain)
}

func isNumeric(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsDigit(r) })
}

// subscriber is a phone number without what stands before it abroad: its last nine
// digits, or all of a shorter one.
func subscriber(number string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, number)
	return digits[max(0, len(digits)-9):]
}
