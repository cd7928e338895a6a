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

// ErrNoService says that the directory of local services has no such entry.
var ErrNoService = errors.New("there is no such service")

// A LocalService is somebody a unit may send a young person to: a place, what it
// offers, and where and when that was looked up. It says nothing of anybody.
type LocalService struct {
	ID         uuid.UUID
	Department string
	Name       string
	Offers     string
	Phone      string
	Address    string
	Source     string
	VerifiedOn time.Time // a day
	ChangedBy  uuid.UUID
	Version    int
}

const serviceColumns = "id, department, name, offers, phone, address, source, verified_on, changed_by, version"

// LocalServices lists those of one département, or all for "".
func (a *Archive) LocalServices(ctx context.Context, department string) ([]LocalService, error) {
	found, err := collect[LocalService](ctx, a.pool, "select "+serviceColumns+` from local_services
		where $1 = '' or department = $1 order by department, lower(name), id limit 2000`, department)
	if err != nil {
		return nil, fmt.Errorf("reading the local services: %w", err)
	}
	return found, nil
}

// LocalService returns one. The error is ErrNoService when there is none.
func (a *Archive) LocalService(ctx context.Context, id uuid.UUID) (LocalService, error) {
	rows, err := a.pool.Query(ctx, "select "+serviceColumns+" from local_services where id = $1", id)
	if err != nil {
		return LocalService{}, fmt.Errorf("reading a local service: %w", postgres.Sort(err))
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[LocalService])
	if errors.Is(err, pgx.ErrNoRows) {
		return LocalService{}, ErrNoService
	}
	if err != nil {
		return LocalService{}, fmt.Errorf("reading a local service: %w", postgres.Sort(err))
	}
	return found, nil
}

// KeepLocalService stores an entry: a new one with version 0, else the one it was read
// as. It fails with ErrConcurrent when somebody else changed it in between.
func KeepLocalService(ctx context.Context, tx pgx.Tx, l LocalService) error {
	statement := `update local_services set department = $2, name = $3, offers = $4, phone = $5, address = $6, source = $7,
		verified_on = $8, changed_by = $9, version = version + 1 where id = $1 and version = $10`
	arguments := []any{l.ID, l.Department, l.Name, l.Offers, l.Phone, l.Address, l.Source, l.VerifiedOn, l.ChangedBy, l.Version}
	if l.Version == 0 {
		statement = `insert into local_services (id, department, name, offers, phone, address, source, verified_on, changed_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`
		arguments = arguments[:9]
	}
	tag, err := tx.Exec(ctx, statement, arguments...)
	if err != nil {
		return fmt.Errorf("keeping a local service: %w", postgres.Sort(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrConcurrent
	}
	return nil
}
