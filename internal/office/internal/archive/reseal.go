package archive

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Body is a sealed body that is about to be sealed again. Addition says that it is
// what a reporter added later; its urgency then means nothing.
type Body struct {
	Addition bool
	ID       report.ID
	ReportID report.ID
	Urgency  report.Urgency
	Sealed   []byte
}

// SealedTo lists, in the order of their ids and from the one after on, what is sealed
// to one epoch of a team.
func SealedTo(ctx context.Context, tx pgx.Tx, addition bool, team string, epoch int, after report.ID, most int) ([]report.ID, error) {
	query := "select report_id from report_grants where team_id = $1 and epoch = $2 and report_id > $3 order by report_id limit $4"
	if addition {
		query = "select id from additions where team_id = $1 and epoch = $2 and id > $3 order by id limit $4"
	}
	rows, err := tx.Query(ctx, query, team, epoch, after, most)
	if err != nil {
		return nil, fmt.Errorf("listing what is sealed to epoch %d of %s: %w", epoch, team, postgres.Sort(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[report.ID])
	if err != nil {
		return nil, fmt.Errorf("listing what is sealed to epoch %d of %s: %w", epoch, team, postgres.Sort(err))
	}
	return ids, nil
}

// TakeBody reads one body and keeps others from changing it until the transaction
// ends.
func TakeBody(ctx context.Context, tx pgx.Tx, addition bool, id report.ID, team string, epoch int) (Body, error) {
	query := `select r.id, coalesce(r.urgency_sealed, r.urgency), g.body from report_grants g join reports r on r.id = g.report_id
		where g.report_id = $1 and g.team_id = $2 and g.epoch = $3 for update of g`
	if addition {
		query = "select report_id, 0::smallint, body from additions where id = $1 and team_id = $2 and epoch = $3 for update"
	}
	b := Body{Addition: addition, ID: id}
	err := tx.QueryRow(ctx, query, id, team, epoch).Scan(&b.ReportID, &b.Urgency, &b.Sealed)
	if err != nil {
		return b, fmt.Errorf("reading %s: %w", id, postgres.Sort(err))
	}
	return b, nil
}

// PutBody keeps a body under a newer epoch and returns it as it was stored. For a
// report the older one stays beside it until [DropBody]; a body that was there under
// that epoch before is returned as it is, and is not fresh.
func PutBody(ctx context.Context, tx pgx.Tx, b Body, team string, from, to int) (stored []byte, fresh bool, err error) {
	if b.Addition {
		err := tx.QueryRow(ctx, "update additions set epoch = $4, body = $5 where id = $1 and team_id = $2 and epoch = $3 returning body",
			b.ID, team, from, to, b.Sealed).Scan(&stored)
		if err != nil {
			return nil, false, fmt.Errorf("sealing %s again: %w", b.ID, postgres.Sort(err))
		}
		return stored, true, nil
	}
	err = tx.QueryRow(ctx, `insert into report_grants (report_id, team_id, epoch, body, granted_at)
		select report_id, team_id, $4, $5, granted_at from report_grants where report_id = $1 and team_id = $2 and epoch = $3
		on conflict (report_id, team_id, epoch) do nothing returning body`, b.ID, team, from, to, b.Sealed).Scan(&stored)
	fresh = !errors.Is(err, pgx.ErrNoRows)
	if !fresh {
		err = tx.QueryRow(ctx, "select body from report_grants where report_id = $1 and team_id = $2 and epoch = $3", b.ID, team, to).Scan(&stored)
	}
	if err != nil {
		return nil, false, fmt.Errorf("sealing %s again: %w", b.ID, postgres.Sort(err))
	}
	return stored, fresh, nil
}

// DropBody removes the older body of a report.
func DropBody(ctx context.Context, tx pgx.Tx, id report.ID, team string, epoch int) error {
	_, err := tx.Exec(ctx, "delete from report_grants where report_id = $1 and team_id = $2 and epoch = $3", id, team, epoch)
	if err != nil {
		return fmt.Errorf("removing the older body of %s: %w", id, postgres.Sort(err))
	}
	return nil
}
