package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// ErrNotNamed says that who acts has not, or no longer, the role for it, or is not among
// those that a report is restricted to.
var ErrNotNamed = errors.New("this person may not change the report so")

// A Restriction takes a report from a team and gives it to people: to each a body that
// his own key opens, and one to the key in the safe. Every other grant is removed.
type Restriction struct {
	Report  report.ID
	Version int
	By      uuid.UUID
	Team    string // whose members they are, and who gets it back some day
	People  []uuid.UUID
	Bodies  [][]byte // in their order
	Spare   []byte
}

// Restrict restricts a report, or names others for one that is restricted.
func Restrict(ctx context.Context, tx pgx.Tx, r Restriction) error {
	_, err := tx.Exec(ctx, "select report_restrict($1, $2, $3, $4, $5, $6, $7)", r.Report, r.Version, r.By, r.Team, r.People, r.Bodies, r.Spare)
	return sortAct(r.Report, err)
}

// A Lifting gives a report back to the team that it was taken from.
type Lifting struct {
	Report  report.ID
	Version int
	By      uuid.UUID
	Epoch   int
	Body    []byte
}

// Lift ends a restriction.
func Lift(ctx context.Context, tx pgx.Tx, l Lifting) error {
	_, err := tx.Exec(ctx, "select report_lift($1, $2, $3, $4, $5)", l.Report, l.Version, l.By, l.Epoch, l.Body)
	return sortAct(l.Report, err)
}

// sortAct tells the errors of the functions that do one act, whole.
func sortAct(id report.ID, err error) error {
	switch {
	case err == nil:
		return nil
	case postgres.Code(err) == "RC001":
		return ErrNotNamed
	case postgres.Code(err) == "RC002":
		return ErrConcurrent
	}
	return fmt.Errorf("changing report %s: %w", id, postgres.Sort(err))
}

// NamedOn lists the people that a report is restricted to.
func (a *Archive) NamedOn(ctx context.Context, id report.ID) ([]uuid.UUID, error) {
	rows, err := a.pool.Query(ctx, "select substr(team_id, 8)::uuid from report_grants where report_id = $1 and team_id like 'member:%' order by team_id", id)
	if err != nil {
		return nil, fmt.Errorf("reading whom %s is restricted to: %w", id, postgres.Sort(err))
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reading whom %s is restricted to: %w", id, postgres.Sort(err))
	}
	return people, nil
}
