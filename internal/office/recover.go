package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A Recovery opens a team's keys with the offline recovery key, when nobody who
// holds them is left.
type Recovery struct {
	House
	Key  secret.Text // the age identity printed at the founding
	Team string
}

// Export returns the identity of the team's current epoch: the standard age tool
// opens its reports with it. The act stands in the audit trail.
func (r Recovery) Export(ctx context.Context) (secret.Text, error) {
	epochs, err := r.open(ctx, r.Team)
	if err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		return audit.AppendIn(ctx, tx, audit.Event{At: r.Now(), Action: "team.recovered", Object: "team", ID: r.Team, Detail: "exported"})
	})
	if err != nil {
		return "", err
	}
	return epochs[len(epochs)-1].Export(), nil
}

// AdmitTo gives every key of the team that can be opened to an existing coordinator,
// or of a profession to a follow-up member, who can then admit the others, and returns how many epochs those are. His own
// passphrase opens his identity first: the recipient in the database alone could be
// that of whoever writes it.
func (r Recovery) AdmitTo(ctx context.Context, login string, passphrase secret.Text) (int, error) {
	desk, err := r.desk()
	if err != nil {
		return 0, err
	}
	member, err := desk.Open(ctx, login, passphrase)
	if errors.Is(err, staff.ErrLogin) {
		return 0, fmt.Errorf("the passphrase does not open the account %s, or there is no such active account", login)
	}
	if err != nil {
		return 0, err
	}
	if !desk.Gives(member.Role, r.Team) {
		return 0, fmt.Errorf("%s could admit nobody after him; recover the key for a coordinator, that of a profession for a follow-up member", login)
	}
	epochs, err := r.open(ctx, r.Team)
	if err != nil {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		// What he held of the team before, if anything, is of another identity or whole already.
		for _, table := range []string{"team_key_wraps", "memberships"} {
			if _, err := tx.Exec(ctx, "delete from "+table+" where team_id = $1 and staff_id = $2", r.Team, member.ID); err != nil {
				return fmt.Errorf("recovering the key of %s: %w", r.Team, postgres.Sort(err))
			}
		}
		at := r.Now()
		err := staff.Admit(ctx, tx, staff.Admission{Staff: member.ID, Recipient: member.Recipient, Epochs: epochs, Shred: r.shreds(), At: at})
		if err != nil {
			return err
		}
		if err := audit.AppendIn(ctx, tx, audit.Event{At: at, Action: "team.recovered", Object: "team", ID: r.Team, Detail: "break_glass"}); err != nil {
			return err
		}
		return audit.AppendIn(ctx, tx, audit.Event{At: at, Action: "staff.admitted", Object: "staff", ID: member.ID.String(), Detail: r.Team})
	})
	return len(epochs), err
}

// A Drilled epoch is one that the recovery key was tried on.
type Drilled struct {
	Team  string
	Epoch int
	Gone  bool  // its shred key was destroyed on purpose
	Err   error // why it does not open
}

// Drill tries the recovery key on every epoch of the trust file. It writes no key
// anywhere; that it took place stands in the audit trail.
func (r Recovery) Drill(ctx context.Context) ([]Drilled, error) {
	offline, err := r.offline()
	if err != nil {
		return nil, err
	}
	var all []Drilled
	failed := 0
	for _, team := range r.Trust.File().Teams() {
		for _, keys := range team.Epochs {
			d := Drilled{Team: team.ID, Epoch: keys.Epoch}
			_, d.Gone, d.Err = r.openEpoch(ctx, offline, team.ID, keys.Epoch)
			if d.Err != nil {
				failed++
			}
			all = append(all, d)
		}
	}
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		return audit.AppendIn(ctx, tx, audit.Event{At: r.Now(), Actor: uuid.Nil, Action: "recovery.drilled", Object: "house", Detail: fmt.Sprintf("%d of %d failed", failed, len(all))})
	})
	return all, err
}

// offline reads the typed key, and refuses another than the trust file names.
func (r Recovery) offline() (*age.HybridIdentity, error) {
	offline, err := age.ParseHybridIdentity(r.Key.Reveal())
	if err != nil {
		return nil, errors.New("this is no recovery key; it begins with AGE-SECRET-KEY-PQ-1 and was printed by `recueil init`")
	}
	if offline.Recipient().String() != r.Trust.File().Recovery() {
		return nil, errors.New("this is a key, but not the recovery key of this trust file; look for the paper of this house")
	}
	return offline, nil
}

// open returns every epoch of a team whose shred key was not destroyed, oldest
// first; the current one is always among them.
func (r Recovery) open(ctx context.Context, teamID string) ([]keyring.Team, error) {
	current, known := r.Trust.File().Current(teamID)
	if !known {
		return nil, fmt.Errorf("the trust file has no team %s", teamID)
	}
	offline, err := r.offline()
	if err != nil {
		return nil, err
	}
	var epochs []keyring.Team
	for number := 1; number <= current.Number; number++ {
		if _, named := r.Trust.File().Epoch(teamID, number); !named {
			continue
		}
		team, gone, err := r.openEpoch(ctx, offline, teamID, number)
		if err != nil {
			return nil, err
		}
		if !gone {
			epochs = append(epochs, team)
		}
	}
	if len(epochs) == 0 || epochs[len(epochs)-1].Epoch != current.Number {
		return nil, fmt.Errorf("the current key of the team %s was destroyed", teamID)
	}
	return epochs, nil
}

func (r Recovery) openEpoch(ctx context.Context, offline *age.HybridIdentity, teamID string, number int) (team keyring.Team, gone bool, err error) {
	expect, _ := r.Trust.File().Epoch(teamID, number)
	if gone, err = shredded(ctx, r.House, expect); err != nil || gone {
		return team, gone, err
	}
	var wrap []byte
	err = r.Pool.QueryRow(ctx, "select wrap from recovery_wraps where team_id = $1 and epoch = $2", teamID, number).Scan(&wrap)
	if errors.Is(err, pgx.ErrNoRows) {
		return team, false, fmt.Errorf("there is no recovery wrap of %s, epoch %d; restore the table recovery_wraps from a backup", teamID, number)
	}
	if err != nil {
		return team, false, fmt.Errorf("reading the recovery wrap of %s: %w", teamID, postgres.Sort(err))
	}
	shred, err := r.shreds().Load(teamID, number)
	if err != nil {
		return team, false, err
	}
	team, err = keyring.OpenTeamForRecovery(wrap, shred, offline, expect)
	return team, false, err
}

// shredded reports whether the shred key of an epoch was destroyed on purpose: it is
// written down as such, and the file is gone.
func shredded(ctx context.Context, h House, e trust.Epoch) (bool, error) {
	if h.shreds().Has(e.TeamID, e.Number) {
		return false, nil
	}
	var at *time.Time
	err := h.Pool.QueryRow(ctx, "select shredded_at from team_epochs where team_id = $1 and epoch = $2", e.TeamID, e.Number).Scan(&at)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("reading epoch %d of %s: %w", e.Number, e.TeamID, postgres.Sort(err))
	}
	return at != nil, nil
}
