package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/web"
)

// The preview of a file: what will leave, read by a person who may take passages out
// or leave answers behind.
type preparePage struct {
	Frame
	Address   string // of the report
	Action    string
	Reference string
	To        recipientRow
	Contact   string
	Identity  string
	Masked    bool
	Own       bool // the child who wrote is the child in danger
	Sections  []prepareSection
	Notes     []prepareRow
	Pieces    []preparePiece
	Typed     preparing
	Again     string // where what was prepared before can be taken up
	Notice    string
	Problems  []problem
}

// Bad returns what is wrong with a field of the page, or "".
func (p preparePage) Bad(field string) string { return textOf(p.Problems, field) }

type prepareSection struct {
	Heading string
	Rows    []prepareRow
}

type prepareRow struct {
	Key      string
	Label    string
	Values   []string
	Long     bool
	Redacted bool
	Omitted  bool
	Read     bool
	Missing  string // what is said of a text that is neither read nor left out
}

// A preparing is what is ticked and typed on the preview.
type preparing struct {
	Version    int
	Redactions string // one passage a line
	Omitted    []string
	Read       []string
	Pieces     []string // ids of the files that go along
	Whole      bool
}

func (p preparing) passages() (lines []string) {
	for line := range strings.SplitSeq(p.Redactions, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func readPreparing(form url.Values) preparing {
	version, _ := strconv.ParseInt(form.Get("version"), 10, 32)
	return preparing{int(version), strings.ReplaceAll(form.Get("redactions"), "\r\n", "\n"), form["omit"], form["read"], form["file"], form.Get("whole") != ""}
}

// preparation is what every request of the preview begins with.
func (s *Server) preparation(c echo.Context, v *visit) (*leaving, archive.Recipient, error) {
	l, err := s.leaving(c, v)
	if err != nil {
		return nil, archive.Recipient{}, err
	}
	to, err := s.recipientOf(c)
	if err != nil {
		return nil, to, err
	}
	if l.row.Status != triage.Qualified || l.row.Qualification == nil || !l.row.Qualification.Leaves() {
		return nil, to, errUnfit
	}
	return l, to, s.hold(c, v, l)
}

// prepareMissed answers a preparation that cannot go on. The passages to be taken out are
// shown above what became of the report: somebody read it all to find them.
func (s *Server) prepareMissed(c echo.Context, v *visit, form url.Values, err error) error {
	typed := readPreparing(form).Redactions
	if !errors.Is(err, errUnfit) || strings.TrimSpace(typed) == "" || !readable(typed) {
		return err
	}
	return s.overtaken(c, v, errUnfit, typed)
}

func (s *Server) prepare(c echo.Context, v *visit) error {
	l, to, err := s.preparation(c, v)
	kept, ok := returned(c, v)
	if err != nil {
		return s.prepareMissed(c, v, kept, err)
	}
	if ok {
		return s.showPrepare(c, v, l, &to, preparePage{Typed: readPreparing(kept), Notice: s.voice.T("office.close.kept")}, http.StatusOK)
	}
	page := preparePage{}
	again := l.takenUp(c)
	switch last := l.last(); {
	case again != nil:
		page.Notice = s.voice.T("office.sent.again.notice", "Who", again.part.AuthorName, "When", s.when(again.part.CreatedAt))
	case last != nil:
		page.Again = l.address() + "/transmission/" + to.ID.String() + "?reprise=" + last.part.ID.String()
	}
	page.Typed = l.begin(s.fileOf(l, &to), v, again)
	return s.showPrepare(c, v, l, &to, page, http.StatusOK)
}

func (s *Server) showPrepare(c echo.Context, v *visit, l *leaving, to *archive.Recipient, page preparePage, status int) error {
	event := audit.Event{At: s.Now(), Actor: v.ID, Action: "transmission.preview", Object: "report", ID: l.row.ID.String(), Seen: l.row.Body}
	if err := s.Trail.Append(c.Request().Context(), event); err != nil {
		return err
	}
	file := s.fileOf(l, to)
	for _, f := range l.held {
		page.Pieces = append(page.Pieces, preparePiece{s.file(v, l.row.ID, f), slices.Contains(page.Typed.Pieces, f.listed.ID.String())})
	}
	page.Address, page.Reference, page.To, page.Contact = l.address(), l.reference(), s.recipientRow(v, to), to.Contact
	page.Action = page.Address + "/transmission/" + to.ID.String()
	page.Masked, page.Own = len(l.withheld()) > 0, l.ownCase()
	page.Identity = s.voice.T("office.sent.pdf.identity." + string(file.Identity))
	page.Frame = s.frame(c, s.voice.T("office.sent.preview.title", "Reference", page.Reference))
	page.Error = len(page.Problems) > 0
	passages := page.Typed.passages()
	file.Redact(passages)
	row := func(key, label string, values []string, long bool) prepareRow {
		return prepareRow{Key: key, Label: label, Values: values, Long: long, Omitted: slices.Contains(page.Typed.Omitted, key),
			Read: slices.Contains(page.Typed.Read, key), Missing: page.Bad("lu-" + key)}
	}
	for _, section := range file.Sections {
		shown := prepareSection{Heading: section.Heading}
		for _, a := range section.Answers {
			r := row(answerKey(&section, &a), a.Label, a.Values, a.Long)
			r.Redacted = a.Redacted
			shown.Rows = append(shown.Rows, r)
		}
		page.Sections = append(page.Sections, shown)
	}
	for _, n := range file.Notes {
		r := row(noteKey(&n), s.when(n.At), []string{n.Text}, true)
		r.Redacted = n.Redacted
		page.Notes = append(page.Notes, r)
	}
	return s.render(c, status, "prepare", page)
}

// maxRedactions bounds what is typed to be taken out, in code points.
const maxRedactions = 20_000

// prepareProblems says what still stands in the way of proposing a file.
func (s *Server) prepareProblems(l *leaving, whole *transmission.File, t preparing) (problems []problem) {
	refuse := func(field, text string) { problems = append(problems, problem{field, text}) }
	if !readable(t.Redactions) || utf8.RuneCountInString(t.Redactions) > maxRedactions {
		refuse("redactions", s.voice.T("office.directory.long", "N", maxRedactions))
		return problems
	}
	texts := whole.Texts()
	for i, passage := range t.passages() {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, passage) }) {
			refuse("redactions", s.voice.T("office.sent.redact.unknown", "N", i+1))
		}
	}
	leaves := without(whole, omitted(t))
	leaves.Redact(t.passages())
	if tells := tellsOf(l, leaves); tells != nil {
		refuse("redactions", s.voice.T("office.sent.redact.tells", "What", tells[0]))
	}
	for _, section := range whole.Sections {
		for _, a := range section.Answers {
			if key := answerKey(&section, &a); a.Long && !slices.Contains(t.Omitted, key) && !slices.Contains(t.Read, key) {
				refuse("lu-"+key, s.voice.T("office.sent.read.missing", "Label", a.Label))
			}
		}
	}
	for _, n := range whole.Notes {
		if key := noteKey(&n); !slices.Contains(t.Omitted, key) && !slices.Contains(t.Read, key) {
			refuse("lu-"+key, s.voice.T("office.sent.read.missing", "Label", s.when(n.At)))
		}
	}
	problems = append(problems, s.pieceProblems(l, t.Pieces)...)
	if !t.Whole {
		refuse("whole", s.voice.T("office.sent.whole.missing"))
	}
	return problems
}

func omitted(t preparing) map[string]bool {
	out := map[string]bool{}
	for _, key := range t.Omitted {
		out[key] = true
	}
	return out
}

// propose lays the file before a coordinator, as the bytes that would leave; or shows
// once more what is to be sent.
func (s *Server) propose(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	l, to, err := s.preparation(c, v)
	if err != nil {
		return s.prepareMissed(c, v, form, err)
	}
	typed := readPreparing(form)
	again := func(status int, notice string, problems ...problem) error {
		return s.showPrepare(c, v, l, &to, preparePage{Typed: typed, Notice: notice, Problems: problems}, status)
	}
	whole := s.fileOf(l, &to)
	s.attach(whole, l.chosen(typed.Pieces))
	file := without(whole, omitted(typed))
	switch {
	case form.Get("act") == "preview":
		return again(http.StatusOK, "")
	case form.Get("act") == "pdf":
		file.Redact(typed.passages())
		return s.previewPDF(c, v, l, file)
	}
	if problems := s.prepareProblems(l, whole, typed); problems != nil {
		return again(http.StatusUnprocessableEntity, "", problems...)
	}
	if how := s.standing(v, &to); how != verified {
		return again(http.StatusConflict, s.voice.T("office.directory.state."+string(how)+".text"))
	}
	switch problems, err := s.readThrough(c, l, l.chosen(typed.Pieces)); {
	case err != nil:
		return err
	case problems != nil:
		return again(http.StatusUnprocessableEntity, "", problems...)
	}
	file.Redact(typed.passages())
	p, err := s.proposal(l, &to, file, typed)
	if err != nil {
		return err
	}
	step := archive.Step{Report: l.row.ID, Version: typed.Version, From: triage.Qualified, To: triage.AwaitingValidation}
	line := audit.Event{Action: "transmission.propose", Object: "report", ID: l.row.ID.String(), Detail: to.Kind}
	err = s.take(c, v, step, casefile.Of(l.opened).New(archive.TransmissionPart, p), line)
	switch {
	case isConcurrent(err):
		typed.Version = l.row.Version // sending again is a choice
		return again(http.StatusConflict, s.voice.T("office.sent.conflict"))
	case errors.Is(err, postgres.ErrUnavailable):
		s.Log.Warn("a file was not proposed", "report", l.row.ID, "err", err)
		return again(http.StatusServiceUnavailable, s.voice.T("office.sent.unavailable"))
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, l.address()+"/transmission")
}

func (s *Server) proposal(l *leaving, to *archive.Recipient, file *transmission.File, typed preparing) (*proposal, error) {
	p := &proposal{Recipient: to.ID, Name: to.Name, Kind: to.Kind, Collectivity: to.Collectivity, AgeKey: to.AgeKey,
		Redactions: typed.passages(), Omitted: typed.Omitted, Read: typed.Read}
	for _, a := range file.Attachments {
		p.Pieces = append(p.Pieces, piece{a.ID, a.File, a.Size, a.SHA256})
	}
	var err error
	if p.PDF, err = file.PDF(s.spoken[fileLanguage].voice, s.paris); err != nil {
		return nil, err
	}
	p.JSON, err = file.JSON()
	return p, err
}
