// Package archive is the office's SQL over reports: the queue, one report, and the
// moves of the desk. It returns sealed bodies; who may open one is decided by keys.
package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/report"
)

// ErrNotFound says that there is no such report for the teams asked for.
var ErrNotFound = errors.New("there is no such report here")

// ErrConcurrent says that somebody changed the report in between.
var ErrConcurrent = errors.New("the report was changed by somebody else")

// An Archive reads and moves reports.
type Archive struct{ pool *pgxpool.Pool }

// New returns an Archive on a pool of the recueil_office role.
func New(pool *pgxpool.Pool) *Archive { return &Archive{pool} }

// A Report is a row with its sealed body for one team.
type Report struct {
	ID            report.ID
	Reference     string
	ReceivedAt    time.Time
	Channel       report.Channel
	Urgency       report.Urgency
	SealedUrgency *report.Urgency // where a coordinator set another since
	DueAt         time.Time
	Lane          string
	Status        triage.Status
	Qualification *triage.Qualification
	Assignee      *uuid.UUID
	AssigneeName  *string
	LeaseHolder   *uuid.UUID
	LeaseName     *string
	LeaseUntil    *time.Time
	ProposedBy    *uuid.UUID // who proposed what another has to agree to
	ProposedName  *string
	Version       int
	Additions     int
	Unseen        int     // additions that nobody who answers for it has opened
	Replied       bool    // one of those came after a message of staff
	Restricted    *string // the team it was taken from, to be given to named people
	TeamID        string
	Epoch         int
	Body          []byte // nil in a list where Excerpt stands for it
	Digest        []byte // in a list: SHA-256 of the body
	Excerpt       []byte // in a list: what a member who opened that body kept of it
	Department    int16  // keyed tokens, see package facet
	DepartmentTag *int16 // nil: not known
	Likeness      int16
	FromUnit      bool // a follow-up unit sent it, of a record of its own
}

// Object is the report as the tables of triage see it at a time. Who reads it was
// granted it: what is restricted to others is never read.
func (r *Report) Object(now time.Time) triage.Object {
	return triage.Object{Status: r.Status, Assignee: r.Assignee, Holder: r.HeldBy(now), Proposed: r.ProposedBy}
}

// HeldBy returns who has the report open for work at a time, if anybody has.
func (r *Report) HeldBy(now time.Time) *uuid.UUID {
	if r.LeaseUntil == nil || !r.LeaseUntil.After(now) {
		return nil
	}
	return r.LeaseHolder
}

const columns = rowColumns + `, g.body, null::bytea as digest, null::bytea as excerpt`

// A list brings the excerpt in place of the body. An urgency that a coordinator set is
// confirmed by a part whose key only the body holds.
const (
	lineColumns = rowColumns + `,
  case when x.sealed is null or g.likeness = -1 or r.urgency_sealed is not null then g.body end as body, sha256(g.body) as digest, x.sealed as excerpt`
	lineJoins = joins + ` left join report_excerpts x on x.report_id = r.id and x.team_id = g.team_id and x.epoch = g.epoch`
)

const rowColumns = `r.id, r.reference, r.received_at, r.channel, r.urgency, r.urgency_sealed as sealed_urgency, r.due_at, r.lane, r.status, r.qualification,
  r.assignee, a.display_name as assignee_name, r.lease_holder, l.display_name as lease_name, r.lease_until, r.version,
  r.proposed_by, p.display_name as proposed_name, r.restricted_from as restricted,
  (select count(*) from additions d where d.report_id = r.id)::int as additions,
  (select count(*) from additions d where d.report_id = r.id and d.seen_at is null and d.team_id = any(@teams))::int as unseen,
  exists (select from additions d join messages m on m.report_id = d.report_id and m.sent_at <= d.received_at
    where d.report_id = r.id and d.seen_at is null and d.team_id = any(@teams)) as replied,
  g.team_id, g.epoch, g.department, g.department_tag, g.likeness,
  r.channel = 'unit' and exists (select from unit_reports u where u.report_id = r.id) as from_unit`

// The body that was granted first counts: whoever may insert grants could otherwise
// put one of his own under a higher epoch before it, and have the report look damaged.
// One that was sealed again keeps the time of the first, and stands before it.
const firstGrant = `
  cross join lateral (select h.team_id, h.epoch, h.body, h.department, h.department_tag, h.likeness from report_grants h
    where h.report_id = r.id and h.team_id = any(@teams) order by h.granted_at, h.epoch desc limit 1) g`

const joins = ` from reports r` + firstGrant + `
  left join staff a on a.id = r.assignee
  left join staff l on l.id = r.lease_holder
  left join staff p on p.id = r.proposed_by`

// Get returns one report as one of the teams was given it.
func (a *Archive) Get(ctx context.Context, id report.ID, teams []string) (Report, error) {
	rows, err := a.pool.Query(ctx, "select "+columns+joins+" where r.id = @id", pgx.NamedArgs{"id": id, "teams": teams})
	if err != nil {
		return Report{}, fmt.Errorf("reading report %s: %w", id, postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Report])
	if errors.Is(err, pgx.ErrNoRows) {
		return Report{}, ErrNotFound
	}
	if err != nil {
		return Report{}, fmt.Errorf("reading report %s: %w", id, postgres.Sort(err))
	}
	return found, nil
}

// GetAll returns those of some reports that one of the teams was given, in no order.
func (a *Archive) GetAll(ctx context.Context, ids []report.ID, teams []string) ([]Report, error) {
	found, err := collect[Report](ctx, a.pool, "select "+columns+joins+" where r.id = any(@ids)", pgx.NamedArgs{"ids": ids, "teams": teams})
	if err != nil {
		return nil, fmt.Errorf("reading reports: %w", err)
	}
	return found, nil
}

// An Addition is what a reporter added later.
type Addition struct {
	ID         report.ID
	ReceivedAt time.Time
	TeamID     string
	Epoch      int
	Body       []byte
	SeenAt     *time.Time
}

// Additions lists what was added to a report, oldest first.
func (a *Archive) Additions(ctx context.Context, id report.ID, teams []string) ([]Addition, error) {
	found, err := collect[Addition](ctx, a.pool, `select id, received_at, team_id, epoch, body, seen_at from additions
		where report_id = $1 and team_id = any($2) order by received_at, id limit 200`, id, teams)
	if err != nil {
		return nil, fmt.Errorf("reading the additions of %s: %w", id, err)
	}
	return found, nil
}
