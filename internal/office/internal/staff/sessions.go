package staff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
	"recueil/internal/secret"
)

// A State is how far a session opens.
type State int

const (
	HalfOpen State = iota // the passphrase was right; only the second factor is asked for
	Open                  // a member at work
	Locked                // nobody was there: the passphrase opens it again
)

// halfLife is how long a second factor may be looked for.
const halfLife = 10 * time.Minute

// mostTries is how many second factors may be tried after one passphrase.
const mostTries = 5

var (
	// ErrNoSession says that there is no session of that token, or that its time is over.
	ErrNoSession = errors.New("there is no such session")
	// ErrHalfOpen says that a session still wants its second factor.
	ErrHalfOpen = errors.New("the session waits for its second factor")
	// ErrLocked says that a session wants its passphrase again.
	ErrLocked = errors.New("the session is locked")
)

// A Cookie is what a browser shows of its session.
type Cookie struct {
	Token  secret.Key
	Device Device
}

// A Session is a member who showed his passphrase, and how far that opens.
type Session struct {
	Member
	Cookie
	State State
	Since time.Time // of the log-in
	Until time.Time // in any case
	Seen  time.Time

	identity keyring.Member
	pending  []byte
}

// proof is what stays of a session whose second factor was given.
func (c Cookie) proof(m Member) secret.Key {
	return c.Token.Derive("recueil session proof", m.ID[:], []byte(c.Device))
}

func (c Cookie) id() []byte {
	id := c.Token.Derive("recueil session id")
	return id.Bytes()
}

// begin writes a session under a new token, in place of the one before.
func (d *Desk) begin(ctx context.Context, tx pgx.Tx, s *Session, before *Cookie) error {
	s.Token = secret.New()
	sealed, err := keyring.SealForSession(s.identity, s.Token, string(s.Device))
	if err != nil {
		return err
	}
	device, err := s.identity.SealOwn(keyring.ForDevice, s.ID, []byte(s.Device))
	if err != nil {
		return err
	}
	var proof []byte
	if s.State == Open {
		key := s.proof(s.Member)
		proof = key.Bytes()
	}
	if before != nil {
		if _, err := tx.Exec(ctx, "delete from sessions where id = $1", before.id()); err != nil {
			return fmt.Errorf("opening a session: %w", postgres.Sort(err))
		}
	}
	_, err = tx.Exec(ctx, `insert into sessions (id, staff_id, sealed_identity, proof, sealed_device, created_at, last_seen_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, s.id(), s.ID, sealed, proof, device, s.Since, s.Seen, s.Until)
	if err != nil {
		return fmt.Errorf("opening a session: %w", postgres.Sort(err))
	}
	return nil
}

// Find returns the session of a cookie. A request that a person made extends its
// idle time; one that a page made by itself does not. Once nobody was there for too
// long it is locked: its sealed identity is gone, whoever holds cookie and database.
func (d *Desk) Find(ctx context.Context, c Cookie, byPerson bool) (*Session, error) {
	now := d.Now()
	s := &Session{Cookie: c}
	var sealed, proof []byte
	err := d.Pool.QueryRow(ctx, `select x.sealed_identity, x.proof, x.sealed_pending, x.created_at, x.last_seen_at, x.expires_at,
		s.id, s.login, s.display_name, s.role, s.recipient
		from sessions x join staff s on s.id = x.staff_id where x.id = $1 and x.expires_at > $2 and s.disabled_at is null`, c.id(), now).
		Scan(&sealed, &proof, &s.pending, &s.Since, &s.Seen, &s.Until, &s.ID, &s.Login, &s.DisplayName, &s.Role, &s.Recipient)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", postgres.Sort(err))
	}
	if proof != nil {
		s.State = Open
		shown, err := secret.FromBytes(proof)
		if err != nil || !c.proof(s.Member).Equal(shown) {
			return nil, d.refuse(ctx, s)
		}
	}
	if s.State == Open && (sealed == nil || !s.Seen.After(now.Add(-d.Idle))) {
		s.State = Locked
		if sealed != nil {
			return s, d.lock(ctx, s)
		}
		return s, nil
	}
	if s.identity, err = keyring.OpenFromSession(sealed, c.Token, string(c.Device)); err != nil || s.identity.Recipient() != s.Recipient {
		return nil, d.refuse(ctx, s)
	}
	if byPerson && s.State == Open {
		if _, err := d.Pool.Exec(ctx, "update sessions set last_seen_at = $2 where id = $1", c.id(), now); err != nil {
			return nil, fmt.Errorf("extending a session: %w", postgres.Sort(err))
		}
	}
	return s, nil
}

// refuse ends a session whose cookie came from another kind of browser than it was
// given to, or whose row somebody changed: either was stolen.
func (d *Desk) refuse(ctx context.Context, s *Session) error {
	event := audit.Event{At: d.Now(), Actor: s.ID, Action: "session.refused", Object: "staff", ID: s.ID.String(), Detail: string(s.Device)}
	if err := d.Trail.Append(ctx, event); err != nil {
		return err
	}
	if err := d.LogOut(ctx, s.Cookie); err != nil {
		return err
	}
	return ErrNoSession
}

func (d *Desk) lock(ctx context.Context, s *Session) error {
	_, err := d.Pool.Exec(ctx, "update sessions set sealed_identity = null, sealed_pending = null where id = $1", s.id())
	if err != nil {
		return fmt.Errorf("locking a session: %w", postgres.Sort(err))
	}
	return nil
}

// Wait keeps what a session waits for, sealed, until its next request.
func (d *Desk) Wait(ctx context.Context, s *Session, pending []byte) error {
	var sealed []byte
	if pending != nil {
		var err error
		if sealed, err = keyring.SealPending(s.Token, pending); err != nil {
			return err
		}
	}
	if _, err := d.Pool.Exec(ctx, "update sessions set sealed_pending = $2 where id = $1", s.id(), sealed); err != nil {
		return fmt.Errorf("keeping what a session waits for: %w", postgres.Sort(err))
	}
	s.pending = sealed
	return nil
}

// Awaited returns what Wait kept, or nothing.
func (s *Session) Awaited() ([]byte, bool) {
	if s.pending == nil {
		return nil, false
	}
	plain, err := keyring.OpenPending(s.Token, s.pending)
	return plain, err == nil
}

// TryFactor takes note of a second factor about to be tried, and returns what is to
// be called when it was right. After too many the session is over, and the passphrase
// is asked for again; who starts over must wait all the same.
func (d *Desk) TryFactor(ctx context.Context, s *Session, from Source) (right func(), err error) {
	t, err := d.tryOf(ctx, from, ofFactor(s.ID[:]), s.ID)
	if err != nil {
		return nil, err
	}
	t.address = nil // who is here knows the passphrase
	if err := d.mayTry(t); err != nil {
		return nil, err
	}
	var tries int
	err = d.Pool.QueryRow(ctx, "update sessions set attempts = attempts + 1 where id = $1 returning attempts", s.id()).Scan(&tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("counting the tries of a session: %w", postgres.Sort(err))
	}
	if tries <= mostTries {
		return func() { d.succeeded(t) }, nil
	}
	if err := d.LogOut(ctx, s.Cookie); err != nil {
		return nil, err
	}
	return nil, ErrNoSession
}

// LogOut ends a session.
func (d *Desk) LogOut(ctx context.Context, c Cookie) error {
	if _, err := d.Pool.Exec(ctx, "delete from sessions where id = $1", c.id()); err != nil {
		return fmt.Errorf("ending a session: %w", postgres.Sort(err))
	}
	return nil
}

// Sweep removes the sessions whose time is over, and takes the identity out of those
// where nobody is there any more, though no request comes for them.
func (d *Desk) Sweep(ctx context.Context) error {
	now := d.Now()
	for _, statement := range []string{
		"delete from sessions where expires_at <= $1",
		"delete from known_devices where expires_at <= $1",
	} {
		if _, err := d.Pool.Exec(ctx, statement, now); err != nil {
			return fmt.Errorf("sweeping sessions: %w", postgres.Sort(err))
		}
	}
	_, err := d.Pool.Exec(ctx, `update sessions set sealed_identity = null, sealed_pending = null
		where proof is not null and sealed_identity is not null and last_seen_at <= $1`, now.Add(-d.Idle))
	if err != nil {
		return fmt.Errorf("locking sessions: %w", postgres.Sort(err))
	}
	return nil
}
