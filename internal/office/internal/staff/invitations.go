package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// InvitationLife is how long a code opens an account.
const InvitationLife = 48 * time.Hour

// What can be wrong with a code. Of one that does not go with the name nothing else
// is said; who holds the right one is told what became of it.
var (
	ErrCodeTypo    = errors.New("the code was not copied as it is: its check character does not fit")
	ErrCodeWrong   = errors.New("name and code do not go together")
	ErrCodeUsed    = errors.New("the code was used already")
	ErrCodeExpired = errors.New("the code is out of time")
	ErrCodeRevoked = errors.New("the code was withdrawn")
)

// An Invitation is what an account will be.
type Invitation struct {
	Login       string
	DisplayName string
	Role        triage.Role
	Teams       []string // whose keys it is to hold; none for who reads nothing
}

// What can be wrong with an invitation.
var (
	ErrLoginForm = errors.New("the log-in name is not usable")
	ErrName      = errors.New("the name cannot be shown")
	ErrRole      = errors.New("there is no such role")
)

// Check says all for which it can be no account.
func (i Invitation) Check() error {
	var faults []error
	if !loginForm.MatchString(i.Login) {
		faults = append(faults, ErrLoginForm)
	}
	if !readable(i.DisplayName) {
		faults = append(faults, ErrName)
	}
	return errors.Join(append(faults, checkPlace(i.Role, i.Teams))...)
}

func checkPlace(role triage.Role, teams []string) error {
	switch {
	case !slices.Contains(triage.Roles(), role):
		return ErrRole
	case role.May(triage.Read) != (len(teams) > 0):
		return ErrTeams
	}
	return nil
}

// Invite opens an account for somebody to come, and returns the code he comes with:
// the one time anybody sees it. It is written like a receipt code, 95 random bits and
// a check character, to be read aloud; it is never sent by mail.
func (d *Desk) Invite(ctx context.Context, by uuid.UUID, i Invitation) (seal.Code, error) {
	if err := i.Check(); err != nil {
		return seal.Code{}, err
	}
	code, id, now := seal.NewCode(), uuid.New(), d.Now()
	hash := codeHash(i.Login, code)
	event := audit.Event{Actor: by, Action: "staff.invited", Object: "invitation", ID: id.String(), Detail: string(i.Role)}
	err := d.act(ctx, event, func(tx pgx.Tx, _ audit.Event) error {
		_, err := tx.Exec(ctx, "select account_invite($1, $2, $3, $4, $5, $6, $7, $8, $9)",
			id, i.Login, strings.TrimSpace(i.DisplayName), i.Role, named(i.Teams), hash, by, now, now.Add(InvitationLife))
		return err
	})
	return code, err
}

// Reset opens a way to a new passphrase for somebody who forgot his, and returns its
// code. Until that is used the old passphrase goes on.
func (d *Desk) Reset(ctx context.Context, by, id uuid.UUID) (seal.Code, error) {
	var login string
	if err := d.Pool.QueryRow(ctx, "select login from staff where id = $1", id).Scan(&login); errors.Is(err, pgx.ErrNoRows) {
		return seal.Code{}, ErrStale
	} else if err != nil {
		return seal.Code{}, fmt.Errorf("reading an account: %w", postgres.Sort(err))
	}
	code, now := seal.NewCode(), d.Now()
	err := d.act(ctx, audit.Event{Actor: by, Action: "staff.reset_opened", ID: id.String()}, func(tx pgx.Tx, _ audit.Event) error {
		_, err := tx.Exec(ctx, "select account_reset($1, $2, $3, $4, $5, $6)", uuid.New(), id, codeHash(login, code), by, now, now.Add(InvitationLife))
		return err
	})
	return code, err
}

// Revoke withdraws a code that was not used yet.
func (d *Desk) Revoke(ctx context.Context, by, invitation uuid.UUID) error {
	event := audit.Event{Actor: by, Action: "invitation.revoked", Object: "invitation", ID: invitation.String()}
	return d.act(ctx, event, func(tx pgx.Tx, e audit.Event) error {
		_, err := tx.Exec(ctx, "select invitation_revoke($1, $2, $3)", invitation, by, e.At)
		return err
	})
}

// An Acceptance is what somebody types who was given a code.
type Acceptance struct {
	Login      string
	Code       string
	Passphrase secret.Text
}

// Accept makes an identity for the holder of a code and seals it under the passphrase
// that he chose. The account opens no report yet: a coordinator has to compare words
// with him first. A code that opens nothing stands in the audit trail.
func (d *Desk) Accept(ctx context.Context, a Acceptance) error {
	login := asLogin(a.Login)
	code, err := seal.ParseCode(a.Code)
	if err != nil {
		return ErrCodeTypo // nobody guesses so: not worth a line
	}
	hash := codeHash(login, code)
	name, invitation, err := d.invited(ctx, login, hash)
	if err != nil {
		return err
	}
	if err := CheckPassphrase(a.Passphrase, login, name); err != nil {
		return errors.Join(err, d.refuseCode(ctx, invitation.String(), "weak_passphrase"))
	}
	identity, err := keyring.NewMember()
	if err != nil {
		return err
	}
	sealed, err := keyring.SealMember(identity, a.Passphrase)
	if err != nil {
		return err
	}
	return d.accept(ctx, invitation, login, hash, identity.Recipient(), sealed)
}

func (d *Desk) invited(ctx context.Context, login string, hash []byte) (name string, id uuid.UUID, err error) {
	var state string
	err = d.Pool.QueryRow(ctx, "select id, state, display_name from invitation_state($1, $2, $3)", login, hash, d.Now()).Scan(&id, &state, &name)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", id, fmt.Errorf("reading an invitation: %w", postgres.Sort(err))
	}
	refused := map[string]error{"": ErrCodeWrong, "used": ErrCodeUsed, "expired": ErrCodeExpired, "revoked": ErrCodeRevoked}[state]
	if refused == nil {
		return name, id, nil
	}
	if state == "" {
		return "", id, errors.Join(refused, d.refuseCode(ctx, "", "wrong"))
	}
	return "", id, errors.Join(refused, d.refuseCode(ctx, id.String(), state))
}

// refuseCode writes down that a code opened nothing.
func (d *Desk) refuseCode(ctx context.Context, invitation, why string) error {
	return d.Trail.Append(ctx, audit.Event{At: d.Now(), Action: "invitation.refused", Object: "invitation", ID: invitation, Detail: why})
}

func (d *Desk) accept(ctx context.Context, invitation uuid.UUID, login string, hash []byte, recipient string, sealed []byte) error {
	now := d.Now()
	var member uuid.UUID
	reset, fresh := false, uuid.New()
	err := d.Pool.QueryRow(ctx, "select kind = 'reset', coalesce(staff_id, $2) from invitations where id = $1", invitation, fresh).Scan(&reset, &member)
	if err != nil {
		return fmt.Errorf("reading an invitation: %w", postgres.Sort(err))
	}
	event := audit.Event{At: now, Actor: member, Action: "staff.joined", Object: "staff", ID: member.String(), Seen: sealed}
	var cleared []audit.Event
	if reset {
		event.Action = "staff.passphrase_reset"
		cleared = append(cleared, Cleared(member, member, now, "passphrase_reset"))
	}
	return d.Trail.Within(ctx, event, func(tx pgx.Tx) error {
		var took uuid.UUID
		err := tx.QueryRow(ctx, "select invitation_accept($1, $2, $3, $4, $5, $6)", login, hash, member, recipient, sealed, now).Scan(&took)
		if err != nil {
			return refusal("accepting an invitation", err)
		}
		if took != member {
			return ErrStale
		}
		if !reset {
			return nil
		}
		// What the old identity alone opened is of no use any more.
		return ClearFactors(ctx, tx, member)
	}, cleared...)
}

// codeHash is what the database keeps of a code. The name is part of it: put into
// another row it fits nothing.
func codeHash(login string, code seal.Code) []byte {
	hash := secret.Derive([]byte(code.Reveal()), "recueil invitation", []byte(login))
	return hash.Bytes()
}

// named is never null: a role that reads nothing has no team.
func named(teams []string) []string { return append([]string{}, teams...) }
