package pages

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// A referralsPage lists what was referred to the units of a member.
type referralsPage struct {
	Frame
	Heading string
	Waiting []referralLine
	Added   []referralLine // answered, and something was added since that nobody read
	Others  []referralLine
}

// A referralLine is a referral as the unit's list shows it.
type referralLine struct {
	referralRow
	Address   string
	Situation string
	Detail    string
	Wish      string
	Damaged   bool
	Times     *referralTimes // nil: it does not open
	Unseen    int            // additions that nobody of the unit has opened
}

var referralClasses = map[archive.ReferralStatus]string{archive.Proposed: "is-warning", archive.Accepted: "is-done"}

func (s *Server) referralRow(f archive.Referral, at time.Time, who string) referralRow {
	return referralRow{ID: f.ID.String(), Unit: s.teamName(f.ToTeam), Masked: f.Masked, State: s.voice.T("office.referral.status." + string(f.Status)),
		Class: referralClasses[f.Status], When: s.when(at), Who: who}
}

func (s *Server) referrals(c echo.Context, v *visit) error {
	found, err := s.Archive.ReferredTo(c.Request().Context(), s.unitIDs(v))
	if err != nil {
		return err
	}
	unseen, err := s.Archive.UnseenPassed(c.Request().Context(), s.unitIDs(v))
	if err != nil {
		return err
	}
	if err := s.sawList(c.Request().Context(), v, "demandes", len(found)); err != nil {
		return err
	}
	var page referralsPage
	for _, f := range found {
		line := referralLine{referralRow: s.referralRow(f, f.ProposedAt, f.ProposedName), Address: "/demandes/" + f.ID.String()}
		if f.Gone() {
			line.Situation = s.voice.T("office.referral.title")
		} else if body, err := s.openReferral(v, &f); err != nil {
			line.Damaged, line.Situation = true, s.voice.T("office.damaged.short")
		} else {
			line.Situation, line.Detail = s.situation(body.Report)
			line.Wish = s.wish(body)
			line.Times = s.referralTimes(&f, body.Report)
		}
		line.Unseen = unseen[f.ID]
		switch {
		case f.Status == archive.Proposed:
			page.Waiting = append(page.Waiting, line)
		case line.Unseen > 0:
			page.Added = append(page.Added, line)
		default:
			page.Others = append(page.Others, line)
		}
	}
	// What presses comes first; among those, what waits longest, as they were read.
	slices.SortStableFunc(page.Waiting, func(a, b referralLine) int { return a.pressing() - b.pressing() })
	page.Heading = s.voice.T("office.referrals.waiting", "Count", len(page.Waiting))
	if len(page.Waiting) == 0 {
		page.Heading = s.voice.T("office.referrals.none")
	}
	page.Frame = s.frame(c, s.voice.T("office.referrals.title"))
	return s.render(c, http.StatusOK, "referrals", page)
}

// referralTimes are how long a referral waits for the unit, and how the report stands to
// the time within which the platform has to act on it.
type referralTimes struct {
	Urgency           int
	Waits, Left, Late string // nothing once the unit has answered
}

// pressing orders what waits; what does not open may be anything, and comes first.
func (l referralLine) pressing() int {
	if l.Times == nil {
		return -1
	}
	return l.Times.Urgency
}

func (s *Server) referralTimes(f *archive.Referral, r *report.Report) *referralTimes {
	times := &referralTimes{Urgency: int(r.Urgency)}
	if f.Status != archive.Proposed {
		return times
	}
	now, due := s.Now(), r.Urgency.Due(r.ReceivedAt)
	times.Waits = s.voice.T("office.referral.waits", "T", s.duration(now.Sub(f.ProposedAt)))
	switch {
	case now.After(due):
		times.Late = s.voice.T("office.row.late", "T", s.duration(now.Sub(due)))
	case r.Urgency > 0:
		times.Left = s.voice.T("office.row.left", "T", s.duration(due.Sub(now)))
	}
	return times
}

// openReferral opens the body of a referral with the key of the unit.
func (s *Server) openReferral(v *visit, f *archive.Referral) (*referral.Body, error) {
	identity, held := v.keys.Identity(f.ToTeam, f.Epoch)
	if !held {
		return nil, archive.ErrNotFound
	}
	body, err := referral.Open(identity, referral.Row{ID: f.ID, From: f.FromTeam, Masked: f.Masked}, f.Body)
	if err != nil {
		s.Log.Warn("a referral does not open", "referral", f.ID, "err", err)
	}
	return body, err
}

// wish says whether the reporter wants to be called by the unit.
func (s *Server) wish(b *referral.Body) string {
	if b.Wish == "" {
		return ""
	}
	f, _ := report.Lookup("exploitation.wants_follow_up_call")
	return s.values(f, []string{b.Wish})[0]
}

// A referralPage is one referral as the unit reads it.
type referralPage struct {
	Frame
	Row       referralRow
	Address   string
	Situation string
	Detail    string
	Times     *referralTimes
	From      string
	Reason    string
	Wish      string
	Removed   int
	Damaged   bool
	Gone      bool     // the unit does not have it: its state is all there is
	Calling   *calling // of a whole one
	Facts     []fact
	Sections  []section
	Files     []file
	Looks     []letterRow // why somebody of the unit looked at one of them
	Added     []givenAddition
	Letters   []letterRow // of the platform
	Answers   bool        // it waits, and this member may answer
	Returns   bool        // it was accepted, and may go back
	Record    string      // the address of its record
	Typed     string
	Refusing  bool
	Notice    string
	Problems  []problem
	MaxReason int
}

// Bad returns what is wrong with a field of the page, or "".
func (p referralPage) Bad(field string) string { return textOf(p.Problems, field) }

// fileNames are what the page calls its files, by their ids.
func (p referralPage) fileNames() map[string]string {
	names := map[string]string{}
	all := slices.Clone(p.Files)
	for _, a := range p.Added {
		all = append(all, a.Files...)
	}
	for _, f := range all {
		names[f.ID] = f.Name
	}
	return names
}

// A referralScreen is how a referral is shown: what was typed, and what is said of it.
type referralScreen struct {
	Status   int
	Typed    string
	Notice   string
	Problems []problem
}

// ofUnit finds the referral of a request, if it was made to a unit of the member. Any
// other is not there for him.
func (s *Server) ofUnit(c echo.Context, v *visit) (archive.Referral, error) {
	id, err := uuid.Parse(c.Param("demande"))
	if err != nil {
		return archive.Referral{}, archive.ErrNotFound
	}
	return s.Archive.Referral(c.Request().Context(), id, s.unitIDs(v))
}

func (s *Server) referral(c echo.Context, v *visit) error {
	sc := referralScreen{Status: http.StatusOK}
	if kept, ok := returned(c, v); ok {
		sc.Typed, sc.Notice = plainLines(kept.Get("reason")), s.voice.T("office.close.kept")
	}
	return s.showReferral(c, v, sc)
}

func (s *Server) showReferral(c echo.Context, v *visit, sc referralScreen) error {
	ctx := c.Request().Context()
	f, err := s.ofUnit(c, v)
	if err != nil {
		return err
	}
	event := audit.Event{At: s.Now(), Actor: v.ID, Action: "referral.open", Object: "referral", ID: f.ID.String()}
	if !f.Gone() {
		event.Seen = f.Body
	}
	if err := s.Trail.Append(ctx, event); err != nil {
		return err
	}
	letters, err := s.Archive.LettersAbout(ctx, f.ID, s.unitIDs(v))
	if err != nil {
		return err
	}
	page := referralPage{Row: s.referralRow(f, f.ProposedAt, f.ProposedName), Address: "/demandes/" + f.ID.String(), From: s.teamName(f.FromTeam), Damaged: !f.Gone(), Gone: f.Gone(),
		Answers: f.Status == archive.Proposed, Returns: f.Status == archive.Accepted, Typed: sc.Typed, Notice: sc.Notice, Problems: sc.Problems, MaxReason: maxReason}
	switch record, err := s.Archive.RecordOfReferral(ctx, f.ID, s.unitIDs(v)); {
	case err == nil:
		page.Record = "/suivi/" + record.String()
	case !errors.Is(err, archive.ErrNoRecord):
		return err
	}
	links := map[uuid.UUID]secret.Key{}
	if !f.Gone() {
		if body, err := s.openReferral(v, &f); err == nil {
			s.fillReferral(&page, body)
			if page.Files, err = s.givenFiles(c, &f, body.Files); err != nil {
				return err
			}
			page.Times = s.referralTimes(&f, body.Report)
			links[f.ID] = body.Link
			passed, err := s.Archive.PassedTo(ctx, f.ID, s.unitIDs(v))
			if err != nil {
				return err
			}
			if err := s.seePassed(c, v, passed); err != nil {
				return err
			}
			var later []laterLine
			if page.Added, later, err = s.openPassed(c, v, givenBody{&f, body}, passed); err != nil {
				return err
			}
			if page.Calling != nil {
				page.Calling.Later = later
			}
			if page.Looks, err = s.lookRows(c, v, givenBody{&f, body}, page.fileNames()); err != nil {
				return err
			}
		}
	}
	for _, l := range s.openLetters(v, letters, links) {
		page.Letters = append(page.Letters, letterRow{l.Text, s.when(l.SentAt), l.AuthorName, l.Damaged})
	}
	page.Frame = s.frame(c, s.voice.T("office.referral.title"))
	page.Error = len(sc.Problems) > 0
	return s.render(c, sc.Status, "referral", page)
}

// fillReferral puts what was given on the page.
func (s *Server) fillReferral(page *referralPage, b *referral.Body) {
	r := b.Report
	page.Damaged, page.Reason, page.Wish, page.Removed = false, b.Reason, s.wish(b), b.Removed
	page.Situation, page.Detail = s.situation(r)
	if !b.Masked {
		calling := s.calling(r)
		page.Calling = &calling
	}
	for _, one := range s.brief(r).Facts {
		if one.Value != "" && (!b.Masked || one.Label != s.voice.T("office.fact.writes")) {
			page.Facts = append(page.Facts, one)
		}
	}
	page.Sections = s.sections(r, nil)
}
