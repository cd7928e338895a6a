package pages

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/trust"
)

// teamOf is the team that a report is, or was, granted to.
func teamOf(r *archive.Report) string {
	if r.Restricted != nil {
		return *r.Restricted
	}
	return r.TeamID
}

// whoMayHave lists who may be given the report: of its team, and where it is
// restricted those who are named.
func (s *Server) whoMayHave(c echo.Context, at *decided) ([]staff.Colleague, error) {
	ctx := c.Request().Context()
	all, err := s.Desk.Colleagues(ctx, at.v.keys, teamOf(&at.found))
	if err != nil || at.found.Restricted == nil || at.asks == people {
		return all, err
	}
	names, err := s.Archive.NamedOn(ctx, at.found.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(c staff.Colleague) bool { return !slices.Contains(names, c.ID) }), nil
}

func (s *Server) askPeople(c echo.Context, at *decided, page *decidePage, add func(value, text, hint string)) error {
	colleagues, err := s.whoMayHave(c, at)
	if err != nil {
		return err
	}
	if at.asks == people {
		page.Name, page.Many = "person", true
		if at.found.Restricted != nil && at.typed.People == nil {
			names, err := s.Archive.NamedOn(c.Request().Context(), at.found.ID)
			if err != nil {
				return err
			}
			for _, id := range names {
				at.typed.People = append(at.typed.People, id.String())
			}
		}
	}
	for _, colleague := range colleagues {
		mine := at.found.Assignee != nil && *at.found.Assignee == colleague.ID
		if at.asks == person && (mine || !colleague.Role.May(triage.Claim)) {
			continue
		}
		add(colleague.ID.String(), colleague.DisplayName, s.voice.T("office.role."+string(colleague.Role)))
	}
	return nil
}

// restrict takes a report from its team and seals it to the people who are named,
// each by his own key. The others of the team hold the team's key, and find nothing
// that it opens.
func (s *Server) restrict(c echo.Context, at *decided) (address string, err error) {
	colleagues, err := s.whoMayHave(c, at)
	if err != nil {
		return "", err
	}
	identity, holds := at.v.keys.Identity(at.found.TeamID, at.found.Epoch)
	if !holds {
		return "", fmt.Errorf("restricting report %s: no key of %s", at.found.ID, at.found.TeamID)
	}
	r := archive.Restriction{Report: at.found.ID, Version: at.typed.Version, By: at.v.ID, Team: teamOf(&at.found)}
	d := decision{Act: at.act, Reason: at.typed.Reason}
	var persons []triage.Person
	seal := func(to trust.Epoch) (body []byte) {
		if err == nil {
			body, err = unseal.Again(identity, at.found.Body, to)
		}
		return body
	}
	for _, colleague := range colleagues {
		if !slices.Contains(at.typed.People, colleague.ID.String()) {
			continue
		}
		persons = append(persons, colleague.Person())
		r.People, r.Bodies = append(r.People, colleague.ID), append(r.Bodies, seal(colleague.Alone()))
		d.People = append(d.People, named{colleague.ID, colleague.DisplayName})
	}
	r.Spare = seal(trust.Epoch{TeamID: "safe:recovery", Number: 1, Recipient: s.Desk.Trust.File().Recovery()})
	if err != nil {
		return "", fmt.Errorf("restricting report %s: %w", at.found.ID, err)
	}
	if err := triage.Named(persons); err != nil {
		return "", &unclear{problem: problem{"choice-0", s.voice.T("office.decide.choose.people")}}
	}
	err = s.record(c, at.v, at.why(&d), at.line("report.restrict", joinIDs(r.People)), func(tx pgx.Tx) error {
		return archive.Restrict(c.Request().Context(), tx, r)
	})
	if errors.Is(err, archive.ErrNotNamed) {
		return "", errRole
	}
	if !slices.Contains(r.People, at.v.ID) {
		return "/file", err // it is not there for him any more
	}
	return "/dossiers/" + at.found.ID.String(), err
}

// lift gives a report back to its team, sealed to the key that the team has now.
func (s *Server) lift(c echo.Context, at *decided) error {
	identity, holds := at.v.keys.Identity(at.found.TeamID, at.found.Epoch)
	to, known := s.Desk.Trust.File().Current(teamOf(&at.found))
	if !holds || !known {
		return fmt.Errorf("lifting the restriction of %s: no key of %s", at.found.ID, teamOf(&at.found))
	}
	body, err := unseal.Again(identity, at.found.Body, to)
	if err != nil {
		return fmt.Errorf("lifting the restriction of %s: %w", at.found.ID, err)
	}
	d := decision{Act: at.act, Reason: at.typed.Reason}
	err = s.record(c, at.v, at.why(&d), at.line("report.lift", to.TeamID), func(tx pgx.Tx) error {
		return archive.Lift(c.Request().Context(), tx, archive.Lifting{Report: at.found.ID, Version: at.typed.Version, By: at.v.ID, Epoch: to.Number, Body: body})
	})
	if errors.Is(err, archive.ErrNotNamed) {
		return errRole
	}
	return err
}

func joinIDs(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}
