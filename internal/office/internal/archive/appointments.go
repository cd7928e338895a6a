package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
)

// ErrOverlap says that the member is expected elsewhere at that time.
var ErrOverlap = errors.New("the member has another appointment then")

// An Appointment is when somebody is expected; why is an entry of its record.
type Appointment struct {
	ID           uuid.UUID
	RecordID     uuid.UUID
	Assignee     uuid.UUID
	AssigneeName string
	StartsAt     time.Time
	EndsAt       time.Time
	Status       string
}

const appointmentColumns = `p.id, p.record_id, p.assignee, s.display_name as assignee_name, p.starts_at, p.ends_at, p.status
	from record_appointments p join staff s on s.id = p.assignee`

// Appointments lists those of one record, earliest first.
func (a *Archive) Appointments(ctx context.Context, record uuid.UUID) ([]Appointment, error) {
	found, err := collect[Appointment](ctx, a.pool, "select "+appointmentColumns+" where p.record_id = $1 order by p.starts_at, p.id limit 1000", record)
	if err != nil {
		return nil, fmt.Errorf("reading the appointments of record %s: %w", record, err)
	}
	return found, nil
}

// A Span is the part of the calendar that is shown.
type Span struct {
	From, To time.Time
	Assignee uuid.UUID // uuid.Nil: everybody's
}

// A CalendarRow is an appointment with the sealed key and the opening of its record, and
// the sealed entry by which it was planned.
type CalendarRow struct {
	Appointment
	Listed
	PlannedSequence int
	PlannedBody     []byte
}

// MostCalendar is how many appointments a calendar shows.
const MostCalendar = 500

// Calendar lists, one more than it shows when there are more, the appointments of the records of these teams within a span.
func (a *Archive) Calendar(ctx context.Context, teams []string, span Span) ([]CalendarRow, error) {
	rows, err := a.pool.Query(ctx, `select p.id, p.record_id, p.assignee, s.display_name, p.starts_at, p.ends_at, p.status,
		r.team_id, r.epoch, r.body, r.opening, coalesce(e.sequence, 0), coalesce(e.body, ''),
		exists (select from record_entries x where x.replaces = r.opening and x.record_id = r.id), coalesce(a.sequence, 0), coalesce(a.body, '')
		from record_appointments p join staff s on s.id = p.assignee join records r on r.id = p.record_id
		left join record_entries e on e.id = r.opening left join record_entries a on a.id = p.id
		where r.team_id = any($1) and p.starts_at >= $2 and p.starts_at < $3 and ($4::uuid = '00000000-0000-0000-0000-000000000000' or p.assignee = $4)
		order by p.starts_at, p.id limit $5`, teams, span.From, span.To, span.Assignee, MostCalendar+1)
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c CalendarRow, err error) {
		err = row.Scan(&c.ID, &c.Appointment.RecordID, &c.Assignee, &c.AssigneeName, &c.StartsAt, &c.EndsAt, &c.Appointment.Status,
			&c.TeamID, &c.Epoch, &c.Body, &c.Opening, &c.Sequence, &c.OpeningBody, &c.Corrected, &c.PlannedSequence, &c.PlannedBody)
		c.Record.ID = c.Appointment.RecordID
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", postgres.Sort(err))
	}
	return found, nil
}

// PlanAppointment stores an appointment, unless its member has another one then. One of
// that id that is stored already is ErrConcurrent.
func PlanAppointment(ctx context.Context, tx pgx.Tx, p Appointment) error {
	// Two who plan for the same member at once come one after the other.
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended('appointments ' || $1, 0))", p.Assignee.String()); err != nil {
		return fmt.Errorf("planning an appointment: %w", postgres.Sort(err))
	}
	var taken bool
	err := tx.QueryRow(ctx, `select exists (select from record_appointments where assignee = $1 and status = 'planned' and starts_at < $3 and ends_at > $2 and id <> $4)`,
		p.Assignee, p.StartsAt, p.EndsAt, p.ID).Scan(&taken)
	if err != nil {
		return fmt.Errorf("planning an appointment: %w", postgres.Sort(err))
	}
	if taken {
		return ErrOverlap
	}
	_, err = tx.Exec(ctx, "insert into record_appointments (id, record_id, assignee, starts_at, ends_at) values ($1, $2, $3, $4, $5)",
		p.ID, p.RecordID, p.Assignee, p.StartsAt, p.EndsAt)
	if postgres.Constraint(err) == "record_appointments_pkey" {
		return ErrConcurrent
	}
	if err != nil {
		return fmt.Errorf("planning an appointment: %w", postgres.Sort(err))
	}
	return nil
}

// EndAppointment says what became of an appointment. Whether that was said already is for
// the sealed entries to say; who writes them at the same time, the version of the record.
func EndAppointment(ctx context.Context, tx pgx.Tx, record, id uuid.UUID, status string) error {
	tag, err := tx.Exec(ctx, "update record_appointments set status = $3 where id = $1 and record_id = $2", id, record, status)
	if err != nil {
		return fmt.Errorf("closing appointment %s: %w", id, postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrReplaced
	}
	return nil
}
