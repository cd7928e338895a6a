package archive

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A Letter is what one team wrote to the other about a referral, sealed to the one
// that reads it.
type Letter struct {
	ID         uuid.UUID
	ReferralID uuid.UUID
	FromTeam   string // that wrote it: the other one of the referral
	TeamID     string
	Epoch      int
	Kind       string
	Author     uuid.UUID
	AuthorName string
	Body       []byte
	SentAt     time.Time
}

// Shared is the kind of a letter that answers nothing: an entry of the record that the
// unit shows the platform. The other kinds are named as the state they explain.
const Shared = "shared"

// Looked is the kind of a letter that a unit writes to itself: why somebody of it looked
// at a file that came with the referral.
const Looked = "looked"

const letterQuery = `select l.id, l.referral_id, case when l.kind = '` + Looked + `' then l.team_id when l.team_id = f.to_team then f.from_team else f.to_team end as from_team, l.team_id, l.epoch, l.kind, l.author, s.display_name as author_name, l.body, l.sent_at
	from referral_letters l join staff s on s.id = l.author join referrals f on f.id = l.referral_id`

// LettersOf lists what these teams were written about the referrals of a report, oldest
// first.
func (a *Archive) LettersOf(ctx context.Context, id report.ID, teams []string) ([]Letter, error) {
	return a.letters(ctx, letterQuery+" where f.report_id = $1 and l.team_id = any($2) order by l.sent_at, l.id limit 500", id, teams)
}

// LettersAbout lists what these teams were written about one referral, oldest first.
func (a *Archive) LettersAbout(ctx context.Context, referral uuid.UUID, teams []string) ([]Letter, error) {
	return a.letters(ctx, letterQuery+" where l.referral_id = $1 and l.team_id = any($2) and l.kind <> '"+Looked+"' order by l.sent_at, l.id limit 500", referral, teams)
}

// Looks lists the newest of what these teams wrote down when they looked at the files of
// a referral, oldest first.
func (a *Archive) Looks(ctx context.Context, referral uuid.UUID, teams []string) ([]Letter, error) {
	found, err := a.letters(ctx, letterQuery+" where l.referral_id = $1 and l.team_id = any($2) and l.kind = '"+Looked+"' order by l.sent_at desc, l.id desc limit 200", referral, teams)
	slices.Reverse(found)
	return found, err
}

func (a *Archive) letters(ctx context.Context, query string, arguments ...any) ([]Letter, error) {
	found, err := collect[Letter](ctx, a.pool, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("reading letters: %w", err)
	}
	return found, nil
}

// SendLetter stores a letter.
func SendLetter(ctx context.Context, tx pgx.Tx, l Letter) error {
	_, err := tx.Exec(ctx, `insert into referral_letters (id, referral_id, team_id, epoch, kind, author, body, sent_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		l.ID, l.ReferralID, l.TeamID, l.Epoch, l.Kind, l.Author, l.Body, l.SentAt)
	if err != nil {
		return fmt.Errorf("writing about referral %s: %w", l.ReferralID, postgres.Sort(err))
	}
	return nil
}
