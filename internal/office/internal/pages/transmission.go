package pages

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/territory"
	"recueil/internal/web"
)

var (
	errDamagedReport = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_damaged"}
	errUnfit         = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_unfit"}
	errSealOnly      = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_sealed"}
	errNotSent       = &web.Problem{Status: http.StatusNotFound, Key: "office.error.not_sent"}
)

// The transmission of a report: to whom it may go, or how it stands with what went.
type transmissionPage struct {
	Frame
	Address   string // of the report
	Reference string
	Status    string
	Choosing  bool
	Why       string // it cannot be prepared now
	Route     string // in words
	Doubt     string
	Proposed  []recipientRow // who answers for the child, as the report says
	Others    []recipientGroup
	Missing   []string // collectivities without an entry
	Sent      []sentView
	Notice    string
	Kept      string // what was typed for a form that the page has no more
	Problems  []problem
	Typed     after
	Outcomes  []choice
	Today     string
}

// Bad returns what is wrong with a field of the page, or "".
func (p transmissionPage) Bad(field string) string { return textOf(p.Problems, field) }

func (s *Server) transmission(c echo.Context, v *visit) error {
	l, err := s.leaving(c, v)
	if err != nil {
		return err
	}
	page := transmissionPage{}
	if kept, ok := returned(c, v); ok {
		page.Typed, page.Notice = readAfter(kept), s.voice.T("office.close.kept")
		if l.row.Status == triage.Qualified || l.row.Status == triage.Closed {
			page.Kept = page.Typed.Words
		}
	}
	return s.showTransmission(c, v, l, page, http.StatusOK)
}

func (s *Server) showTransmission(c echo.Context, v *visit, l *leaving, page transmissionPage, status int) error {
	page.Address, page.Reference, page.Status = l.address(), l.reference(), s.voice.T("office.status."+string(l.row.Status))
	page.Frame = s.frame(c, s.voice.T("office.sent.page", "Reference", page.Reference, "Status", page.Status))
	page.Error = len(page.Problems) > 0
	if err := s.sawReport(c, v, &l.row); err != nil {
		return err
	}
	if l.held == nil && slices.ContainsFunc(l.sent, func(t *sent) bool { return t.what.Pieces != nil }) {
		if err := s.hold(c, v, l); err != nil {
			return err
		}
	}
	page.Today = dateOf(pointer(s.today()))
	if page.Typed.On == "" {
		page.Typed.On = page.Today
	}
	if page.Typed.Version == 0 {
		page.Typed.Version = l.row.Version
	}
	for _, code := range transmission.Outcomes() {
		page.Outcomes = append(page.Outcomes, choice{Value: code, Text: s.voice.T("office.sent.outcome." + code), Checked: slices.Contains(page.Typed.Outcomes, code)})
	}
	for i := len(l.sent) - 1; i >= 0; i-- {
		page.Sent = append(page.Sent, s.sentView(v, l, l.sent[i], i == len(l.sent)-1))
	}
	switch {
	case l.row.Status != triage.Qualified:
	case l.row.Qualification == nil || !l.row.Qualification.Leaves():
		page.Why = s.voice.T("office.sent.not.qualification")
	case !v.Role.May(triage.Propose):
		page.Why = s.voice.T("office.sent.not.role")
	default:
		page.Choosing = true
		if err := s.offerRecipients(c, v, l, &page); err != nil {
			return err
		}
	}
	return s.render(c, status, "transmission", page)
}

func pointer[T any](value T) *T { return &value }

// addressees are the kinds of recipients that a qualification is for, the usual one first.
var addressees = map[triage.Qualification][]string{
	triage.Concern: {"cell"}, triage.ConcernUrgent: {"cell"}, triage.Prosecutor: {"prosecutor"}, triage.FirstResponders: {"first_responders"},
}

// offerRecipients lists who answers for the child first, then everybody else.
func (s *Server) offerRecipients(c echo.Context, v *visit, l *leaving, page *transmissionPage) error {
	listed, err := s.Archive.Recipients(c.Request().Context())
	if err != nil {
		return err
	}
	route := transmission.RouteOf(&l.opened.Answers)
	if route.Why != "" {
		page.Doubt = s.voice.T("office.sent.doubt."+string(route.Why), "Commune", route.Commune)
	}
	for _, to := range route.To {
		page.Route = s.join(page.Route, to.Name+" ("+to.Code+")")
		if !slices.ContainsFunc(listed, func(r archive.Recipient) bool { return s.routed(l, route.To, &r) && r.Collectivity == to.Code }) {
			page.Missing = append(page.Missing, to.Name)
		}
	}
	for _, kind := range recipientKinds {
		group := recipientGroup{Heading: s.voice.T("office.directory.kind." + kind + ".many")}
		for i := range listed {
			r := &listed[i]
			row := s.recipientRow(v, r)
			row.Address = l.address() + "/transmission/" + row.ID
			switch {
			case s.routed(l, route.To, r):
				if r.Kind == kind {
					page.Proposed = append(page.Proposed, row)
				}
			case r.Kind == kind:
				group.Rows = append(group.Rows, row)
			}
		}
		if group.Rows != nil {
			page.Others = append(page.Others, group)
		}
	}
	return nil
}

// routed reports whether an entry is the one that a report leads to.
func (s *Server) routed(l *leaving, to []territory.Collectivity, r *archive.Recipient) bool {
	if l.row.Qualification == nil || !slices.Contains(addressees[*l.row.Qualification], r.Kind) {
		return false
	}
	return slices.ContainsFunc(to, func(c territory.Collectivity) bool { return c.Code == r.Collectivity })
}
