// Package office assembles the back office, and exports the narrow administration
// that the operator's terminal needs: founding the house, admitting members,
// opening a team's key with the recovery key.
//
// Everything that opens a sealed text lives under internal/office/internal, where
// the compiler keeps the public side out.
package office

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/pages"
	"recueil/internal/office/internal/staff"
	"recueil/internal/trust"
)

// Config is what the back office is made of.
type Config struct {
	Pool      *pgxpool.Pool // as recueil_office
	Trust     *trust.Source
	ShredDir  string
	Idle      time.Duration // without a request, a session ends
	Absolute  time.Duration // and after that in any case
	Catalogue fs.FS
	Templates fs.FS
	Static    fs.FS
	Bundles   map[string][]string
	Now       func() time.Time
	Log       *slog.Logger
}

// New assembles the back office's screens.
func New(c Config) (http.Handler, error) {
	if c.Idle <= 0 || c.Absolute < c.Idle {
		return nil, errors.New("the limits of a session make no sense; give --idle-limit a time over 0 and --absolute-limit at least as much")
	}
	if info, err := os.Stat(c.ShredDir); err != nil || !info.IsDir() {
		return nil, errors.New("the folder of the shred keys is not there; `recueil init` makes it, name it by --shred-dir")
	}
	desk, err := staff.New(staff.Config{Pool: c.Pool, Shred: keyring.NewShredKeys(c.ShredDir), Trust: c.Trust, Idle: c.Idle, Absolute: c.Absolute, Now: c.Now})
	if err != nil {
		return nil, err
	}
	return pages.New(pages.Config{
		Archive: archive.New(c.Pool), Desk: desk, Trail: audit.Trail{Pool: c.Pool, Log: c.Log},
		Catalogue: c.Catalogue, Templates: c.Templates, Static: c.Static, Bundles: c.Bundles, Now: c.Now, Log: c.Log,
	})
}
