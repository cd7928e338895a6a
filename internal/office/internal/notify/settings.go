package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/postgres"
)

// A Pace is how often a reminder may come.
type Pace string

// The paces.
const (
	Never  Pace = ""
	Hourly Pace = "hour"
	Daily  Pace = "day"
)

// Paces lists them.
func Paces() []Pace { return []Pace{Never, Hourly, Daily} }

// Reminders go to one address of the team: to people, at most one of a kind in an
// hour or a day.
type Reminders struct {
	Address string        `json:"address,omitempty"`
	Medium  Medium        `json:"medium,omitempty"`
	Pace    map[Kind]Pace `json:"pace,omitempty"`
	Hour    int           `json:"hour"` // of Paris, from which the daily ones go
}

// Settings are whom the house tells what.
type Settings struct {
	Language      string
	Steps         Ladder
	Reminders     Reminders
	Version       int
	ChangedAt     *time.Time
	ChangedBy     *uuid.UUID
	ChangedByName *string
}

// ErrStale says that somebody else saved in between.
var ErrStale = errors.New("the settings of the notices were changed by somebody else")

const settingsColumns = `n.language, n.steps, n.reminders, n.version, n.changed_at, n.changed_by, (select s.display_name from staff s where s.id = n.changed_by) as changed_by_name`

type querier interface {
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
}

func readSettings(ctx context.Context, q querier, lock string) (Settings, error) {
	rows, err := q.Query(ctx, `select `+settingsColumns+` from notice_settings n where n.single `+lock)
	if err != nil {
		return Settings{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Settings])
}

// Settings returns what holds now.
func (n *Notifier) Settings(ctx context.Context) (Settings, error) {
	s, err := readSettings(ctx, n.Pool, "")
	if err != nil {
		return s, fmt.Errorf("reading the settings of the notices: %w", postgres.Sort(err))
	}
	return s, nil
}

// Languages lists those that notices can be written in.
func (n *Notifier) Languages() []string { return slices.Sorted(maps.Keys(n.voices)) }

// Save keeps settings that were drawn from the version they carry. The error is
// ErrStale when somebody else saved since. Alarms under way climb the new ladder from
// where they are.
func (n *Notifier) Save(ctx context.Context, by uuid.UUID, s Settings) error {
	for _, step := range s.Steps { // whoever typed them was told what is wrong by the page
		if err := step.Check(n.Hosts); err != nil {
			return err
		}
	}
	now := n.Now()
	event := audit.Event{At: now, Actor: by, Action: "notice.changed", Object: "notice", ID: "settings", Detail: fmt.Sprintf("%d", len(s.Steps))}
	if s.Steps == nil {
		s.Steps = Ladder{}
	}
	return n.Trail.Within(ctx, event, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update notice_settings set language = @language, steps = @steps, reminders = @reminders, version = version + 1, changed_at = @now, changed_by = @by
			where single and version = @version`, pgx.NamedArgs{"language": s.Language, "steps": s.Steps, "reminders": s.Reminders, "now": now, "by": by, "version": s.Version})
		if err != nil {
			return fmt.Errorf("saving the settings of the notices: %w", postgres.Sort(err))
		}
		if tag.RowsAffected() == 0 {
			return ErrStale
		}
		return nil
	})
}

// Reminded lists the kinds that reminders can be of here.
func (n *Notifier) Reminded() (kinds []Kind) {
	for _, kind := range Kinds() {
		if n.Counters[kind] != nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
