package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A handoffPage is what one shift leaves to the next: who has what in hand, what waits,
// and a form that passes one's own on.
type handoffPage struct {
	Frame
	Waits    []filterLink // of the queue, with their counts
	Mine     []handRow
	Drafts   []handRow // in which one began a note
	People   []choice
	Loads    []load
	Typed    handing
	Notice   string
	Problems []problem
	Max      int
}

// Bad returns what is wrong with a field, or "".
func (p handoffPage) Bad(field string) string { return textOf(p.Problems, field) }

// A load is what somebody has in hand, in words.
type load struct {
	Name    string
	Mine    bool
	Gone    bool // who is no longer here
	Reports int
	Waiting int
	Sent    int
}

// A handing is what is typed to pass reports on.
type handing struct {
	To      string
	Note    string
	Reports map[report.ID]int // with the version they had on the page
}

func readHanding(form url.Values) handing {
	t := handing{To: form.Get("to"), Note: strings.ReplaceAll(form.Get("note"), "\r\n", "\n"), Reports: map[report.ID]int{}}
	for _, chosen := range form["report"] {
		id, version, _ := strings.Cut(chosen, "/")
		at, err := uuid.Parse(id)
		n, bad := strconv.Atoi(version)
		if err == nil && bad == nil && len(t.Reports) < archive.MostInHand {
			t.Reports[at] = n
		}
	}
	return t
}

func (s *Server) handoff(c echo.Context, v *visit) error {
	if typed, ok := returned(c, v); ok {
		return s.showHandoff(c, v, http.StatusOK, handoffPage{Typed: readHanding(typed), Notice: s.voice.T("office.close.kept")})
	}
	return s.showHandoff(c, v, http.StatusOK, handoffPage{})
}

func (s *Server) showHandoff(c echo.Context, v *visit, status int, page handoffPage) error {
	ctx, teams := c.Request().Context(), v.keys.Teams()
	page.Frame, page.Max = s.frame(c, s.voice.T("office.handoff.title")), maxReason
	page.Error = len(page.Problems) > 0
	mine, err := s.Archive.InHand(ctx, teams, v.ID)
	if err != nil {
		return err
	}
	begun, err := s.Archive.NotesBegun(ctx, teams, v.ID)
	if err != nil {
		return err
	}
	loads, err := s.Archive.Loads(ctx, teams)
	if err != nil {
		return err
	}
	if err := s.sawList(ctx, v, "releve", len(mine)+len(begun)); err != nil {
		return err
	}
	page.Mine, page.Drafts = s.handRows(ctx, v, mine), s.handRows(ctx, v, begun)
	for i := range mine {
		_, page.Mine[i].Chosen = page.Typed.Reports[mine[i].ID]
	}
	for _, l := range loads {
		page.Loads = append(page.Loads, load{l.Name, l.Who == v.ID, l.Disabled, l.Reports, l.Waiting, l.Sent})
	}
	if page.Waits, err = s.waits(c, v); err != nil {
		return err
	}
	colleagues, err := s.receivers(c, v)
	if err != nil {
		return err
	}
	for _, colleague := range colleagues {
		if id := colleague.ID.String(); colleague.ID != v.ID {
			page.People = append(page.People, choice{Value: id, Text: colleague.DisplayName, Checked: id == page.Typed.To})
		}
	}
	return s.render(c, status, "handoff", page)
}

// waits counts what the next shift has to know of, each a view of the queue.
func (s *Server) waits(c echo.Context, v *visit) (links []filterLink, err error) {
	view := archive.View{Teams: v.keys.Teams(), Me: v.ID, Now: s.Now()}
	counts, err := s.startCounting(c.Request().Context(), view)()
	if err != nil {
		return nil, err
	}
	for _, p := range presets {
		if p.Name != everything && (p.Filter.Assigned == archive.Anybody || p.Filter.Assigned == archive.Nobody) {
			links = append(links, filterLink{Address: s.queueAddress(p.Filter, archive.Position{}), Text: s.voice.T("office.filter." + p.Name), Count: s.many(counts.of[p.Name])})
		}
	}
	return links, nil
}

// receivers are those to whom a report can be passed: they hold the key of a team of
// this member's, and take reports up.
func (s *Server) receivers(c echo.Context, v *visit) (all []staff.Colleague, err error) {
	seen := map[uuid.UUID]bool{}
	for _, team := range v.keys.Teams() {
		if len(v.keys.Epochs(team)) == 0 {
			continue // he himself, for what is restricted to him
		}
		found, err := s.Desk.Colleagues(c.Request().Context(), v.keys, team)
		if err != nil {
			return nil, err
		}
		for _, colleague := range found {
			if !seen[colleague.ID] && colleague.Role.May(triage.Claim) {
				seen[colleague.ID] = true
				all = append(all, colleague)
			}
		}
	}
	return all, nil
}

// handOn passes the chosen reports to a colleague, with what he should know sealed on
// each. One that changed meanwhile stays, and is told; the others go.
func (s *Server) handOn(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readHanding(form)
	to, err := s.receiver(c, v, typed.To)
	if err != nil {
		return err
	}
	if problems := s.problemsOfHanding(typed, to); problems != nil {
		return s.showHandoff(c, v, http.StatusUnprocessableEntity, handoffPage{Typed: typed, Problems: problems})
	}
	stayed := 0
	for id, version := range typed.Reports {
		err := s.handOver(c, v, archive.Handover{Report: id, Version: version, To: to.ID}, typed.Note)
		switch {
		case isConcurrent(err) || errors.Is(err, archive.ErrNotFound):
			stayed++
		case err != nil:
			return err
		}
	}
	if stayed > 0 {
		return s.showHandoff(c, v, http.StatusConflict, handoffPage{Typed: typed, Notice: s.voice.T("office.handoff.stayed", "Count", stayed)})
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/releve")
}

// receiver is the colleague that was chosen; nil when that is nobody.
func (s *Server) receiver(c echo.Context, v *visit, chosen string) (*staff.Colleague, error) {
	colleagues, err := s.receivers(c, v)
	for i := range colleagues {
		if colleagues[i].ID.String() == chosen && colleagues[i].ID != v.ID {
			return &colleagues[i], nil
		}
	}
	return nil, err
}

func (s *Server) problemsOfHanding(t handing, to *staff.Colleague) (problems []problem) {
	if len(t.Reports) == 0 {
		problems = append(problems, problem{"report-0", s.voice.T("office.handoff.none")})
	}
	if to == nil {
		problems = append(problems, problem{"to", s.voice.T("office.handoff.whom")})
	}
	rule := noteRule.or("")
	rule.most = maxReason
	return append(problems, s.problemsOfText("note", t.Note, rule)...)
}

// handOver passes one report on, as its page of that decision does: what should be known
// is the sealed reason, and who got it stands beside it. What is not, or no longer, this
// member's to pass stays, and so does what the other could not read.
func (s *Server) handOver(c echo.Context, v *visit, h archive.Handover, words string) error {
	at := &decided{v: v, typed: deciding{Version: h.Version, Choice: h.To.String(), Reason: words}}
	at.deed, _ = deedOf("passation")
	var err error
	if at.found, err = s.Archive.Get(c.Request().Context(), h.Report, v.keys.Teams()); err != nil {
		return err
	}
	mine := at.found.Assignee != nil && *at.found.Assignee == v.ID
	if !mine || triage.May(triage.Person{ID: v.ID, Role: v.Role}, triage.HandOver, at.found.Object(s.Now())) != nil {
		return archive.ErrConcurrent
	}
	if at.opened, err = s.unseal(v, &at.found); err != nil {
		s.Log.Warn("a report does not open", "report", h.Report, "err", err)
		return archive.ErrConcurrent
	}
	err = s.handTo(c, at)
	var nobody *unclear
	if errors.As(err, &nobody) {
		return archive.ErrConcurrent
	}
	return err
}

// pause ends one's leases: who leaves the desk keeps nothing from the others.
func (s *Server) pause(c echo.Context, v *visit) error {
	ctx := c.Request().Context()
	err := s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		n, err := archive.Pause(ctx, tx, v.ID)
		return []audit.Event{{At: s.Now(), Actor: v.ID, Action: "lease.end", Object: "staff", ID: v.ID.String(), Detail: strconv.Itoa(n)}}, err
	})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/releve")
}
