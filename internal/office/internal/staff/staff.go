// Package staff lets members in and knows who they are.
//
// Logging in is opening the member's sealed identity with his passphrase; there is
// no password hash to steal. An unknown name costs the same work and gives the same
// answer. A session's cookie is a random token: the database keeps its hash, and
// the member's identity sealed under a key that only the token yields. Team keys
// are opened for each request, so that removing a wrap ends access at once.
package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// ErrLogin says that name and passphrase do not open an account, whatever the reason.
var ErrLogin = errors.New("the name and the passphrase do not open an account")

// ErrNoSession says that there is no session of that token, or that its time is over.
var ErrNoSession = errors.New("there is no such session")

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
	Idle     time.Duration // without a request, a session ends
	Absolute time.Duration // and after that in any case
	Now      func() time.Time
}

// A Desk lets members in and opens their keys.
type Desk struct {
	Config
	opener *keyring.Opener
	decoy  []byte // a sealed identity that nobody has, opened for unknown names
}

// atOnce is how many passphrases are tried at the same time: each takes 64 MiB.
const atOnce = 2

// New makes a Desk.
func New(c Config) (*Desk, error) {
	nobody, err := keyring.NewMember()
	if err != nil {
		return nil, err
	}
	key := secret.New()
	decoy, err := keyring.SealMember(nobody, secret.Text(fmt.Sprintf("%x", key.Bytes())))
	if err != nil {
		return nil, err
	}
	return &Desk{c, keyring.NewOpener(atOnce), decoy}, nil
}

const memberColumns = `id, login, display_name, role, recipient, sealed_identity, disabled_at is not null as disabled`

func (d *Desk) byLogin(ctx context.Context, login string) (Member, bool, error) {
	rows, err := d.Pool.Query(ctx, "select "+memberColumns+" from staff where login = $1", strings.ToLower(strings.TrimSpace(login)))
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

// Open opens a member's identity: to begin a session, or for one act at the
// operator's terminal. A failure is ErrLogin, whatever the reason, with the id of
// the account tried where there is one; the session is never nil.
func (d *Desk) Open(ctx context.Context, login string, passphrase secret.Text) (*Session, error) {
	m, known, err := d.byLogin(ctx, login)
	if err != nil {
		return &Session{}, err
	}
	identity, err := d.opener.OpenMember(ctx, m.SealedIdentity, passphrase)
	switch {
	case errors.Is(err, keyring.ErrPassphrase), err == nil && (!known || m.Disabled || identity.Recipient() != m.Recipient):
		return &Session{Member: m}, ErrLogin
	case err != nil:
		return &Session{Member: m}, err
	}
	return &Session{Member: m, identity: identity}, nil
}

// LogIn opens a member's identity and a session for him. The token goes into the
// cookie and nowhere else. A failure is ErrLogin, with the id of the account tried
// where there is one.
func (d *Desk) LogIn(ctx context.Context, login string, passphrase secret.Text) (Member, secret.Key, error) {
	opened, err := d.Open(ctx, login, passphrase)
	if err != nil {
		return opened.Member, secret.Key{}, err
	}
	token := secret.New()
	m := opened.Member
	sealed, err := keyring.SealForSession(opened.identity, token)
	if err != nil {
		return m, token, err
	}
	now := d.Now()
	_, err = d.Pool.Exec(ctx, `insert into sessions (id, staff_id, sealed_identity, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
		sessionID(token), m.ID, sealed, now, now.Add(d.Absolute))
	if err != nil {
		return m, token, fmt.Errorf("opening a session: %w", postgres.Sort(err))
	}
	return m, token, nil
}

// A Session is a member at work.
type Session struct {
	Member
	identity keyring.Member
}

// Resume finds the session of a token. A request that a person made extends its
// idle time; one that a page made by itself does not.
func (d *Desk) Resume(ctx context.Context, token secret.Key, byPerson bool) (*Session, error) {
	now := d.Now()
	var sealed []byte
	s := &Session{}
	err := d.Pool.QueryRow(ctx, `select x.sealed_identity, s.id, s.login, s.display_name, s.role, s.recipient
		from sessions x join staff s on s.id = x.staff_id
		where x.id = $1 and x.expires_at > $2 and x.last_seen_at > $3 and s.disabled_at is null`,
		sessionID(token), now, now.Add(-d.Idle)).Scan(&sealed, &s.ID, &s.Login, &s.DisplayName, &s.Role, &s.Recipient)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", postgres.Sort(err))
	}
	if s.identity, err = keyring.OpenFromSession(sealed, token); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSession, err)
	}
	if byPerson {
		if _, err := d.Pool.Exec(ctx, "update sessions set last_seen_at = $2 where id = $1", sessionID(token), now); err != nil {
			return nil, fmt.Errorf("extending a session: %w", postgres.Sort(err))
		}
	}
	return s, nil
}

// LogOut ends a session, and removes others whose time is over.
func (d *Desk) LogOut(ctx context.Context, token secret.Key) error {
	now := d.Now()
	_, err := d.Pool.Exec(ctx, "delete from sessions where id = $1 or expires_at < $2 or last_seen_at < $3", sessionID(token), now, now.Add(-d.Idle))
	if err != nil {
		return fmt.Errorf("ending a session: %w", postgres.Sort(err))
	}
	return nil
}

func sessionID(token secret.Key) []byte {
	id := token.Derive("recueil session id")
	return id.Bytes()
}
