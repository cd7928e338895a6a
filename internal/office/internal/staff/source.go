package staff

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
	"recueil/internal/secret"
)

// A Source is where a try to log in comes from.
type Source struct {
	Address netip.Addr
	Mark    secret.Key // of a device that somebody logged in on before; zero for none
}

// MarkLife is how long a device stays known after a log-in on it.
const MarkLife = 90 * 24 * time.Hour

// A try is one guess about to be made, and what it counts for. On a device that this
// very member logged in on before, only the guesses made there count: whoever guesses
// elsewhere delays nobody here.
type try struct {
	lane    keyring.Lane
	own     []limit // cleared by success
	address []limit
}

// tryOf finds out what a guess counts for. For a name that is nobody's it does the
// same.
func (d *Desk) tryOf(ctx context.Context, from Source, own limit, member uuid.UUID) (try, error) {
	id := markID(from.Mark, member)
	var known bool
	if !from.Mark.IsZero() {
		err := d.Pool.QueryRow(ctx, "select exists (select from known_devices where id = $1 and staff_id = $2 and expires_at > $3)", id, member, d.Now()).Scan(&known)
		if err != nil {
			return try{}, fmt.Errorf("looking for a known device: %w", postgres.Sort(err))
		}
	}
	if known {
		return try{keyring.Lane{Name: string(id), Known: true}, []limit{ofDevice(append(id, own.kind...))}, nil}, nil
	}
	address := ofAddress(from.Address)
	return try{keyring.Lane{Name: address.value}, []limit{own}, []limit{address}}, nil
}

func (d *Desk) mayTry(t try) error {
	return d.throttle.begin(d.Now(), slices.Concat(t.own, t.address)...)
}

func (d *Desk) succeeded(t try) { d.throttle.succeeded(t.own, t.address...) }

func markID(mark secret.Key, member uuid.UUID) []byte {
	id := mark.Derive("recueil known device", member[:])
	return id.Bytes()
}

// Remember makes the device of a source one that the member is known on, and returns
// its mark, for the cookie.
func (d *Desk) Remember(ctx context.Context, s *Session, from Source) (secret.Key, error) {
	mark := from.Mark
	if mark.IsZero() {
		mark = secret.New()
	}
	id := markID(mark, s.ID)
	err := pgx.BeginFunc(ctx, d.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from known_devices where id = $1", id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into known_devices (id, staff_id, expires_at) values ($1, $2, $3)", id, s.ID, d.Now().Add(MarkLife))
		return err
	})
	if err != nil {
		return mark, fmt.Errorf("remembering a device: %w", postgres.Sort(err))
	}
	return mark, nil
}

// Reopen asks who is logged in for his passphrase again.
func (d *Desk) Reopen(ctx context.Context, s *Session, passphrase secret.Text, from Source) error {
	_, err := d.openFrom(ctx, s.Login, passphrase, from)
	return err
}

// openFrom opens a member's identity for a try from outside, which counts.
func (d *Desk) openFrom(ctx context.Context, login string, passphrase secret.Text, from Source) (*Session, error) {
	login = asLogin(login)
	m, known, err := d.byLogin(ctx, login)
	if err != nil {
		return &Session{}, err
	}
	t, err := d.tryOf(ctx, from, ofAccount(login), m.ID)
	if err != nil {
		return &Session{Member: m}, err
	}
	if err := d.mayTry(t); err != nil {
		return &Session{Member: m}, err
	}
	s, err := d.openAs(ctx, t.lane, m, known, passphrase)
	switch {
	case err == nil:
		d.succeeded(t)
	case errors.Is(err, keyring.ErrBusy):
		d.throttle.succeeded(nil, slices.Concat(t.own, t.address)...) // it was not made
	}
	return s, err
}
