package intake

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

// How many communes are proposed while somebody types, and how many are offered
// to choose from when what he typed can mean several. No name has more namesakes.
const (
	communesProposed = 8
	communesOffered  = 20
)

// maxCommuneSearch bounds the body of a search; a commune and a département take
// a tenth of it.
const maxCommuneSearch = 2 << 10

// communes proposes communes while a name is typed, as a list of labels. It asks
// for no cookie, keeps nothing, and what is typed never stands in an address. The
// page's own POST decides what was meant.
func (s *Server) communes(c echo.Context) error {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxCommuneSearch)
	form, err := web.ReadForm(c.Response(), r)
	if err != nil {
		return err
	}
	labels := []string{}
	if form.Get("department") != "abroad" {
		for _, found := range territory.SearchCommunes(form.Get("q"), form.Get("department"), communesProposed) {
			labels = append(labels, found.Label())
		}
	}
	return c.JSON(http.StatusOK, labels)
}

// choiceOf is the input of a choice offered for what was typed in another.
func choiceOf(name string) string { return name + ".choice" }

// commune reads the answer of a commune: its label and code when the list knows
// which is meant, else the text as it was typed. A choice counts for the text it
// was offered for only. Where no département was answered, the commune tells it.
func (v *visit) commune(name string, given []string, form url.Values) []string {
	if len(given) == 0 || !utf8.ValidString(given[0]) {
		return given
	}
	typed, department := given[0], v.Answers.Place.Department
	found := resolved(typed, department)
	for _, offered := range offeredCommunes(typed, department) {
		if offered.Label() == form.Get(choiceOf(name)) {
			found = []territory.Commune{offered}
		}
	}
	answer := given[:1]
	if len(found) == 1 {
		answer = []string{found[0].Label(), found[0].Code}
		if department == "" {
			v.Answers.Place.Department = found[0].Department.Code
		}
	}
	if strings.TrimSpace(answer[0]) != v.Answers.Place.Commune.Label {
		v.forget(name) // another answer is another question
	}
	return answer
}

// resolved finds the communes of a name. Abroad every name is foreign.
func resolved(text, department string) []territory.Commune {
	if department == "abroad" {
		return nil
	}
	return territory.ResolveCommune(text, department)
}

// offeredCommunes is what may be meant by a text that does not say it clearly: its
// namesakes, or what is spelt nearly so. In a chosen département that has none of
// the namesakes, what begins so is likelier.
func offeredCommunes(text, department string) []territory.Commune {
	found := resolved(text, department)
	switch {
	case len(found) == 1 || department == "abroad":
		return nil
	case len(found) > 1 && (department == "" || department == "unknown" || found[0].Department.Code == department):
		return found[:min(len(found), communesOffered)]
	}
	return territory.NearCommunes(text, department, communesProposed)
}

// forget lets an answer that changed be asked about again.
func (v *visit) forget(name string) {
	var asked []string
	for _, key := range v.Asked {
		if !strings.HasPrefix(key, name+" ") {
			asked = append(asked, key)
		}
	}
	v.Asked = asked
}

// communeDoubt words the question about a commune that the list does not know, or
// not as one.
func (s *Server) communeDoubt(v *visit) string {
	place, voice := v.Answers.Place, s.voice(&v.draft)
	if len(resolved(place.Commune.Label, place.Department)) > 1 {
		return voice.T("page.where.which_commune")
	}
	return voice.T("mark." + report.UnknownCommune)
}

// askCommune completes the question of a commune: what to choose from when there
// is a doubt, and how many proposals there are, in words, for the script to say.
func (a asker) askCommune(q *Question) {
	counts := make([]string, communesProposed+1)
	for n := range counts {
		counts[n] = a.voice.T("page.where.communes_found", "Count", n)
	}
	counts[0] = a.voice.T("page.where.no_commune")
	q.Counts = strings.Join(counts, "|")
	if q.Error == "" {
		return
	}
	department := strings.Join(a.values("place.department"), "")
	for i, offered := range offeredCommunes(q.Value, department) {
		q.Choices = append(q.Choices, Option{Value: offered.Label(), ID: q.ID + "-choix-" + itoa(i), Label: offered.Label()})
	}
	if q.Choices != nil {
		q.Choices = append(q.Choices, Option{ID: q.ID + "-choix-aucune", Label: a.voice.T("page.where.no_choice")})
	}
}

// ChoiceName is the input of the choices.
func (q Question) ChoiceName() string { return choiceOf(q.Name) }
