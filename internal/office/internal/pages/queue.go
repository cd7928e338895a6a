package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/live"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
)

type queuePage struct {
	Frame
	Heading  string
	Count    string
	Filters  []filterLink
	Saved    []filterLink // views that somebody gave a name
	Panel    filterPanel
	Groups   []rowGroup
	Lane     *lanePanel // what can be done to what is to be verified
	Problems []problem
	Outside  *elsewhere
	Calm     bool   // the whole queue, and nothing of urgency 0 in it
	Flood    string // more urgent ones wait unverified than the queue takes in
	Empty    string
	Next     string // the page after this one
	First    string // back to the top, when this is not it
	Reload   string // this view from the top, with what has arrived
	Live     string // tells what comes from now on
	Arrivals string // asked for it where that does not work
}

// A rowGroup is what stands above, or below, the line of urgency 0.
type rowGroup struct {
	Heading string
	Now     bool
	Rows    []Row
}

type filterLink struct {
	Address string
	Text    string
	Count   string
	Current bool
}

func (s *Server) queue(c echo.Context, v *visit) error {
	return s.showQueue(c, v, c.QueryParams(), queueScreen{Status: http.StatusOK})
}

// A queueScreen is how the queue is shown: what was typed to close several, and what is
// wrong with it.
type queueScreen struct {
	Status   int
	Bulk     bulk
	View     typedView
	Problems []problem
}

func (s *Server) showQueue(c echo.Context, v *visit, query url.Values, sc queueScreen) error {
	ctx := c.Request().Context()
	view := archive.View{Teams: v.keys.Teams(), Filter: s.parseFilter(query), Me: v.ID, Now: s.Now(), After: parsePosition(query.Get("apres"))}
	department := s.resolveDepartment(v, &view.Filter)
	// The snapshot comes before the rows: what arrives in between is announced, not lost.
	snapshot, err := s.Archive.Snapshot(ctx)
	if err != nil {
		return err
	}
	saved, err := s.savedViews(ctx, v)
	if err != nil {
		return err
	}
	name := s.presetOf(view.Filter)
	var others []archive.Filter
	for _, one := range saved {
		others = append(others, one.filter)
	}
	if name != everything && department == "" {
		others = append(others, outside(view.Filter))
	}
	counted := s.startCounting(ctx, view, others...)
	var found queueFound
	var rows []Row
	l := look{visit: v, view: view, department: department}
	if department != "" {
		err = s.lookFor(ctx, &l)
		found, rows = l.found, l.rows
	} else {
		found, rows, err = s.openQueue(ctx, v, view, query.Get("deplie") != "")
	}
	if err == nil && len(rows) > 0 {
		err = s.sawList(ctx, v, name, len(rows))
	}
	if err != nil {
		return err
	}
	page := queuePage{}
	if page.Lane, err = s.lane(c, v, lanePlace{found, rows, query}, sc.Bulk); err != nil {
		return err
	}
	rows = hitsIn(rows, department)
	counts, err := counted()
	if err != nil {
		return err
	}
	address := s.queueAddress(view.Filter, archive.Position{})
	page = queuePage{Groups: s.groups(rows), Lane: page.Lane, Problems: sc.Problems, Count: s.many(counts.here), Reload: address, Heading: s.voice.T("office.queue.heading"),
		Arrivals: streamAddress("/file/arrivees", snapshot, uuid.Nil), Live: streamAddress(streamPath, snapshot, uuid.Nil)}
	if department != "" && counts.here > 0 {
		page.Count = s.voice.T("office.queue.at_most", "N", page.Count)
	}
	page.Frame = s.frame(c, s.voice.T("office.queue.title", "N", page.Count))
	if page.Lane != nil && page.Lane.MayClose {
		page.Switch = nil // a reason may be typed
	}
	page.Queue, page.Error = true, len(sc.Problems) > 0
	if page.Panel, err = s.panelOf(c, v, view.Filter); err != nil {
		return err
	}
	flood := counts.of["a-verifier"] > archive.MostUnverified && name != "a-verifier"
	if flood {
		page.Flood = s.voice.T("office.queue.flood", "N", s.many(counts.of["a-verifier"]))
	}
	switch {
	case department != "":
		if page.Outside, err = s.elsewhereOf(ctx, &l); err != nil {
			return err
		}
	case name != everything:
		page.Outside = s.elsewhere(counts.others[len(saved)])
	}
	page.Calm = !flood && name == everything && view.After == (archive.Position{}) && len(rows) > 0 && !slices.ContainsFunc(rows, func(r Row) bool { return r.Urgency == 0 })
	switch {
	case len(rows) == 0 && found.more:
		page.Empty = s.voice.T("office.empty.so_far")
	case len(rows) == 0:
		page.Empty = s.voice.First("office.empty."+name, "office.empty.filtered")
	}
	if view.After != (archive.Position{}) {
		page.First = address
	}
	if found.more {
		page.Next = found.unfold(s.queueAddress(view.Filter, found.next))
	}
	for _, p := range presets {
		link := filterLink{s.queueAddress(p.Filter, archive.Position{}), s.voice.T("office.filter." + p.Name), s.many(counts.of[p.Name]), p.Name == name}
		if !p.Less || link.Current {
			page.Filters = append(page.Filters, link)
		} else {
			page.Panel.Others = append(page.Panel.Others, link)
		}
	}
	for i, one := range saved {
		address := s.queueAddress(one.filter, archive.Position{})
		page.Saved = append(page.Saved, filterLink{address, one.Name, s.many(counts.others[i]), address == page.Reload})
	}
	page.Panel.Query, page.Panel.Saved, page.Panel.View = s.query(view.Filter).Encode(), saved, sc.View
	page.Panel.View.ID = idOf(sc.View.ID.String())
	return s.render(c, sc.Status, "queue", page)
}

// openQueue reads a page and opens it. Who shows it writes down that it was read.
func (s *Server) openQueue(ctx context.Context, v *visit, view archive.View, unfolded bool) (found queueFound, rows []Row, err error) {
	found, err = s.readQueue(ctx, v, view, unfolded)
	if err != nil || len(found.rows) == 0 {
		return found, nil, err
	}
	return found, s.openRows(ctx, v, found.rows), nil
}

// queueCounts are how many rows each view of the screen shows.
type queueCounts struct {
	here   int // the one at hand
	of     map[string]int
	others []int
}

// startCounting counts beside the opening of the rows: the one is the database's
// work, the other this process's.
func (s *Server) startCounting(ctx context.Context, view archive.View, others ...archive.Filter) func() (queueCounts, error) {
	counts := queueCounts{of: map[string]int{}}
	var failed, failedStanding error
	var counting sync.WaitGroup
	name := s.presetOf(view.Filter)
	if name == "" {
		others = append(slices.Clone(others), view.Filter)
	}
	if len(others) > 0 {
		counting.Go(func() { counts.others, failed = s.Archive.Counts(ctx, view, others) })
	}
	counting.Go(func() {
		var standing []archive.Filter
		for _, p := range presets {
			standing = append(standing, p.Filter)
		}
		found, err := s.Archive.StandingCounts(ctx, view, standing)
		for i, n := range found {
			counts.of[presets[i].Name] = n
		}
		failedStanding = err
	})
	return func() (queueCounts, error) {
		counting.Wait()
		if err := errors.Join(failed, failedStanding); err != nil {
			return counts, err
		}
		counts.here = counts.of[name]
		if name == "" {
			counts.here = counts.others[len(others)-1]
		}
		return counts, nil
	}
}

// many writes a count. Where the archive stopped counting, at archive.MostCounted, it
// says "99+": there are more than one less.
func (s *Server) many(n int) string {
	if n >= archive.MostCounted {
		return s.voice.T("office.queue.many", "N", archive.MostCounted-1)
	}
	return itoa(n)
}

// groups parts the rows at the line of urgency 0. Without one above it, the line
// needs no words.
func (s *Server) groups(rows []Row) []rowGroup {
	now, then := rowGroup{Heading: s.voice.T("office.queue.now"), Now: true}, rowGroup{}
	for _, row := range rows {
		if row.Urgency > 0 {
			then.Rows = append(then.Rows, row)
		} else {
			now.Rows = append(now.Rows, row)
		}
	}
	var groups []rowGroup
	if now.Rows != nil {
		groups = append(groups, now)
		then.Heading = s.voice.T("office.queue.then")
	}
	if then.Rows != nil {
		groups = append(groups, then)
	}
	return groups
}

// openRows opens what a page of rows shows, as many at a time as there are
// processors.
func (s *Server) openRows(ctx context.Context, v *visit, found []archive.Report) []Row {
	rows := make([]Row, len(found))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(found)) {
		workers.Go(func() {
			for i := range next {
				rows[i] = s.openRow(ctx, v, &found[i])
			}
		})
	}
	for i := range found {
		next <- i
	}
	close(next)
	workers.Wait()
	s.confirmUrgencies(ctx, found, rows)
	s.keepOpened(v, found, rows)
	return rows
}

// openRow opens the excerpt where one stands for the body, and the body wherever there is
// none that opens.
func (s *Server) openRow(ctx context.Context, v *visit, r *archive.Report) Row {
	if r.Body == nil {
		opened, err := openExcerpt(v, r)
		if err == nil {
			return s.row(v, r, opened)
		}
		s.Log.Warn("an excerpt does not open", "report", r.ID, "err", err)
		whole, err := s.Archive.Get(ctx, r.ID, v.keys.Teams())
		if err != nil {
			s.Log.Error("a report was not read again", "report", r.ID, "err", err)
			return s.row(v, r, nil)
		}
		r.Body, r.Excerpt = whole.Body, nil
	}
	opened, err := s.unseal(v, r)
	if err != nil {
		s.Log.Warn("a report does not open", "report", r.ID, "err", err)
	}
	return s.row(v, r, opened)
}

// unseal opens the body of a row; nil comes with an error.
func (s *Server) unseal(v *visit, r *archive.Report) (*report.Report, error) {
	identity, ok := v.keys.Identity(r.TeamID, r.Epoch)
	if !ok {
		return nil, fmt.Errorf("opening report %s: no key of team %s, epoch %d", r.ID, r.TeamID, r.Epoch)
	}
	opened, err := unseal.Report(identity, sealedRow(r))
	if err != nil {
		return nil, err
	}
	return &opened, nil
}

func sealedRow(r *archive.Report) unseal.Row {
	return unseal.Row{ID: r.ID, Urgency: r.Urgency, Reference: r.Reference, ReceivedAt: r.ReceivedAt, DueAt: r.DueAt, Sealed: r.SealedUrgency, Body: r.Body}
}

// arrivals tells a screen that cannot listen how much came since it was drawn: a
// queue its reports, a report what was written and added.
func (s *Server) arrivals(c echo.Context, v *visit) error {
	snapshot := c.QueryParam("depuis")
	only, err := onlyReport(c)
	if err != nil || !isSnapshot(snapshot) {
		return c.NoContent(http.StatusBadRequest)
	}
	n, err := s.arrived(c, v, snapshot, only)
	if errors.Is(err, archive.ErrSnapshot) {
		return c.NoContent(http.StatusBadRequest)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Count int `json:"count"`
	}{n})
}

func (s *Server) arrived(c echo.Context, v *visit, snapshot string, only uuid.UUID) (n int, err error) {
	ctx, teams := c.Request().Context(), v.keys.Teams()
	if only == uuid.Nil {
		return s.Archive.Arrived(ctx, snapshot, teams)
	}
	arrivals, _, err := s.Archive.Since(ctx, snapshot)
	for _, a := range live.For(teams, arrivals) {
		if a.Report == only {
			n++
		}
	}
	return n, err
}
