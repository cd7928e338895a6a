package archive

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// A Colleague is somebody who may have reports of some teams.
type Colleague struct {
	ID   uuid.UUID
	Name string
}

// Colleagues lists the members of some teams by name.
func (a *Archive) Colleagues(ctx context.Context, teams []string) ([]Colleague, error) {
	found, err := collect[Colleague](ctx, a.pool, `select s.id, s.display_name as name from staff s where s.disabled_at is null
		and exists (select from memberships m where m.staff_id = s.id and m.team_id = any($1)) order by s.display_name, s.id limit 500`, teams)
	if err != nil {
		return nil, fmt.Errorf("listing colleagues: %w", err)
	}
	return found, nil
}
