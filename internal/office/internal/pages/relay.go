package pages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/call"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/report"
	"recueil/internal/web"
)

// relayServices are the numbers a sheet is read aloud to.
var relayServices = []string{"17", "15", "18", "112", "114", "116000"}

// A relayed is the sealed entry of a call to one of them.
type relayed struct{ call.Relay }

// Format names the shape of its JSON.
func (*relayed) Format() string { return "recueil.relay/1" }

// A relayPage is read aloud to an emergency service: few large lines, in the order in
// which an operator asks. Where comes first: if the line breaks, somebody can go.
type relayPage struct {
	Frame
	Back      string
	Action    string
	Reference string
	Urgency   int
	Lines     []relayWord
	Relays    []relayLine
	Services  []choice
	Once      string // names what is noted: a double press is one
	Note      string
	Chosen    string // the service that a note is about
	Kept      string // it came back with who had to log in again
	Problems  []problem
	MaxNote   int
}

// A relayWord is one thing to say; an empty one is to be said as unknown.
type relayWord struct {
	Key, Label string
	Values     []string
	Caution    string
}

// A relayLine is one call that was made.
type relayLine struct{ Text, Note string }

// relayOfCall is the sheet of a call that is still being written down.
func (s *Server) relayOfCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	h, err := s.loadCall(c, v, id)
	switch {
	case err != nil:
		return err
	case h.SentAt != nil:
		return c.Redirect(http.StatusSeeOther, "/dossiers/"+h.draft.Receipt.Report.String()+"/relais")
	case h.Author != v.ID:
		return errOtherCall
	}
	if err := s.Trail.Append(c.Request().Context(), s.callLine(v, "call.open", id, h.Body)); err != nil {
		return err
	}
	r, page := h.draft.Report(s.Now(), s.voice.Lang), s.relayReturned(c, v)
	page.Back, page.Action = callAddress(id), callAddress(id)+"/relais"
	return s.showRelay(c, &r, h.draft.Relays, page)
}

// relayReturned is what was typed on a sheet before its session ended, or nothing.
func (s *Server) relayReturned(c echo.Context, v *visit) relayPage {
	typed, ok := returned(c, v)
	if !ok {
		return relayPage{}
	}
	return relayPage{Note: typed.Get("note"), Chosen: typed.Get("service"), Once: typed.Get("once"), Kept: s.voice.T("office.close.kept")}
}

// relayOfReport is that of a report.
func (s *Server) relayOfReport(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	return s.reportRelay(c, v, id, s.relayReturned(c, v))
}

func (s *Server) reportRelay(c echo.Context, v *visit, id report.ID, page relayPage) error {
	found, opened, err := s.openedOf(c, v, id)
	if err != nil {
		return err
	}
	if opened == nil {
		return errCallDamaged
	}
	ctx := c.Request().Context()
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "report.relay", Object: "report", ID: id.String(), Seen: found.Body}
	if err := s.Trail.Append(ctx, line); err != nil {
		return err
	}
	parts, err := s.Archive.Parts(ctx, id)
	if err != nil {
		return err
	}
	var relays []call.Relay
	places := casefile.Places(parts)
	for i, part := range parts {
		var one relayed
		if part.Kind == archive.CallPart && openPart(opened, places[i], part.Body, &one) == nil {
			relays = append(relays, one.Relay)
		}
	}
	page.Back, page.Action = "/dossiers/"+id.String(), "/dossiers/"+id.String()+"/relais"
	status := http.StatusOK
	if len(page.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.showRelayAs(c, status, opened, relays, page)
}

func (s *Server) showRelay(c echo.Context, r *report.Report, relays []call.Relay, page relayPage) error {
	return s.showRelayAs(c, http.StatusOK, r, relays, page)
}

func (s *Server) showRelayAs(c echo.Context, status int, r *report.Report, relays []call.Relay, page relayPage) error {
	failed := page.Error || len(page.Problems) > 0
	page.Frame, page.MaxNote = s.frame(c, s.voice.T("office.phone.relay.title")), maxCallNote
	if _, err := uuid.Parse(page.Once); err != nil {
		page.Once = report.NewID().String()
	}
	if !slices.Contains(relayServices, page.Chosen) {
		page.Chosen = relayServices[0]
	}
	page.Error = failed
	page.Urgency, page.Lines, page.Relays = int(r.Urgency), s.relayWords(r), s.relayLines(relays)
	for _, number := range relayServices {
		page.Services = append(page.Services, choice{Value: number, Text: s.voice.T("office.phone.relay.service." + number), Checked: number == page.Chosen})
	}
	return s.render(c, status, "relay", page)
}

// relayWords puts a report into what an operator asks for.
func (s *Server) relayWords(r *report.Report) []relayWord {
	one := func(key string, values ...string) relayWord {
		word := relayWord{Key: key, Label: s.voice.T("office.phone.relay." + key)}
		for _, value := range values {
			if strings.TrimSpace(value) != "" {
				word.Values = append(word.Values, value)
			}
		}
		return word
	}
	situation, _ := s.situation(r)
	if strings.Contains(s.signs(r), situation) {
		situation = ""
	}
	told := firstOf(r.Situation.Facts, r.Situation.Story, r.Answers.Short.Story)
	told, _ = cut(told)
	where := firstOf(s.value("place.child_now", r), r.Answers.Short.Where)
	phone := one("phone", firstOf(r.Contact.Value, r.Answers.Short.Callback, r.Professional.WorkPhone))
	if r.Contact.Confidentiality == report.ConfidentialityAnonymous || r.Contact.Confidentiality == report.ConfidentialityConfidential {
		phone.Caution = s.voice.T("office.phone.relay.phone.confidential")
	}
	return []relayWord{
		one("where", where, s.value("place.address", r), s.place(r)),
		one("what", situation, s.signs(r), told),
		one("who", s.relayChildren(r)...),
		one("access", strings.Split(s.access(r), "\n")...),
		phone,
		one("caller", s.who(r), s.value("reporter.knowledge", r)),
	}
}

// signs are the signs of urgency, in words.
func (s *Server) signs(r *report.Report) string { return s.value("urgency_signs", r) }

func (s *Server) relayChildren(r *report.Report) []string {
	var lines []string
	for i, child := range r.Children {
		name := "children." + itoa(i) + "."
		lines = append(lines, s.join(strings.TrimSpace(child.FirstName+" "+child.LastName), s.value(name+"age", r), s.value(name+"birth_date", r),
			s.value(name+"sex", r), s.value(name+"particulars", r)))
	}
	if len(lines) == 0 && r.Answers.Short.Who != "" {
		lines = append(lines, r.Answers.Short.Who)
	}
	return lines
}

func (s *Server) relayLines(relays []call.Relay) []relayLine {
	var lines []relayLine
	for _, one := range relays {
		lines = append(lines, relayLine{s.voice.T("office.phone.relay.done", "Service", one.Service, "When", s.when(one.At)), one.Note})
	}
	return lines
}

// readRelay reads which service was called.
func (s *Server) readRelay(c echo.Context) (one call.Relay, problems []problem, err error) {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return one, nil, err
	}
	one = call.Relay{Service: form.Get("service"), At: s.Now().UTC(), Note: report.NormaliseText(form.Get("note"))}
	if one.ID, err = uuid.Parse(form.Get("once")); err != nil {
		one.ID = report.NewID()
	}
	if !slices.Contains(relayServices, one.Service) {
		problems = append(problems, problem{"service-17", s.voice.T("office.phone.relay.choose")})
	}
	if !utf8.ValidString(one.Note) || utf8.RuneCountInString(one.Note) > maxCallNote {
		problems = append(problems, problem{"note", s.voice.T("problem.too_long", "Max", maxCallNote)})
	}
	return one, problems, nil
}

// relayCall notes that a service was called during a call.
func (s *Server) relayCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	one, problems, err := s.readRelay(c)
	if err != nil {
		return err
	}
	for range 5 { // the form saves by itself meanwhile
		h, err := s.loadCall(c, v, id)
		switch {
		case err != nil:
			return err
		case h.SentAt != nil && problems != nil:
			return s.reportRelay(c, v, h.draft.Receipt.Report, relayRefused(one, problems))
		case h.SentAt != nil:
			return s.noteRelay(c, v, h.draft.Receipt.Report, one)
		case h.Author != v.ID:
			return errOtherCall
		}
		if problems != nil {
			r := h.draft.Report(s.Now(), s.voice.Lang)
			page := relayRefused(one, problems)
			page.Back, page.Action = callAddress(id), callAddress(id)+"/relais"
			return s.showRelayAs(c, http.StatusUnprocessableEntity, &r, h.draft.Relays, page)
		}
		if err = s.keepRelay(c, v, h, one); !isConcurrent(err) {
			return err
		}
	}
	return archive.ErrConcurrent
}

func relayRefused(one call.Relay, problems []problem) relayPage {
	return relayPage{Note: one.Note, Chosen: one.Service, Problems: problems}
}

// keepRelay lays what was done into the draft of a call.
func (s *Server) keepRelay(c echo.Context, v *visit, h *heldCall, one call.Relay) error {
	if slices.ContainsFunc(h.draft.Relays, func(r call.Relay) bool { return r.ID == one.ID }) {
		return goTo(c, callAddress(h.ID)+"/relais#appels")
	}
	h.draft.Relays = append(h.draft.Relays, one)
	row, err := s.sealCall(v, &h.draft)
	if err != nil {
		return err
	}
	row.Revision = h.Revision
	ctx := c.Request().Context()
	event := s.callLine(v, "call.relay", h.ID, row.Body)
	event.Detail = one.Service
	err = s.Trail.Within(ctx, event, func(tx pgx.Tx) error {
		_, err := archive.SaveCall(ctx, tx, row)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, callAddress(h.ID)+"/relais#appels")
}

// relayReport notes that a service was called about a report.
func (s *Server) relayReport(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	one, problems, err := s.readRelay(c)
	if err != nil {
		return err
	}
	if problems != nil {
		return s.reportRelay(c, v, id, relayRefused(one, problems))
	}
	return s.noteRelay(c, v, id, one)
}

func (s *Server) noteRelay(c echo.Context, v *visit, id report.ID, one call.Relay) error {
	_, opened, err := s.openedOf(c, v, id)
	if err != nil {
		return err
	}
	if opened == nil {
		return errCallDamaged
	}
	ctx := c.Request().Context()
	err = s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		line, err := s.storeRelay(ctx, tx, v, casefile.Of(opened), one)
		return []audit.Event{line}, err
	})
	if err != nil && !errors.Is(err, archive.ErrPartID) { // the second press
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+id.String()+"/relais#appels")
}

// storeRelay keeps a call to a service in the case.
func (s *Server) storeRelay(ctx context.Context, tx pgx.Tx, v *visit, of casefile.Case, one call.Relay) (audit.Event, error) {
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "call.relay", Object: "report", ID: of.ID.String(), Detail: one.Service}
	if one.ID == uuid.Nil { // a draft may be older than these names
		one.ID = report.NewID()
	}
	part := of.NewAs(one.ID, archive.CallPart, &relayed{one})
	part.Author, part.At = v.ID, s.Now()
	var err error
	line.Seen, err = archive.AppendPart(ctx, tx, part)
	return line, err
}
