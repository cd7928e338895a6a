// Package staff lets members in and knows who they are.
//
// Logging in takes two steps. The first is opening the member's sealed identity with
// his passphrase; there is no password hash to steal, and an unknown name costs the
// same work and gives the same answer. The second is a factor out of the book that
// only that identity opens. In between the session is half open and leads nowhere
// else.
//
// A session's cookie is a random token: the database keeps its hash, and the member's
// identity sealed under a key that only the token yields, on the kind of browser it
// was given to. When nobody is there for a while the identity is dropped and the
// passphrase asked for again. Team keys are opened for each request, so that removing
// a wrap ends access at once.
package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// ErrLogin says that name and passphrase do not open an account, whatever the reason.
var ErrLogin = errors.New("the name and the passphrase do not open an account")

// A Member is an account.
type Member struct {
	ID             uuid.UUID
	Login          string
	DisplayName    string
	Role           triage.Role
	Recipient      string
	SealedIdentity []byte
	Disabled       bool
}

// Config is what a Desk is made of.
type Config struct {
	Pool     *pgxpool.Pool
	Shred    keyring.ShredKeys
	Trust    *trust.Source
	Trail    audit.Trail
	Idle     time.Duration // without a request, a session is locked
	Absolute time.Duration // and over after that in any case
	Now      func() time.Time
}

// A Desk lets members in and opens their keys.
type Desk struct {
	Config
	opener   *keyring.Opener
	throttle *throttle
	decoy    []byte // a sealed identity that nobody has, opened for unknown names
}

// atOnce is how many passphrases are tried at the same time: each takes 64 MiB.
const atOnce = 2

// New makes a Desk.
func New(c Config) (*Desk, error) {
	decoy, err := nobody()
	if err != nil {
		return nil, err
	}
	return &Desk{c, keyring.NewOpener(atOnce), newThrottle(), decoy}, nil
}

// nobody is the sealed identity of no member, under a passphrase that no one knows. It
// costs what a passphrase costs, and one does for all desks of a process.
var nobody = sync.OnceValues(func() ([]byte, error) {
	identity, err := keyring.NewMember()
	if err != nil {
		return nil, err
	}
	key := secret.New()
	return keyring.SealMember(identity, secret.Text(fmt.Sprintf("%x", key.Bytes())))
})

// asLogin is the log-in name that somebody typed. What PostgreSQL would refuse as a
// text is "", which is nobody's: it costs the work of any unknown name.
func asLogin(typed string) string {
	if !utf8.ValidString(typed) || strings.ContainsRune(typed, 0) {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(typed))
}

const memberColumns = `id, login, display_name, role, recipient, sealed_identity, disabled_at is not null as disabled`

func (d *Desk) byLogin(ctx context.Context, login string) (Member, bool, error) {
	rows, err := d.Pool.Query(ctx, "select "+memberColumns+" from staff where login = $1", asLogin(login))
	if err != nil {
		return Member{}, false, fmt.Errorf("reading an account: %w", postgres.Sort(err))
	}
	m, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Member])
	if errors.Is(err, pgx.ErrNoRows) {
		return Member{SealedIdentity: d.decoy}, false, nil
	}
	if err != nil {
		return Member{}, false, fmt.Errorf("reading an account: %w", postgres.Sort(err))
	}
	return m, true, nil
}

// Open opens a member's identity for one act at the operator's terminal. A failure is
// ErrLogin, whatever the reason, with the id of the account tried where there is
// one; the session is never nil.
func (d *Desk) Open(ctx context.Context, login string, passphrase secret.Text) (*Session, error) {
	m, known, err := d.byLogin(ctx, login)
	if err != nil {
		return &Session{}, err
	}
	return d.openAs(ctx, keyring.Lane{}, m, known, passphrase)
}

func (d *Desk) openAs(ctx context.Context, lane keyring.Lane, m Member, known bool, passphrase secret.Text) (*Session, error) {
	identity, err := d.opener.OpenMember(ctx, lane, m.SealedIdentity, passphrase)
	switch {
	case errors.Is(err, keyring.ErrPassphrase), err == nil && (!known || m.Disabled || identity.Recipient() != m.Recipient):
		return &Session{Member: m}, ErrLogin
	case err != nil:
		return &Session{Member: m}, err
	}
	return &Session{Member: m, identity: identity}, nil
}

// An Attempt is one try to log in.
type Attempt struct {
	Login      string
	Passphrase secret.Text
	Device     Device
	From       Source
	Cookie     *Cookie // of the session before, if the browser has one
}

// LogIn opens a member's identity and a session for him. A session of his own that
// was locked is open again, with what was left of its time; another one begins half
// open. Its token goes into the cookie and nowhere else. A failure is ErrLogin, with
// the id of the account tried where there is one; the session is never nil.
func (d *Desk) LogIn(ctx context.Context, a Attempt) (*Session, error) {
	s, err := d.openFrom(ctx, a.Login, a.Passphrase, a.From)
	if err != nil {
		return s, err
	}
	now := d.Now()
	s.Device, s.State, s.Since, s.Seen, s.Until = a.Device, HalfOpen, now, now, now.Add(halfLife)
	if a.Cookie != nil {
		before, err := d.Find(ctx, *a.Cookie, false)
		switch {
		case err != nil && !errors.Is(err, ErrNoSession):
			return s, err
		case err == nil && before.State != HalfOpen && before.ID == s.ID:
			s.State, s.Since, s.Until = Open, before.Since, before.Until
		}
	}
	err = pgx.BeginFunc(ctx, d.Pool, func(tx pgx.Tx) error { return d.begin(ctx, tx, s, a.Cookie) })
	return s, err
}
