package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A House is what the acts of the operator's terminal work on.
type House struct {
	Pool     *pgxpool.Pool // as recueil_owner
	ShredDir string
	Trust    *trust.Source
	Now      func() time.Time
	Log      *slog.Logger
}

func (h House) shreds() keyring.ShredKeys { return keyring.NewShredKeys(h.ShredDir) }

func (h House) desk() (*staff.Desk, error) {
	return staff.New(staff.Config{Pool: h.Pool, Shred: h.shreds(), Trust: h.Trust, Now: h.Now})
}

// vouch opens the keys of who stands by an act on teams: a coordinator, or of a
// profession one of its members.
func (h House) vouch(ctx context.Context, teams []string, login string, passphrase secret.Text) (*staff.Session, staff.Keys, error) {
	desk, err := h.desk()
	if err != nil {
		return nil, staff.Keys{}, err
	}
	sponsor, err := desk.Open(ctx, login, passphrase)
	if errors.Is(err, staff.ErrLogin) {
		return nil, staff.Keys{}, errors.New("the name and the passphrase of who vouches do not open an account")
	}
	if err != nil {
		return nil, staff.Keys{}, err
	}
	for _, team := range teams {
		if !desk.Gives(sponsor.Role, team) {
			return nil, staff.Keys{}, fmt.Errorf("%s may not give the key of the team %s; a coordinator may, and of a profession one of its members", login, team)
		}
	}
	keys, err := desk.Keys(ctx, sponsor, h.Log)
	return sponsor, keys, err
}
