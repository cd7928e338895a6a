package staff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/trust"
)

// A Colleague holds the key of a team, and somebody of it admitted him.
type Colleague struct {
	ID          uuid.UUID
	DisplayName string
	Role        triage.Role
	Recipient   string
	Mac         []byte
}

// Person is the colleague as the tables of triage see him.
func (c Colleague) Person() triage.Person { return triage.Person{ID: c.ID, Role: c.Role} }

// Alone is the colleague as a team of one, which a restricted report is sealed to.
func (c Colleague) Alone() trust.Epoch {
	return trust.Epoch{TeamID: alone + c.ID.String(), Number: 1, Recipient: c.Recipient}
}

// Colleagues lists those who hold the newest key of a team that the member holds, by
// name. A recipient that nobody of the team admitted is left out: whoever writes the
// database could otherwise have reports sealed to a key of his own.
func (d *Desk) Colleagues(ctx context.Context, keys Keys, team string) ([]Colleague, error) {
	epochs := keys.Epochs(team)
	if len(epochs) == 0 {
		return nil, fmt.Errorf("listing colleagues: no key of team %s", team)
	}
	newest := epochs[len(epochs)-1]
	rows, err := d.Pool.Query(ctx, `select s.id, s.display_name, s.role, s.recipient, w.recipient_mac as mac
		from team_key_wraps w join staff s on s.id = w.staff_id
		where w.team_id = $1 and w.epoch = $2 and s.disabled_at is null order by lower(s.display_name), s.login`, team, newest.Epoch)
	if err != nil {
		return nil, fmt.Errorf("listing colleagues: %w", postgres.Sort(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Colleague])
	if err != nil {
		return nil, fmt.Errorf("listing colleagues: %w", postgres.Sort(err))
	}
	var admitted []Colleague
	for _, c := range all {
		if newest.CheckMember(c.ID, c.Recipient, c.Mac) == nil && c.Role.May(triage.Read) {
			admitted = append(admitted, c)
		}
	}
	return admitted, nil
}
