package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// ErrPassed says that what is decided of an addition was decided so already.
var ErrPassed = errors.New("that was decided of the addition already")

// A PassedAddition is what was decided of something that was added to a referred
// report: passed on, and Body opens with the key of the unit; or kept, without one.
type PassedAddition struct {
	ID         uuid.UUID
	ReferralID uuid.UUID
	AdditionID report.ID
	TeamID     string
	Epoch      *int
	Body       []byte
	Author     uuid.UUID
	AuthorName string
	DecidedAt  time.Time
	SeenAt     *time.Time
}

const passedQuery = `select d.id, d.referral_id, d.addition_id, d.team_id, d.epoch, d.body, d.author, s.display_name as author_name, d.decided_at, d.seen_at
	from referral_additions d join staff s on s.id = d.author join referrals f on f.id = d.referral_id`

// PassedOf lists what was decided of the additions to a report, for each referral of it,
// oldest first. Whether somebody may see the report is asked before.
func (a *Archive) PassedOf(ctx context.Context, id report.ID) ([]PassedAddition, error) {
	return a.passed(ctx, passedQuery+" where f.report_id = $1 order by d.decided_at, d.id limit 1000", id)
}

// PassedTo lists what one of these teams was passed on with a referral, oldest first.
func (a *Archive) PassedTo(ctx context.Context, referral uuid.UUID, teams []string) ([]PassedAddition, error) {
	return a.passed(ctx, passedQuery+" where d.referral_id = $1 and d.team_id = any($2) and d.body is not null order by d.decided_at, d.id limit 500", referral, teams)
}

func (a *Archive) passed(ctx context.Context, query string, arguments ...any) ([]PassedAddition, error) {
	found, err := collect[PassedAddition](ctx, a.pool, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("reading what was passed on: %w", err)
	}
	return found, nil
}

// PassOn stores what was decided of an addition. The errors are ErrPassed, and
// ErrAnswered when the unit does not have the referral any more.
func PassOn(ctx context.Context, tx pgx.Tx, d PassedAddition) error {
	tag, err := tx.Exec(ctx, "select from referrals where id = $1 and status in ('proposed', 'accepted') for share", d.ReferralID)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrAnswered
	}
	if err == nil {
		_, err = tx.Exec(ctx, `insert into referral_additions (id, referral_id, addition_id, team_id, epoch, body, author, decided_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`, d.ID, d.ReferralID, d.AdditionID, d.TeamID, d.Epoch, d.Body, d.Author, d.DecidedAt)
	}
	if postgres.Constraint(err) == "referral_additions_once" {
		return ErrPassed
	}
	if err != nil {
		return fmt.Errorf("passing on addition %s: %w", d.AdditionID, postgres.Sort(err))
	}
	return nil
}

// SeePassed notes that somebody of the unit has what was passed on before his eyes.
func (a *Archive) SeePassed(ctx context.Context, ids []uuid.UUID, at time.Time) error {
	if _, err := a.pool.Exec(ctx, "update referral_additions set seen_at = $2 where id = any($1) and seen_at is null", ids, at); err != nil {
		return fmt.Errorf("noting what the unit saw: %w", postgres.Sort(err))
	}
	return nil
}

// UnseenPassed counts, by referral, what was passed on to these teams that nobody of
// them has opened. What they refused, or have no more, is not theirs to open.
func (a *Archive) UnseenPassed(ctx context.Context, teams []string) (map[uuid.UUID]int, error) {
	rows, err := a.pool.Query(ctx, `select d.referral_id, count(*)::int from referral_additions d join referrals f on f.id = d.referral_id
		where d.team_id = any($1) and d.seen_at is null and d.body is not null and f.status in ('proposed', 'accepted') group by 1`, teams)
	if err != nil {
		return nil, fmt.Errorf("counting what was passed on: %w", postgres.Sort(err))
	}
	unseen := map[uuid.UUID]int{}
	var id uuid.UUID
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error { unseen[id] = n; return nil }); err != nil {
		return nil, fmt.Errorf("counting what was passed on: %w", postgres.Sort(err))
	}
	return unseen, nil
}

// Unpassed lists the reports that a unit has and that something was added to of which
// nobody decided yet whether the unit gets it, the longest first. Closed reports are
// among them: the unit still has those. Of what is restricted to people nothing goes to a
// unit, so nothing waits.
func (a *Archive) Unpassed(ctx context.Context, teams []string) ([]Quiet, error) {
	found, err := collect[Quiet](ctx, a.pool, "select "+lineColumns+", w.since"+lineJoins+`
		join (select f.report_id, min(d.received_at) as since from referrals f join additions d on d.report_id = f.report_id
			where f.status in ('proposed', 'accepted') and not exists (select from referral_additions p where p.referral_id = f.id and p.addition_id = d.id)
			group by 1) w on w.report_id = r.id
		where r.restricted_from is null
		order by w.since, r.id limit @most`, pgx.NamedArgs{"teams": teams, "most": MostForgotten})
	if err != nil {
		return nil, fmt.Errorf("looking for additions to pass on: %w", err)
	}
	return found, nil
}
