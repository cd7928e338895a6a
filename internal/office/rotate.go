package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A Rotation makes the next key of one or several teams and gives it to everybody
// who is still of them. Nothing is sealed to it before the operator has installed
// the trust file that Install writes.
type Rotation struct {
	House
	Teams   []string
	Sponsor string // log-in name of a coordinator who holds the present keys
	Secret  secret.Text
	Discard bool // a rotation that was prepared and whose file was never installed
	Install func(*trust.File) error
}

// A Holder is a member of a team at its rotation.
type Holder struct {
	Team, Login, Name string
	Refused           string // why he was not given the new key
}

// Rotated is what a rotation made.
type Rotated struct {
	File    *trust.File
	Begun   []trust.Epoch
	Holders []Holder
}

// Rotate makes the keys, wraps them, tries them, and only then hands out the trust
// file that names them. When it fails half-way, that file was never written.
func Rotate(ctx context.Context, r Rotation) (Rotated, error) {
	sponsor, keys, err := r.vouch(ctx, r.Teams, r.Sponsor, r.Secret)
	if err != nil {
		return Rotated{}, err
	}
	var done Rotated
	var made []begunEpoch
	var discarded []trust.Epoch
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		err := staff.LockAccounts(ctx, tx) // nobody is admitted between the count of holders and the new key
		if err != nil {
			return err
		}
		if discarded, err = r.clear(ctx, tx); err != nil {
			return err
		}
		version, err := r.nextVersion(ctx, tx)
		if err != nil {
			return err
		}
		for _, team := range r.Teams {
			begun, holders, err := r.rotate(ctx, tx, sponsor, keys, team, version)
			if begun.key.Epoch > 0 {
				made = append(made, begun)
			}
			if err != nil {
				return err
			}
			done.Holders = append(done.Holders, holders...)
			done.Begun = append(done.Begun, trust.Epoch{TeamID: team, Number: begun.key.Epoch, Recipient: begun.key.Recipient()})
		}
		ended, err := r.ended(ctx)
		if err != nil {
			return err
		}
		done.File, err = r.Trust.File().Next(trust.Change{Version: version, Begin: done.Begun, End: ended})
		return err
	})
	if err != nil {
		for _, begun := range made {
			err = errors.Join(err, r.shreds().Destroy(begun.key.ID, begun.key.Epoch))
		}
		return Rotated{}, err
	}
	for _, e := range discarded {
		if err := r.shreds().Destroy(e.TeamID, e.Number); err != nil {
			return done, err
		}
	}
	if err := r.try(ctx, sponsor, done); err != nil {
		return done, fmt.Errorf("the new key does not open, and no trust file was written; run it again with --discard-pending: %w", err)
	}
	return done, r.Install(done.File)
}

// rotate makes one team's next key and gives it to its members.
func (r *Rotation) rotate(ctx context.Context, tx pgx.Tx, sponsor *staff.Session, keys staff.Keys, team string, version int) (begunEpoch, []Holder, error) {
	current, known := r.Trust.File().Current(team)
	if !known {
		return begunEpoch{}, nil, fmt.Errorf("the trust file has no team %s", team)
	}
	held := keys.Epochs(team)
	if len(held) == 0 || held[len(held)-1].Epoch != current.Number {
		return begunEpoch{}, nil, fmt.Errorf("%s does not hold the present key of the team %s; let somebody vouch who does", r.Sponsor, team)
	}
	number, err := nextEpoch(ctx, tx, current)
	if err != nil {
		return begunEpoch{}, nil, err
	}
	begun, err := beginEpoch(ctx, tx, r.shreds(), epochPlan{Team: team, Number: number, TrustVersion: version,
		Recovery: r.Trust.File().Recovery(), By: sponsor.ID, At: r.Now()})
	if err != nil {
		return begun, nil, err
	}
	holders, err := r.give(ctx, tx, sponsor, held[len(held)-1], begun)
	if err != nil {
		return begun, nil, err
	}
	return begun, holders, audit.AppendIn(ctx, tx, audit.Event{At: r.Now(), Actor: sponsor.ID, Action: "team.rotated", Object: "team", ID: team, Detail: fmt.Sprintf("epoch %d", number)})
}

// give wraps the new key to every member whose recipient is bound to the present
// one, and names the others.
func (r *Rotation) give(ctx context.Context, tx pgx.Tx, sponsor *staff.Session, present keyring.Team, begun begunEpoch) ([]Holder, error) {
	members, err := membersOf(ctx, tx, present)
	if err != nil {
		return nil, err
	}
	var holders []Holder
	vouched := false
	for _, m := range members {
		h := Holder{Team: present.ID, Login: m.Login, Name: m.DisplayName, Refused: m.refused(present)}
		holders = append(holders, h)
		if h.Refused != "" {
			event := audit.Event{At: r.Now(), Actor: sponsor.ID, Action: "team.member_refused", Object: "staff", ID: m.ID.String(), Detail: present.ID}
			if err := audit.AppendIn(ctx, tx, event); err != nil {
				return nil, err
			}
			continue
		}
		vouched = vouched || m.ID == sponsor.ID
		if err := staff.GiveKey(ctx, tx, begun.key, begun.shred, m.ID, m.Recipient, r.Now()); err != nil {
			return nil, err
		}
	}
	if !vouched {
		return nil, fmt.Errorf("the admission of %s to %s does not check out, so he cannot vouch for others; let another coordinator", r.Sponsor, present.ID)
	}
	return holders, nil
}

// A member is what the database says of somebody of a team.
type member struct {
	ID           uuid.UUID
	Login        string
	DisplayName  string
	Role         triage.Role
	Recipient    string
	Disabled     bool
	Member       bool
	RecipientMac []byte
	Left         bool
}

// refused says why somebody is not given the next key, or "". Whoever writes the
// database can claim anything but the binding to the present key; a leaver has a
// genuine one, so that what the audit trail says of him counts, too.
func (m *member) refused(present keyring.Team) string {
	switch {
	case present.CheckMember(m.ID, m.Recipient, m.RecipientMac) != nil:
		return "nobody who held the present key admitted this recipient"
	case m.Disabled:
		return "the account is disabled"
	case m.Left:
		return "the audit trail says that the account was disabled, and not that anybody let it in again"
	case !m.Member:
		return "the account is no member of the team"
	case !m.Role.May(triage.Read):
		return fmt.Sprintf("the role %s reads no report", m.Role)
	}
	return ""
}

// membersOf lists everybody of whom the database says that he is of a team, and
// keeps the accounts as they are until the transaction ends.
func membersOf(ctx context.Context, tx pgx.Tx, present keyring.Team) ([]member, error) {
	rows, err := tx.Query(ctx, `with said as (
			select distinct on (object_id) object_id, action from audit_events
			where object_type = 'staff' and action in ('staff.created', 'staff.admitted', 'staff.reinstated', 'staff.disabled')
			order by object_id, seq desc)
		select s.id, s.login, s.display_name, s.role, s.recipient, s.disabled_at is not null as disabled, m.staff_id is not null as member,
			w.recipient_mac, exists (select from said where said.object_id = s.id::text and said.action = 'staff.disabled') as "left"
		from staff s
		left join memberships m on m.staff_id = s.id and m.team_id = $1
		left join team_key_wraps w on w.staff_id = s.id and w.team_id = $1 and w.epoch = $2
		where m.staff_id is not null or w.staff_id is not null
		order by s.login for update of s`, present.ID, present.Epoch)
	if err != nil {
		return nil, fmt.Errorf("listing the members of %s: %w", present.ID, postgres.Sort(err))
	}
	members, err := pgx.CollectRows(rows, pgx.RowToStructByName[member])
	if err != nil {
		return nil, fmt.Errorf("listing the members of %s: %w", present.ID, postgres.Sort(err))
	}
	return members, nil
}

// try opens the sponsor's wraps as they were stored, with the shred keys as they lie
// on disk, against the file that will be installed.
func (r *Rotation) try(ctx context.Context, sponsor *staff.Session, done Rotated) error {
	for _, begun := range done.Begun {
		expect, _ := done.File.Epoch(begun.TeamID, begun.Number)
		var wrap []byte
		err := r.Pool.QueryRow(ctx, "select wrap from team_key_wraps where team_id = $1 and epoch = $2 and staff_id = $3",
			begun.TeamID, begun.Number, sponsor.ID).Scan(&wrap)
		if err != nil {
			return fmt.Errorf("reading the new wrap of %s: %w", begun.TeamID, postgres.Sort(err))
		}
		shred, err := r.shreds().Load(begun.TeamID, begun.Number)
		if err != nil {
			return err
		}
		if _, err := sponsor.OpenWrap(wrap, shred, expect); err != nil {
			return err
		}
	}
	return nil
}
