package pages

import (
	"bytes"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A link leads from one report to another. Each of the two holds one, so that either
// can be read alone; whoever undoes it adds one that says so.
type link struct {
	Relation  string    `json:"relation"`
	Other     report.ID `json:"other"`
	Reference string    `json:"reference"`
	Reason    string    `json:"reason,omitempty"`
}

// Format names the shape of its JSON.
func (*link) Format() string { return "recueil.link/1" }

// The relations.
const (
	sameChild  = "same_child"
	otherChild = "other_child" // undoes it
	mergedInto = "merged_into"
	mergedFrom = "merged_from"
)

// relations says what each of the two reports says of the other.
var relations = map[string][2]string{"link": {sameChild, sameChild}, "unlink": {otherChild, otherChild}, "merge": {mergedInto, mergedFrom}}

// linkReports links two reports, separates them, or merges one into the other: both
// parts, their lines and the move stand or fall together.
func (s *Server) linkReports(c echo.Context, at *decided) error {
	other, opened, err := s.otherReport(c, at)
	if err != nil {
		return err
	}
	ctx, now := c.Request().Context(), s.Now()
	says := relations[at.act]
	here := casefile.Of(at.opened).New(archive.LinkPart, &link{says[0], other.ID, opened.Reference, at.typed.Reason})
	there := casefile.Of(opened).New(archive.LinkPart, &link{says[1], at.found.ID, at.opened.Reference, at.typed.Reason})
	return s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		// In the order of their ids: two who link the same reports wait for each other.
		ids := []uuid.UUID{at.found.ID, other.ID}
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
		for _, id := range ids {
			now, err := archive.Lock(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			// What was merged itself meanwhile leads nowhere: the two would both be gone.
			if id == other.ID && !takes(at.act, now) {
				return nil, archive.ErrConcurrent
			}
		}
		if at.act == "merge" {
			step := archive.Step{Report: at.found.ID, Version: at.typed.Version, From: at.found.Status, To: triage.Merged, By: at.v.ID, At: now}
			if err := archive.Move(ctx, tx, step); err != nil {
				return nil, err
			}
		}
		lines := []audit.Event{at.line("report."+at.act, other.ID.String()), {Action: "report." + at.act, Object: "report", ID: other.ID.String(), Detail: at.found.ID.String()}}
		for i, part := range []archive.NewPart{here, there} {
			part.Author, part.At = at.v.ID, now
			sealed, err := archive.AppendPart(ctx, tx, part)
			if err != nil {
				return nil, err
			}
			lines[i].Seen, lines[i].Actor, lines[i].At = sealed, at.v.ID, now
		}
		return lines, nil
	})
}

// takes reports whether a report that stands somewhere may be the other one. What is
// merged goes on in the other: there somebody must still have something to do.
func takes(act string, other triage.Status) bool {
	if act == "merge" {
		return slices.Contains(triage.Underway(), other)
	}
	return slices.Contains(triage.When(triage.Link), other)
}

// otherReport finds the report that was chosen, by the id of one that was shown or by
// the reference that was typed.
func (s *Server) otherReport(c echo.Context, at *decided) (*archive.Report, *report.Report, error) {
	ctx := c.Request().Context()
	field := "reference"
	if at.asks == otherOne {
		field = "choice-0"
	}
	refuse := func(key string) error { return &unclear{problem: problem{field, s.voice.T(key)}} }
	id, err := uuid.Parse(at.typed.Other)
	if err != nil {
		plain, ok := seal.ParseReference(at.typed.Reference)
		if !ok {
			return nil, nil, refuse("office.decide.reference.none")
		}
		matches, err := s.Archive.ByReference(ctx, plain, archive.View{Teams: at.v.keys.Teams(), Me: at.v.ID, Now: s.Now()})
		if err != nil {
			return nil, nil, err
		}
		matches = slices.DeleteFunc(matches, func(r archive.Report) bool { return r.ID == at.found.ID })
		switch len(matches) {
		case 0:
			return nil, nil, refuse("office.decide.reference.none")
		case 1:
			id = matches[0].ID
		default:
			return nil, nil, s.severalMatch(c, at, matches)
		}
	}
	other, err := s.Archive.Get(ctx, id, at.v.keys.Teams())
	if err != nil || other.ID == at.found.ID {
		return nil, nil, refuse("office.decide.reference.none")
	}
	switch {
	case takes(at.act, other.Status):
	case other.Status == triage.Closed:
		return nil, nil, refuse("office.decide.reference.closed")
	case other.Status == triage.Merged:
		return nil, nil, refuse("office.decide.reference.merged")
	default:
		return nil, nil, refuse("office.decide.reference.none")
	}
	if err := triage.May(at.v.person(), triage.Link, other.Object(s.Now())); err != nil {
		return nil, nil, refuse("office.decide.reference.none")
	}
	opened, err := s.unseal(at.v, &other)
	if err != nil {
		return nil, nil, refuse("office.decide.reference.damaged")
	}
	return &other, opened, nil
}

// severalMatch asks which of the reports under one reference is meant.
func (s *Server) severalMatch(c echo.Context, at *decided, matches []archive.Report) error {
	if err := s.sawList(c.Request().Context(), at.v, "reference", len(matches)); err != nil {
		return err
	}
	asks := &unclear{problem: problem{"choice-0", s.voice.T("office.decide.which")}}
	for i := range matches {
		row := s.openRow(c.Request().Context(), at.v, &matches[i])
		asks.matches = append(asks.matches, choice{Value: row.ID, Text: row.Situation, Hint: s.join(strings.TrimSpace(row.Detail), s.when(row.ReceivedAt))})
	}
	return asks
}

// linksOf lists the reports that this one is linked to as of the same child.
func (s *Server) linksOf(c echo.Context, at *decided) ([]link, error) {
	parts, err := s.Archive.Parts(c.Request().Context(), at.found.ID)
	if err != nil {
		return nil, err
	}
	return linked(at.opened, parts), nil
}

// linked follows linking and separating, in the order in which they were done.
func linked(opened *report.Report, parts []archive.Part) (links []link) {
	places := casefile.Places(parts)
	for i, part := range parts {
		var l link
		if part.Kind != archive.LinkPart || openPart(opened, places[i], part.Body, &l) != nil {
			continue
		}
		links = slices.DeleteFunc(links, func(before link) bool {
			return before.Other == l.Other && l.Relation != mergedFrom && l.Relation != mergedInto
		})
		if l.Relation == sameChild {
			l.Reference = seal.FormatReference(l.Reference)
			links = append(links, l)
		}
	}
	return links
}

// merged lists what the report was merged into, and what was merged into it.
func merged(opened *report.Report, parts []archive.Part) (links []link) {
	places := casefile.Places(parts)
	for i, part := range parts {
		var l link
		if part.Kind == archive.LinkPart && openPart(opened, places[i], part.Body, &l) == nil && (l.Relation == mergedInto || l.Relation == mergedFrom) {
			links = append(links, l)
		}
	}
	return links
}
