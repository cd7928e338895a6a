package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/report"
)

// A PartKind is what a part is, as it stands in clear beside it. Each kind counts a
// sequence of its own on a report.
type PartKind string

// The kinds.
const (
	NotePart         PartKind = "note"         // what staff write down, and why they looked at a file
	DecisionPart     PartKind = "decision"     // the reason of a move
	CallPart         PartKind = "call"         // a call made or promised
	TransmissionPart PartKind = "transmission" // what left the house, and what came back of it
	LinkPart         PartKind = "link"         // to another report of the same child
	ReferralPart     PartKind = "referral"     // to another team, and what became of it
)

// A Part is something staff wrote on a report.
type Part struct {
	ID         uuid.UUID
	Kind       PartKind
	Author     uuid.UUID
	AuthorName string
	Body       []byte
	CreatedAt  time.Time
}

// Parts lists what staff wrote on a report, oldest first.
func (a *Archive) Parts(ctx context.Context, id report.ID) ([]Part, error) {
	found, err := collect[Part](ctx, a.pool, `select p.id, p.kind, p.author, s.display_name as author_name, p.body, p.created_at
		from parts p join staff s on s.id = p.author where p.report_id = $1 order by p.created_at, p.id limit 2000`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the parts of %s: %w", id, err)
	}
	return found, nil
}

// A NewPart is one about to be stored. Its place in the sequence of its kind is known
// only then, and its header names it: so it is sealed then.
type NewPart struct {
	Report report.ID
	ID     uuid.UUID
	Kind   PartKind
	Author uuid.UUID
	At     time.Time
	Seal   func(sequence int) ([]byte, error)
}

// ErrPartID says that a part of that id is stored already.
var ErrPartID = errors.New("a part of that id is stored already")

// PartsOf lists the parts of one kind of some reports, each report's in their order.
func (a *Archive) PartsOf(ctx context.Context, ids []report.ID, kind PartKind) (map[report.ID][]Part, error) {
	rows, err := a.pool.Query(ctx, `select p.report_id, p.id, p.kind, p.author, s.display_name as author_name, p.body, p.created_at
		from parts p join staff s on s.id = p.author where p.report_id = any($1) and p.kind = $2 order by p.report_id, p.created_at, p.id`, ids, kind)
	if err != nil {
		return nil, fmt.Errorf("reading parts: %w", postgres.Sort(err))
	}
	type of struct {
		ReportID report.ID
		Part
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[of])
	if err != nil {
		return nil, fmt.Errorf("reading parts: %w", postgres.Sort(err))
	}
	all := map[report.ID][]Part{}
	for _, one := range found {
		all[one.ReportID] = append(all[one.ReportID], one.Part)
	}
	return all, nil
}

// AppendPart stores a part and returns it as it was sealed, for the line of the trail
// that belongs to the same transaction. Two that are written at once come one after
// the other, whatever the clocks of their servers say: each is sealed for its place.
func AppendPart(ctx context.Context, tx pgx.Tx, p NewPart) (sealed []byte, err error) {
	if _, err := tx.Exec(ctx, "update reports set acted_at = greatest(acted_at, $2) where id = $1", p.Report, p.At); err != nil {
		return nil, fmt.Errorf("writing on %s: %w", p.Report, postgres.Sort(err))
	}
	var before int
	var last *time.Time
	err = tx.QueryRow(ctx, "select count(*), max(created_at) from parts where report_id = $1 and kind = $2", p.Report, p.Kind).Scan(&before, &last)
	if err != nil {
		return nil, fmt.Errorf("writing on %s: %w", p.Report, postgres.Sort(err))
	}
	if last != nil && !p.At.After(*last) {
		p.At = last.Add(time.Microsecond)
	}
	if sealed, err = p.Seal(before + 1); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "insert into parts (id, report_id, kind, author, body, created_at) values ($1, $2, $3, $4, $5, $6)",
		p.ID, p.Report, p.Kind, p.Author, sealed, p.At)
	if postgres.Constraint(err) == "parts_pkey" {
		return nil, ErrPartID
	}
	if err != nil {
		return nil, fmt.Errorf("writing on %s: %w", p.Report, postgres.Sort(err))
	}
	return sealed, nil
}
