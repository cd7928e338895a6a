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

var (
	// ErrReferred says that the unit has this report before it already.
	ErrReferred = errors.New("the report is referred to this unit already")
	// ErrAnswered says that a referral is not, or no longer, as an act supposes.
	ErrAnswered = errors.New("the referral was answered by somebody else")
)

// A ReferralStatus is where a referral stands.
type ReferralStatus string

// The states.
const (
	Proposed     ReferralStatus = "proposed"
	Accepted     ReferralStatus = "accepted"
	Refused      ReferralStatus = "refused"
	Withdrawn    ReferralStatus = "withdrawn"
	ReferredBack ReferralStatus = "referred_back"
)

// A Referral is what one team gave another of a report. Body opens with the key of the
// receiving one.
type Referral struct {
	ID           uuid.UUID
	ReportID     report.ID
	FromTeam     string
	ToTeam       string
	Epoch        int
	Masked       bool
	Status       ReferralStatus
	ProposedBy   uuid.UUID
	ProposedName string
	ProposedAt   time.Time
	AnsweredName *string
	AnsweredAt   *time.Time
	Body         []byte
}

const referralQuery = `select f.id, f.report_id, f.from_team, f.to_team, f.epoch, f.masked, f.status, f.proposed_by, p.display_name as proposed_name,
	f.proposed_at, a.display_name as answered_name, f.answered_at, f.body
	from referrals f join staff p on p.id = f.proposed_by left join staff a on a.id = f.answered_by`

// mostReferrals is how many a list shows.
const mostReferrals = 200

// ReferredTo lists what was referred to one of these teams: what waits first, the
// longest before all, then that to which something was added that nobody of them read,
// then the rest, the newest first.
func (a *Archive) ReferredTo(ctx context.Context, teams []string) ([]Referral, error) {
	return a.referrals(ctx, referralQuery+` where f.to_team = any($1)
		order by f.status <> 'proposed', case when f.status = 'proposed' then f.proposed_at end,
			not (f.status = 'accepted' and exists (select from referral_additions d where d.referral_id = f.id and d.body is not null and d.seen_at is null)),
			f.proposed_at desc, f.id limit $2`, teams, mostReferrals)
}

// WaitingReferrals counts what waits for an answer of one of these teams.
func (a *Archive) WaitingReferrals(ctx context.Context, teams []string) (int, error) {
	var n int
	err := a.pool.QueryRow(ctx, "select count(*)::int from referrals where to_team = any($1) and status = 'proposed'", teams).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting referrals: %w", postgres.Sort(err))
	}
	return n, nil
}

// Referral returns one that was made to one of these teams.
func (a *Archive) Referral(ctx context.Context, id uuid.UUID, teams []string) (Referral, error) {
	found, err := a.referrals(ctx, referralQuery+" where f.id = $1 and f.to_team = any($2)", id, teams)
	if err != nil {
		return Referral{}, err
	}
	if len(found) == 0 {
		return Referral{}, ErrNotFound
	}
	return found[0], nil
}

// Gone reports whether the unit does not have what was referred: it refused it, or the
// platform took it back. What was given is then not its to read.
func (f Referral) Gone() bool { return f.Status == Refused || f.Status == Withdrawn }

// ReferralsOf lists the referrals of a report, oldest first. Whether somebody may see
// the report is asked before.
func (a *Archive) ReferralsOf(ctx context.Context, id report.ID) ([]Referral, error) {
	return a.referrals(ctx, referralQuery+" where f.report_id = $1 order by f.proposed_at, f.id limit $2", id, mostReferrals)
}

func (a *Archive) referrals(ctx context.Context, query string, arguments ...any) ([]Referral, error) {
	found, err := collect[Referral](ctx, a.pool, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("reading referrals: %w", err)
	}
	return found, nil
}

// Refer stores a referral. The errors are ErrConcurrent when the report changed since
// its version, and ErrReferred.
func Refer(ctx context.Context, tx pgx.Tx, f Referral, version int) error {
	tag, err := tx.Exec(ctx, "select from reports where id = $1 and version = $2 for update", f.ReportID, version)
	if err != nil {
		return fmt.Errorf("referring report %s: %w", f.ReportID, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	_, err = tx.Exec(ctx, `insert into referrals (id, report_id, from_team, to_team, epoch, masked, body, proposed_by, proposed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, f.ID, f.ReportID, f.FromTeam, f.ToTeam, f.Epoch, f.Masked, f.Body, f.ProposedBy, f.ProposedAt)
	switch postgres.Constraint(err) {
	case "referrals_once", "referrals_pkey":
		return ErrReferred
	}
	if err != nil {
		return fmt.Errorf("referring report %s: %w", f.ReportID, postgres.Sort(err))
	}
	return nil
}

// A ReferralStep is one move of a referral.
type ReferralStep struct {
	ID       uuid.UUID
	From, To ReferralStatus
	By       uuid.UUID
	At       time.Time
}

// AnswerReferral takes a step. It fails with ErrAnswered when somebody took another in
// between.
func AnswerReferral(ctx context.Context, tx pgx.Tx, s ReferralStep) error {
	tag, err := tx.Exec(ctx, "update referrals set status = $3, answered_by = $4, answered_at = $5 where id = $1 and status = $2", s.ID, s.From, s.To, s.By, s.At)
	if err != nil {
		return fmt.Errorf("answering referral %s: %w", s.ID, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrAnswered
	}
	return nil
}
