package pages

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// A referred is the entry that a referral leaves on the case of the platform: what was
// given, as it was given. The source stands in the report, untouched; of who was masked
// it repeats nothing.
type referred struct {
	Referral uuid.UUID          `json:"referral"`
	Unit     string             `json:"unit"`
	Masked   bool               `json:"masked"`
	Reason   string             `json:"reason"`
	Sections []referral.Section `json:"sections,omitempty"`
	Texts    map[string]string  `json:"texts,omitempty"` // as a person wrote them again
	Files    []report.ID        `json:"files,omitempty"`
	Link     []byte             `json:"link"` // by which the unit is known to have written, and the platform
}

// Format names the shape of its JSON.
func (*referred) Format() string { return "recueil.referred/1" }

// refer gives a unit what was chosen of a report.
func (s *Server) refer(c echo.Context, v *visit) error {
	of, err := s.referable(c, v)
	if errors.Is(err, errNotReferable) {
		return s.referTooLate(c, v)
	}
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	t := readReferring(form)
	if problems := s.problemsOfReferring(of, t); problems != nil {
		return s.showRefer(c, of, http.StatusUnprocessableEntity, t, "", problems...)
	}
	members, err := s.unitMembers(c.Request().Context(), t.Unit)
	if err != nil {
		return err
	}
	if members == 0 {
		return s.showRefer(c, of, http.StatusUnprocessableEntity, t, "", problem{"unit-0", s.voice.T("office.refer.unit.empty", "Unit", s.teamName(t.Unit))})
	}
	switch err := s.referTo(c, v, of, t); {
	case errors.Is(err, archive.ErrReferred):
		if s.isReferred(c, of, t) {
			return goTo(c, "/dossiers/"+of.row.ID.String()+"#confie")
		}
		t.Version = of.row.Version
		return s.showRefer(c, of, http.StatusConflict, t, s.voice.T("office.refer.twice", "Unit", s.teamName(t.Unit)))
	case isConcurrent(err):
		t.Version = of.row.Version // the page now stands beside the report as it is: sending again is a choice
		return s.showRefer(c, of, http.StatusConflict, t, s.voice.T("office.refer.conflict"))
	case err != nil:
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, "/dossiers/"+of.row.ID.String()+"#confie")
}

// isReferred reports whether what came is the second tap of what is stored.
func (s *Server) isReferred(c echo.Context, of *referable, t referring) bool {
	known, err := s.Archive.ReferralsOf(c.Request().Context(), of.row.ID)
	return err == nil && slices.ContainsFunc(known, func(f archive.Referral) bool { return f.ID == t.ID })
}

// referTooLate answers who refers what was closed or merged meanwhile: the report as it
// is, beside what he typed.
func (s *Server) referTooLate(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	return s.showReport(c, v, id, screen{Status: http.StatusConflict, Written: s.leftTexts(form), Notice: s.voice.T("office.refer.too_late")})
}

// referTo seals the body, and stores it with the entry on the case and the line in the
// trail: all of them, or none.
func (s *Server) referTo(c echo.Context, v *visit, of *referable, t referring) error {
	body := referral.Body{ID: t.ID, From: of.row.TeamID, Masked: t.Masked, Reason: t.Reason, Wish: string(of.opened.Exploitation.WantsFollowUpCall), Link: secret.New(), Report: referral.Whole(of.opened)}
	entry := &referred{Referral: t.ID, Unit: t.Unit, Masked: t.Masked, Reason: t.Reason, Link: body.Link.Bytes()}
	if t.Masked {
		var err error
		if body.Report, body.Removed, err = referral.Mask(of.opened, t.ID, t.Choice); err != nil {
			return err
		}
		entry.Sections = t.Choice.Sections
		entry.Texts = map[string]string{}
		body.Report.Walk(func(f report.Field, name string, values []string) {
			if referral.Read(f) {
				entry.Texts[name] = values[0]
			}
		})
	}
	body.Files = s.filesGiven(of.files, t.Masked, t.Files)
	entry.Files = idsOf(body.Files)
	to, err := s.seals(t.Unit)
	if err != nil {
		return err
	}
	sealed, err := referral.Seal(&body, to)
	if err != nil {
		return err
	}
	row := archive.Referral{ID: t.ID, ReportID: of.row.ID, FromTeam: of.row.TeamID, ToTeam: to.TeamID, Epoch: to.Number, Masked: t.Masked,
		ProposedBy: v.ID, ProposedAt: s.Now(), Body: sealed}
	all, err := s.passEarlier(v, earlier{of, t, row, body.Link})
	if err != nil {
		return err
	}
	writings := []writing{{casefile.Of(of.opened).New(archive.ReferralPart, entry),
		audit.Event{Action: "referral.propose", Object: "report", ID: of.row.ID.String(), Detail: t.ID.String()}}}
	for _, d := range all {
		writings = append(writings, d.writing)
	}
	return s.recordAll(c, v, func(tx pgx.Tx) error {
		if err := archive.Refer(c.Request().Context(), tx, row, t.Version); err != nil {
			return err
		}
		for _, d := range all {
			if err := archive.PassOn(c.Request().Context(), tx, d.row); err != nil {
				return err
			}
		}
		return nil
	}, writings...)
}
