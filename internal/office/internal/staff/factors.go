package staff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
)

// ErrFactor says that a member's factors are not the ones he left: planted, set back
// or taken away by whoever writes the database.
var ErrFactor = errors.New("the second factor is not the one that was left")

// A Book is a member's factors, and which version of them.
type Book struct {
	*factor.Book
	revision int
}

// Factors opens the book of a session's member. It must be the very one that the
// audit trail saw last; where the trail knows of none, there is none.
func (d *Desk) Factors(ctx context.Context, s *Session) (Book, error) {
	var sealed, expected []byte
	var revision int
	err := d.Pool.QueryRow(ctx, `select factor_digest($1), coalesce(f.sealed, ''), coalesce(f.revision, 0)
		from (select 1) one left join staff_factors f on f.staff_id = $1`, s.ID).Scan(&expected, &sealed, &revision)
	if err != nil {
		return Book{}, fmt.Errorf("reading the factors of a member: %w", postgres.Sort(err))
	}
	if revision == 0 && expected == nil {
		return Book{factor.NewBook(s.ID), 0}, nil
	}
	if digest := sha256.Sum256(sealed); !bytes.Equal(digest[:], expected) {
		return Book{}, ErrFactor
	}
	plain, err := s.identity.OpenOwn(keyring.ForFactors, s.ID, sealed)
	if err != nil {
		return Book{}, fmt.Errorf("%w: %w", ErrFactor, err)
	}
	defer clear(plain)
	book, err := factor.Decode(plain, s.ID)
	if err != nil {
		return Book{}, fmt.Errorf("%w: %w", ErrFactor, err)
	}
	return Book{book, revision}, nil
}

// SaveFactors writes the book and what was done to it into the audit trail, both or
// neither. When it was changed meanwhile, by another use of the same code, that is
// factor.ErrUsed.
func (d *Desk) SaveFactors(ctx context.Context, s *Session, b Book, action, detail string) error {
	return d.saveFactors(ctx, s, b, action, detail, func(pgx.Tx) error { return nil })
}

func (d *Desk) saveFactors(ctx context.Context, s *Session, b Book, action, detail string, also func(pgx.Tx) error) error {
	plain, err := b.Encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	sealed, err := s.identity.SealOwn(keyring.ForFactors, s.ID, plain)
	if err != nil {
		return err
	}
	event := audit.Event{At: d.Now(), Actor: s.ID, Action: action, Object: "factor", ID: s.ID.String(), Seen: sealed, Detail: detail}
	return d.Trail.Within(ctx, event, func(tx pgx.Tx) error {
		statement := "update staff_factors set sealed = $2, revision = revision + 1, changed_at = $3 where staff_id = $1 and revision = $4"
		if b.revision == 0 {
			statement = "insert into staff_factors (staff_id, sealed, changed_at, revision) values ($1, $2, $3, $4 + 1) on conflict do nothing"
		}
		done, err := tx.Exec(ctx, statement, s.ID, sealed, d.Now(), b.revision)
		if err != nil {
			return fmt.Errorf("writing the factors of a member: %w", postgres.Sort(err))
		}
		if done.RowsAffected() == 0 {
			return factor.ErrUsed
		}
		return also(tx)
	})
}

// Pass makes a half-open session a whole one, under a new token, once a factor was
// given or made: b is the book with that use in it.
func (d *Desk) Pass(ctx context.Context, s *Session, b Book, action, detail string) error {
	before := s.Cookie
	passed := *s
	passed.State, passed.Since, passed.Seen, passed.Until = Open, d.Now(), d.Now(), d.Now().Add(d.Absolute)
	err := d.saveFactors(ctx, s, b, action, detail, func(tx pgx.Tx) error { return d.begin(ctx, tx, &passed, &before) })
	if err != nil {
		return err
	}
	passed.pending = nil
	*s = passed
	return nil
}

// ClearFactors takes a member's factors away and ends his sessions, in a transaction
// whose other half writes the line that the trail has of it: an event on the object
// "factor" without a digest. At his next log-in he makes new ones.
func ClearFactors(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	for _, table := range []string{"staff_factors", "factor_resets", "known_devices", "sessions"} {
		if _, err := tx.Exec(ctx, "delete from "+table+" where staff_id = $1", id); err != nil {
			return fmt.Errorf("taking the factors of a member away: %w", postgres.Sort(err))
		}
	}
	return nil
}

// Cleared is the line of the trail that stands beside ClearFactors.
func Cleared(by, id uuid.UUID, at time.Time, detail string) audit.Event {
	return audit.Event{At: at, Actor: by, Action: "factor.reset", Object: "factor", ID: id.String(), Detail: detail}
}
