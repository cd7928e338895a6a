package staff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
	"recueil/internal/office/internal/words"
	"recueil/internal/postgres"
)

// Words says in six words whose key the session's member has: his own, as his
// passphrase opened it, whatever the database says of him.
func (s *Session) Words() []string { return words.Fingerprint(s.ID, s.identity.Recipient()) }

// Gives reports whether a role may give the key of a team to somebody else: a
// coordinator any but a profession's, a follow-up member that of his own profession.
func (d *Desk) Gives(role triage.Role, team string) bool {
	known, _ := d.Trust.File().Team(team)
	if known.ProfessionOf != "" {
		return role == triage.FollowUp
	}
	return role.May(triage.Admit) && role != triage.FollowUp
}

// Giving lists the teams whose key somebody holds and may give.
func (d *Desk) Giving(role triage.Role, keys Keys) []string {
	return slices.DeleteFunc(keys.Teams(), func(team string) bool { return !d.Gives(role, team) })
}

// A Waiting account is to be given keys.
type Waiting struct {
	ID          uuid.UUID
	Login       string
	DisplayName string
	Role        triage.Role
	Recipient   string // as the database has it: to be compared by voice
	AskedAt     time.Time
	Teams       []string // of those asked about
}

// Words says whose key would be admitted.
func (w Waiting) Words() []string { return words.Fingerprint(w.ID, w.Recipient) }

// Waiting lists who waits for a key of these teams, the longest first, but for the
// one who asks: nobody admits himself.
func (d *Desk) Waiting(ctx context.Context, by uuid.UUID, teams []string) ([]Waiting, error) {
	rows, err := d.Pool.Query(ctx, `select s.id, s.login, s.display_name, s.role, s.recipient, min(k.asked_at) as asked_at, array_agg(k.team_id order by k.team_id) as teams
		from key_requests k join staff s on s.id = k.staff_id
		where k.team_id = any($1) and s.disabled_at is null and s.id <> $2 group by s.id order by min(k.asked_at), s.login`, teams, by)
	if err != nil {
		return nil, fmt.Errorf("listing who waits for a key: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Waiting])
	if err != nil {
		return nil, fmt.Errorf("listing who waits for a key: %w", postgres.Sort(err))
	}
	return all, nil
}

// CountWaiting counts them.
func (d *Desk) CountWaiting(ctx context.Context, by uuid.UUID, teams []string) (int, error) {
	var n int
	err := d.Pool.QueryRow(ctx, `select count(distinct k.staff_id) from key_requests k join staff s on s.id = k.staff_id
		where k.team_id = any($1) and s.disabled_at is null and s.id <> $2`, teams, by).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting who waits for a key: %w", postgres.Sort(err))
	}
	return n, nil
}

// A TeamKey is what a member has of one team.
type TeamKey struct {
	Team    string
	AskedAt *time.Time // waits since
	Wraps   int        // lie there for him, whether they open or not
}

// OwnKeys says of which teams a member holds or awaits the key.
func (d *Desk) OwnKeys(ctx context.Context, id uuid.UUID) ([]TeamKey, error) {
	rows, err := d.Pool.Query(ctx, `select t.id as team, k.asked_at, (select count(*) from team_key_wraps w where w.team_id = t.id and w.staff_id = $1) as wraps
		from teams t left join key_requests k on k.team_id = t.id and k.staff_id = $1
		where k.asked_at is not null or exists (select 1 from team_key_wraps w where w.team_id = t.id and w.staff_id = $1) order by t.id`, id)
	if err != nil {
		return nil, fmt.Errorf("reading what a member holds: %w", postgres.Sort(err))
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByName[TeamKey])
	if err != nil {
		return nil, fmt.Errorf("reading what a member holds: %w", postgres.Sort(err))
	}
	return keys, nil
}

// GiveKeys gives a member who waits for it the key of every team that he waits for
// and the coordinator holds. recipient is the one whose words were compared: any
// other that stands there by now is refused.
func (d *Desk) GiveKeys(ctx context.Context, by *Session, keys Keys, id uuid.UUID, recipient string) ([]string, error) {
	waiting, err := d.Waiting(ctx, by.ID, d.Giving(by.Role, keys))
	if err != nil {
		return nil, err
	}
	var teams []string
	for _, w := range waiting {
		if w.ID == id {
			teams = w.Teams
		}
	}
	if teams == nil {
		return nil, ErrStale
	}
	for _, team := range teams {
		if err := d.giveKey(ctx, by.ID, keys, team, id, recipient); err != nil {
			return nil, err
		}
	}
	return teams, nil
}

func (d *Desk) giveKey(ctx context.Context, by uuid.UUID, keys Keys, team string, id uuid.UUID, recipient string) error {
	var epochs []int
	var wraps, macs [][]byte
	for _, key := range keys.Epochs(team) {
		shred, err := d.Shred.Load(key.ID, key.Epoch)
		if err != nil {
			return err
		}
		wrap, mac, err := wrapFor(key, shred, id, recipient)
		if err != nil {
			return err
		}
		epochs, wraps, macs = append(epochs, key.Epoch), append(wraps, wrap), append(macs, mac)
	}
	return d.act(ctx, audit.Event{Actor: by, Action: "staff.admitted", ID: id.String(), Detail: team, Seen: []byte(recipient)}, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select member_admit($1, $2, $3, $4, $5, $6, $7, $8)", id, recipient, team, by, e.At, epochs, wraps, macs)
		return err
	})
}

// Refuse shuts an account whose words differed: somebody else may sit behind it.
func (d *Desk) Refuse(ctx context.Context, by, id uuid.UUID, recipient string) error {
	return d.act(ctx, audit.Event{Actor: by, Action: "staff.words_differ", ID: id.String(), Seen: []byte(recipient)}, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select member_refuse($1, $2, $3, $4)", id, recipient, by, e.At)
		return err
	})
}
