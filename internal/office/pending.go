package office

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
	"recueil/internal/trust"
)

// A prepared epoch was made, and the trust file at hand does not name it.
type prepared struct {
	TeamID       string
	Epoch        int
	TrustVersion int
}

// pending lists what was prepared and is not in this trust file: because it was not
// installed yet, or because a newer file is.
func pending(ctx context.Context, q querier, file *trust.File) ([]prepared, error) {
	rows, err := q.Query(ctx, `select team_id, epoch, trust_version from team_epochs
		where discarded_at is null and shredded_at is null order by team_id, epoch`)
	if err != nil {
		return nil, fmt.Errorf("reading the epochs: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[prepared])
	if err != nil {
		return nil, fmt.Errorf("reading the epochs: %w", postgres.Sort(err))
	}
	var waiting []prepared
	for _, p := range all {
		if current, known := file.Current(p.TeamID); !known || p.Epoch > current.Number {
			waiting = append(waiting, p)
		}
	}
	return waiting, nil
}

type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// clear refuses to rotate beside another rotation: the next file of either would
// lack the key of the other. It discards that one when told to, and if nobody can
// have used it.
func (r *Rotation) clear(ctx context.Context, tx pgx.Tx) ([]trust.Epoch, error) {
	// One rotation at a time; readers go on.
	if _, err := tx.Exec(ctx, "lock table team_epochs in share row exclusive mode"); err != nil {
		return nil, fmt.Errorf("preparing a rotation: %w", postgres.Sort(err))
	}
	var newest int
	if err := tx.QueryRow(ctx, "select coalesce(max(trust_version), 0) from servers where seen_at > now() - interval '10 minutes'").Scan(&newest); err != nil {
		return nil, fmt.Errorf("reading the servers: %w", postgres.Sort(err))
	}
	if file := r.Trust.File(); newest > file.Version() {
		return nil, fmt.Errorf("a server uses version %d of the trust file, and this one is version %d; name the newest by --trust-file", newest, file.Version())
	}
	waiting, err := pending(ctx, tx, r.Trust.File())
	if err != nil {
		return nil, err
	}
	var discarded []trust.Epoch
	for _, p := range waiting {
		if !r.Discard {
			return nil, fmt.Errorf("epoch %d of %s is prepared and not in this trust file; install version %d and name it by --trust-file, or discard it with --discard-pending",
				p.Epoch, p.TeamID, p.TrustVersion)
		}
		if err := r.discard(ctx, tx, p); err != nil {
			return nil, err
		}
		discarded = append(discarded, trust.Epoch{TeamID: p.TeamID, Number: p.Epoch})
	}
	return discarded, nil
}

func (r *Rotation) discard(ctx context.Context, tx pgx.Tx, p prepared) error {
	sealed, err := sealedTo(ctx, tx, p.TeamID, p.Epoch)
	if err != nil {
		return err
	}
	if !sealed.None() {
		return fmt.Errorf("%d reports, additions, records and referrals are sealed to epoch %d of %s: its trust file was installed somewhere. Install it everywhere and name it by --trust-file",
			sealed.Reports+sealed.Additions+sealed.Records+sealed.Referrals, p.Epoch, p.TeamID)
	}
	for _, table := range []string{"team_key_wraps", "recovery_wraps"} {
		if _, err := tx.Exec(ctx, "delete from "+table+" where team_id = $1 and epoch = $2", p.TeamID, p.Epoch); err != nil {
			return fmt.Errorf("discarding epoch %d of %s: %w", p.Epoch, p.TeamID, postgres.Sort(err))
		}
	}
	if _, err := tx.Exec(ctx, "update team_epochs set discarded_at = $3 where team_id = $1 and epoch = $2", p.TeamID, p.Epoch, r.Now()); err != nil {
		return fmt.Errorf("discarding epoch %d of %s: %w", p.Epoch, p.TeamID, postgres.Sort(err))
	}
	return audit.AppendIn(ctx, tx, audit.Event{At: r.Now(), Action: "team.rotation_discarded", Object: "team", ID: p.TeamID, Detail: fmt.Sprintf("epoch %d", p.Epoch)})
}

// nextVersion numbers the next trust file above every file that was ever made: two
// files of one version could be told apart by their fingerprints only.
func (r *Rotation) nextVersion(ctx context.Context, tx pgx.Tx) (int, error) {
	var made int
	if err := tx.QueryRow(ctx, "select coalesce(max(trust_version), 0) from team_epochs").Scan(&made); err != nil {
		return 0, fmt.Errorf("reading the epochs: %w", postgres.Sort(err))
	}
	return max(made, r.Trust.File().Version()) + 1, nil
}

// nextEpoch numbers a team's next key above all it ever had, and removes what
// somebody planted under that number.
func nextEpoch(ctx context.Context, tx pgx.Tx, current trust.Epoch) (int, error) {
	var made int
	err := tx.QueryRow(ctx, "select coalesce(max(epoch), 0) from team_epochs where team_id = $1", current.TeamID).Scan(&made)
	if err != nil {
		return 0, fmt.Errorf("reading the epochs of %s: %w", current.TeamID, postgres.Sort(err))
	}
	number := max(made, current.Number) + 1
	for _, table := range []string{"team_key_wraps", "recovery_wraps"} {
		if _, err := tx.Exec(ctx, "delete from "+table+" where team_id = $1 and epoch >= $2", current.TeamID, number); err != nil {
			return 0, fmt.Errorf("clearing epoch %d of %s: %w", number, current.TeamID, postgres.Sort(err))
		}
	}
	return number, nil
}

// ended lists the epochs of the trust file that open nothing any more.
func (h House) ended(ctx context.Context) ([]trust.Epoch, error) {
	var gone []trust.Epoch
	for _, team := range h.Trust.File().Teams() {
		for _, keys := range team.Epochs {
			e, _ := h.Trust.File().Epoch(team.ID, keys.Epoch)
			is, err := shredded(ctx, h, e)
			if err != nil {
				return nil, err
			}
			if is {
				gone = append(gone, e)
			}
		}
	}
	return gone, nil
}
