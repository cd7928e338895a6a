package pages

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/trust"
)

// The unit's queue: nobody is forgotten. What has no lead any more stands first, then
// what is late, then what nobody has planned anything for.
type recordQueuePage struct {
	Frame
	Tabs    []recordTab
	Unit    string
	Heading string
	Filters []recordFilter
	Rows    []recordRow
	Empty   string
	Before  string
	After   string
}

// A recordTab leads to a part of the unit's day.
type recordTab struct {
	Address, Text string
	Current       bool
}

type recordFilter struct {
	Address, Text string
	Count         int
	Current       bool
}

// A recordRow is one record of the queue.
type recordRow struct {
	Address  string
	Label    string
	Detail   string
	Lead     string
	LeadGone bool
	Mine     bool
	Next     string
	Late     bool
	Last     string
	Damaged  bool
	Closed   bool
}

// unitTabs leads through the unit's day.
func (s *Server) unitTabs(here string) []recordTab {
	var tabs []recordTab
	for _, tab := range []struct{ address, name string }{
		{"/suivi", "queue"}, {"/suivi/rendez-vous", "calendar"}, {"/suivi/equipe", "team"}, {"/suivi/chiffres", "figures"},
	} {
		tabs = append(tabs, recordTab{tab.address, s.voice.T("office.record." + tab.name), tab.name == here})
	}
	return tabs
}

// inUnit lets a request through to a page of the unit's day: to who holds its key.
func (s *Server) inUnit(page func(echo.Context, *visit, trust.Team) error) func(echo.Context, *visit) error {
	return func(c echo.Context, v *visit) error {
		unit, ok := s.unit(v)
		if !ok {
			return errRole
		}
		return page(c, v, unit)
	}
}

func (s *Server) recordQueue(c echo.Context, v *visit, unit trust.Team) error {
	view := archive.RecordView{Teams: s.unitIDs(v), Member: v.ID, Now: s.Now(), Filter: archive.RecordFilter(c.QueryParam("vue"))}
	view.Page, _ = strconv.Atoi(c.QueryParam("page"))
	view.Page = min(max(view.Page, 0), 1000)
	ctx := c.Request().Context()
	counts, err := s.Archive.CountRecords(ctx, view)
	if err != nil {
		return err
	}
	if _, known := counts[view.Filter]; !known {
		view.Filter = archive.OpenRecords
	}
	records, err := s.Archive.Records(ctx, view)
	if err != nil {
		return err
	}
	title := s.voice.T("office.record.queue")
	page := recordQueuePage{Frame: s.frame(c, title), Tabs: s.unitTabs("queue"), Unit: unit.Name, Heading: title}
	for _, f := range archive.RecordFilters() {
		page.Filters = append(page.Filters, recordFilter{recordQueueAddress(f, 0), s.voice.T("office.record.filter." + recordFilterName(f)), counts[f], f == view.Filter})
	}
	if len(records) > archive.PageSize {
		records, page.After = records[:archive.PageSize], recordQueueAddress(view.Filter, view.Page+1)
	}
	if view.Page > 0 {
		page.Before = recordQueueAddress(view.Filter, view.Page-1)
	}
	if err := s.sawList(ctx, v, "suivi", len(records)); err != nil {
		return err
	}
	for _, r := range records {
		page.Rows = append(page.Rows, s.recordRow(v, r))
	}
	if len(page.Rows) == 0 {
		page.Empty = s.voice.T("office.record.empty." + recordFilterName(view.Filter))
	}
	return s.render(c, http.StatusOK, "record_queue", page)
}

func recordFilterName(f archive.RecordFilter) string {
	return map[archive.RecordFilter]string{archive.OpenRecords: "open", archive.OverdueRecords: "late", archive.IdleRecords: "idle", archive.MyRecords: "mine", archive.ClosedRecords: "closed"}[f]
}

func recordQueueAddress(f archive.RecordFilter, page int) string {
	query := url.Values{}
	if f != archive.OpenRecords {
		query.Set("vue", string(f))
	}
	if page > 0 {
		query.Set("page", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return "/suivi"
	}
	return "/suivi?" + query.Encode()
}

func (s *Server) recordRow(v *visit, r archive.Listed) recordRow {
	row := recordRow{Address: recordAddress(r.ID), Lead: r.LeadName, LeadGone: r.LeadGone, Mine: r.Lead == v.ID, Last: s.when(r.LastAt), Closed: r.Status == followup.Closed}
	if r.NextAt != nil {
		row.Next, row.Late = s.when(*r.NextAt), r.NextAt.Before(s.Now())
	}
	opening, err := s.openingOf(v, &r)
	if err != nil {
		s.Log.Warn("a record does not open", "record", r.ID, "err", err)
		row.Damaged, row.Label = true, s.voice.T("office.record.broken.label")
		return row
	}
	row.Label, row.Detail = opening.Get("label"), s.recordDetail(opening)
	return row
}

// openingOf opens what a list shows of a record.
func (s *Server) openingOf(v *visit, r *archive.Listed) (followup.Said, error) {
	key, err := s.recordKey(v, &r.Record)
	if err != nil {
		return nil, err
	}
	if r.Corrected { // an older one might name the child otherwise
		return nil, followup.ErrForged
	}
	var e followup.Entry
	err = key.Open(casefile.Place{Part: r.Opening, Kind: recordPart, Sequence: r.Sequence}, r.OpeningBody, &e)
	if err == nil && e.Kind != followup.Opening {
		err = followup.ErrForged
	}
	return e.Said, err
}
