package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
	"recueil/internal/office/internal/words"
	"recueil/internal/report"
	"recueil/internal/territory"
	"recueil/internal/web"
)

// One entry of the directory, or a new one.
type recipientPage struct {
	Frame
	Heading  string
	New      bool
	Row      recipientRow
	Facts    []fact
	Typed    recipientForm
	Kinds    []choice
	Places   []choice
	Open     bool // the form is unfolded
	Words    []string
	Digest   []string // of the key, in groups as one reads them aloud
	Seen     string
	Confirm  bool   // this member may confirm the key
	Waits    string // why he may not, in words
	Notice   string
	Problems []problem
}

// Bad returns what is wrong with a field of the page, or "".
func (p recipientPage) Bad(field string) string { return textOf(p.Problems, field) }

// A recipientForm is an entry as it is typed.
type recipientForm struct {
	ID                                                uuid.UUID // of a new one, made with the page: a double tap is one
	Revision                                          int
	Kind, Name, Collectivity, Contact, AgeKey, Source string
}

func readRecipient(form url.Values) recipientForm {
	revision, _ := strconv.ParseInt(form.Get("revision"), 10, 32) // what is none is no entry's
	line := func(name string) string { return strings.Join(strings.Fields(form.Get(name)), " ") }
	return recipientForm{idOf(form.Get("id")), int(revision), form.Get("kind"), line("name"), form.Get("collectivity"),
		strings.TrimSpace(strings.ReplaceAll(form.Get("contact"), "\r\n", "\n")), strings.Join(strings.Fields(form.Get("key")), ""), line("source")}
}

func (s *Server) recipientProblems(t recipientForm) (problems []problem) {
	refuse := func(field, key string) { problems = append(problems, problem{field, s.voice.T(key)}) }
	if !slices.Contains(recipientKinds, t.Kind) {
		refuse("kind-0", "office.directory.kind.choose")
	}
	if t.Name == "" {
		refuse("name", "office.directory.name.missing")
	}
	if _, known := territory.CollectivityByCode(t.Collectivity); t.Collectivity != "" && !known {
		refuse("collectivity", "office.directory.place.unknown")
	}
	if t.AgeKey != "" {
		if _, err := s.Desk.Trust.Recipient(t.AgeKey); err != nil {
			key := "office.directory.key.bad"
			if strings.HasPrefix(t.AgeKey, "age1") && !strings.HasPrefix(t.AgeKey, "age1pq1") {
				key = "office.directory.key.classic"
			}
			refuse("key", key)
		}
	}
	for _, field := range []struct {
		name, text string
		most       int
	}{{"name", t.Name, 200}, {"contact", t.Contact, 1000}, {"key", t.AgeKey, 4000}, {"source", t.Source, 500}} {
		if !readable(field.text) || utf8.RuneCountInString(field.text) > field.most {
			problems = append(problems, problem{field.name, s.voice.T("office.directory.long", "N", field.most)})
		}
	}
	return problems
}

// recipientOf finds the entry of an address.
func (s *Server) recipientOf(c echo.Context) (archive.Recipient, error) {
	id, err := uuid.Parse(c.Param("destinataire"))
	if err != nil {
		return archive.Recipient{}, archive.ErrNoRecipient
	}
	return s.Archive.Recipient(c.Request().Context(), id)
}

func (s *Server) recipient(c echo.Context, v *visit) error {
	r, err := s.recipientOf(c)
	if err != nil {
		return err
	}
	return s.showRecipient(c, v, http.StatusOK, &r, recipientPage{Typed: typedOf(&r)})
}

func typedOf(r *archive.Recipient) recipientForm {
	return recipientForm{r.ID, r.Revision, r.Kind, r.Name, r.Collectivity, r.Contact, r.AgeKey, r.Source}
}

func (s *Server) showRecipient(c echo.Context, v *visit, status int, r *archive.Recipient, page recipientPage) error {
	page.Row, page.Heading = s.recipientRow(v, r), r.Name
	page.Frame = s.frame(c, r.Name)
	page.Error = len(page.Problems) > 0
	add := func(key, value string) {
		if value != "" {
			page.Facts = append(page.Facts, fact{Label: s.voice.T(key), Value: value})
		}
	}
	add("office.directory.kind", page.Row.Kind)
	add("office.directory.place", page.Row.Territory)
	add("office.directory.contact", r.Contact)
	add("office.directory.source", r.Source)
	if r.VerifiedOn != nil && r.VerifiedName != nil {
		add("office.directory.verified", s.voice.T("office.directory.verified.by", "Day", s.day(*r.VerifiedOn), "Who", *r.VerifiedName))
	}
	if r.AgeKey != "" {
		page.Digest, page.Seen = digestOf(r.AgeKey), seen(r.AgeKey)
	}
	if r.ConfirmedOn != nil && r.ConfirmedName != nil {
		add("office.directory.confirmed", s.voice.T("office.directory.verified.by", "Day", s.day(*r.ConfirmedOn), "Who", *r.ConfirmedName))
	}
	if r.AgeKey != "" && r.KeyTag == nil && r.RetiredAt == nil {
		page.Words = words.Fingerprint(r.ID, r.AgeKey)
		switch {
		case !v.Role.May(triage.ConfirmKey):
			page.Waits = s.voice.T("office.directory.confirm.coordinator")
		case r.KeyBy != nil && *r.KeyBy == v.ID:
			page.Waits = s.voice.T("office.directory.confirm.other")
		default:
			page.Confirm = true
		}
	}
	s.offerRecipient(&page)
	return s.render(c, status, "recipient", page)
}

// digestOf is the SHA-256 of a key, which `sha256sum` of the standard tools gives its
// owner too, in groups of four digits.
func digestOf(key string) []string {
	sum := sha256.Sum256([]byte(key))
	text := hex.EncodeToString(sum[:])
	groups := make([]string, 0, len(text)/4)
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:i+4])
	}
	return groups
}

func (s *Server) offerRecipient(page *recipientPage) {
	for _, kind := range recipientKinds {
		page.Kinds = append(page.Kinds, choice{kind, s.voice.T("office.directory.kind." + kind), s.voice.T("office.directory.kind." + kind + ".hint"), page.Typed.Kind == kind})
	}
	page.Places = []choice{{Text: s.voice.T("office.directory.everywhere"), Checked: page.Typed.Collectivity == ""}}
	for _, c := range territory.Collectivities() {
		page.Places = append(page.Places, choice{Value: c.Code, Text: c.Code + " · " + c.Name, Checked: c.Code == page.Typed.Collectivity})
	}
}

func (s *Server) newRecipient(c echo.Context, _ *visit) error {
	return s.showNewRecipient(c, http.StatusOK, recipientPage{Typed: recipientForm{ID: report.NewID(), Kind: "cell"}})
}

func (s *Server) showNewRecipient(c echo.Context, status int, page recipientPage) error {
	page.New, page.Open, page.Heading = true, true, s.voice.T("office.directory.new")
	page.Frame = s.frame(c, page.Heading)
	page.Error = len(page.Problems) > 0
	s.offerRecipient(&page)
	return s.render(c, status, "recipient", page)
}

func (s *Server) addRecipient(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readRecipient(form)
	if problems := s.recipientProblems(typed); problems != nil {
		return s.showNewRecipient(c, http.StatusUnprocessableEntity, recipientPage{Typed: typed, Problems: problems})
	}
	ctx := c.Request().Context()
	for {
		r := typed.entry(typed.ID, v)
		err = s.Trail.Within(ctx, s.recipientEvent(v, r.ID, "recipient.add"), func(tx pgx.Tx) error { return archive.AddRecipient(ctx, tx, r, s.Now()) })
		if isConcurrent(err) {
			if there, err := s.Archive.Recipient(ctx, r.ID); err != nil || !typed.tells(&there) {
				typed.ID = report.NewID() // the same page, and another entry
				continue
			}
			err = nil
		}
		if err != nil {
			return err
		}
		return goTo(c, "/annuaire/"+r.ID.String())
	}
}

// tells reports whether an entry says what was typed.
func (t recipientForm) tells(r *archive.Recipient) bool {
	return t.Kind == r.Kind && t.Name == r.Name && t.Collectivity == r.Collectivity && t.Contact == r.Contact && t.AgeKey == r.AgeKey && t.Source == r.Source
}

func (t recipientForm) entry(id uuid.UUID, v *visit) archive.Recipient {
	r := archive.Recipient{ID: id, Kind: t.Kind, Name: t.Name, Collectivity: t.Collectivity, Contact: t.Contact, AgeKey: t.AgeKey, Source: t.Source,
		Revision: t.Revision, EditedBy: v.ID}
	if t.AgeKey != "" {
		r.KeyBy = &v.ID
	}
	return r
}

func (s *Server) editRecipient(c echo.Context, v *visit) error {
	r, err := s.recipientOf(c)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readRecipient(form)
	if problems := s.recipientProblems(typed); problems != nil {
		return s.showRecipient(c, v, http.StatusUnprocessableEntity, &r, recipientPage{Typed: typed, Problems: problems, Open: true})
	}
	changed := typed.entry(r.ID, v)
	err = s.Trail.Within(c.Request().Context(), s.recipientEvent(v, r.ID, "recipient.edit"), func(tx pgx.Tx) error {
		return archive.EditRecipient(c.Request().Context(), tx, changed, s.Now())
	})
	if isConcurrent(err) {
		typed.Revision = r.Revision // the page shows what the other did: sending again is a choice
		return s.showRecipient(c, v, http.StatusConflict, &r, recipientPage{Typed: typed, Open: true, Notice: s.voice.T("office.directory.conflict")})
	}
	if err != nil {
		return err
	}
	return goTo(c, "/annuaire/"+r.ID.String())
}

func (s *Server) recipientEvent(v *visit, id uuid.UUID, action string) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "recipient", ID: id.String()}
}
