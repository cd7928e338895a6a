package staff

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
)

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}$`)

// A NewAccount is what an account is made of.
type NewAccount struct {
	Login       string
	DisplayName string
	Role        triage.Role
	Passphrase  secret.Text
}

// Check refuses what cannot be an account, with the mend.
func (n NewAccount) Check() error {
	switch {
	case !loginForm.MatchString(n.Login):
		return errors.New("the log-in name is not usable; write 2 to 63 of a-z, 0-9, dot, hyphen")
	case strings.TrimSpace(n.DisplayName) == "":
		return errors.New("the account has no name to show; give the one colleagues use")
	case !slices.Contains(triage.Roles(), n.Role):
		return fmt.Errorf("there is no role %q; roles are %v", n.Role, triage.Roles())
	}
	return CheckPassphrase(n.Passphrase, n.Login, n.DisplayName)
}

// CreateAccount makes an account with an identity of its own, sealed under its
// passphrase. It holds no team's key yet.
func CreateAccount(ctx context.Context, tx pgx.Tx, n NewAccount, now time.Time) (uuid.UUID, keyring.Member, error) {
	if err := n.Check(); err != nil {
		return uuid.Nil, keyring.Member{}, err
	}
	identity, err := keyring.NewMember()
	if err != nil {
		return uuid.Nil, identity, err
	}
	sealed, err := keyring.SealMember(identity, n.Passphrase)
	if err != nil {
		return uuid.Nil, identity, err
	}
	id := uuid.New()
	_, err = tx.Exec(ctx, `insert into staff (id, login, display_name, role, recipient, sealed_identity, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		id, n.Login, n.DisplayName, n.Role, identity.Recipient(), sealed, now)
	if postgres.Constraint(err) == "staff_login_taken" {
		return uuid.Nil, identity, fmt.Errorf("the log-in name %s is taken; choose another", n.Login)
	}
	if err != nil {
		return uuid.Nil, identity, fmt.Errorf("making an account: %w", postgres.Sort(err))
	}
	return id, identity, nil
}

// An Admission lets an account into a team: who vouches for it, and the epochs of
// the team's key it is given.
type Admission struct {
	Staff     uuid.UUID
	Recipient string
	By        uuid.UUID // uuid.Nil at the founding
	Epochs    []keyring.Team
	Shred     keyring.ShredKeys
	At        time.Time
}

// ErrPending says that a newer key of the team was made and is not in the trust file
// yet: who is admitted now would not get it.
var ErrPending = errors.New("a newer key of the team was made and is not in the trust file yet; install its trust file first, or discard it with `recueil team rotate --discard-pending`")

// LockAccounts has who comes, who leaves and what teams have for keys change one after
// another until tx ends, as the functions of the back office do by themselves. A member
// admitted beside a rotation that had counted its holders already would be left out.
func LockAccounts(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "select account_lock()"); err != nil {
		return fmt.Errorf("waiting for the accounts: %w", postgres.Sort(err))
	}
	return nil
}

// Admit wraps every epoch to the member and binds his recipient to each of them.
func Admit(ctx context.Context, tx pgx.Tx, a Admission) error {
	if len(a.Epochs) == 0 {
		return errors.New("there is no team key to give")
	}
	if err := LockAccounts(ctx, tx); err != nil {
		return err
	}
	newest := a.Epochs[len(a.Epochs)-1]
	var made int
	err := tx.QueryRow(ctx, "select coalesce(max(epoch), 0) from team_key_wraps where team_id = $1", newest.ID).Scan(&made)
	if err != nil {
		return fmt.Errorf("admitting a member: %w", postgres.Sort(err))
	}
	if made > newest.Epoch {
		return fmt.Errorf("admitting a member to %s: %w", newest.ID, ErrPending)
	}
	var by *uuid.UUID
	if a.By != uuid.Nil {
		by = &a.By
	}
	_, err = tx.Exec(ctx, `insert into memberships (team_id, staff_id, admitted_by, admitted_at) values ($1, $2, $3, $4)`,
		newest.ID, a.Staff, by, a.At)
	if err != nil {
		return fmt.Errorf("admitting a member: %w", postgres.Sort(err))
	}
	for _, team := range a.Epochs {
		shred, err := a.Shred.Load(team.ID, team.Epoch)
		if err != nil {
			return err
		}
		if err := GiveKey(ctx, tx, team, shred, a.Staff, a.Recipient, a.At); err != nil {
			return err
		}
	}
	return nil
}

// GiveKey wraps one epoch to a member and binds his recipient to it. Whether he was
// admitted is for the caller to know.
func GiveKey(ctx context.Context, tx pgx.Tx, team keyring.Team, shred secret.Key, id uuid.UUID, recipient string, at time.Time) error {
	wrap, mac, err := wrapFor(team, shred, id, recipient)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac, created_at) values ($1, $2, $3, $4, $5, $6)`,
		team.ID, team.Epoch, id, wrap, mac, at)
	if err != nil {
		return fmt.Errorf("giving a member the key of %s: %w", team.ID, postgres.Sort(err))
	}
	return nil
}

// wrapFor makes what a member is given of one epoch: the key, and what binds his
// recipient to it.
func wrapFor(team keyring.Team, shred secret.Key, id uuid.UUID, recipient string) (wrap, mac []byte, err error) {
	if wrap, err = keyring.WrapTeam(team, recipient, shred); err != nil {
		return nil, nil, err
	}
	tag := team.MemberMAC(id, recipient)
	return wrap, tag[:], nil
}
