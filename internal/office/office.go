// Package office assembles the back office, and exports the narrow administration
// that the operator's terminal needs: founding the house, admitting members,
// opening a team's key with the recovery key.
//
// Everything that opens a sealed text lives under internal/office/internal, where
// the compiler keeps the public side out.
package office

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/metrics"
	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/notify"
	"recueil/internal/office/internal/pages"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/scan"
	"recueil/internal/office/internal/staff"
	"recueil/internal/trust"
)

// Config is what the back office is made of.
type Config struct {
	Pool      *pgxpool.Pool // as recueil_office
	Trust     *trust.Source
	ShredDir  string
	Program   string         // started once more to show a file; /proc/self/exe is the office itself
	Origin    string         // what the address bar of staff shows; passkeys are tied to it, and without it there are none
	Proxies   []netip.Prefix // whose word on a browser's address is taken
	Idle      time.Duration  // without a request, a session is locked
	Absolute  time.Duration  // and over after that in any case
	Clamd     string         // where a clamd of this machine looks through opened files; empty: nobody does
	PDF       string         // draws the first page of a PDF: poppler's pdftoppm; empty: nobody does
	Notices   NoticeSettings // how people outside the screens are told
	Catalogue fs.FS
	Templates fs.FS
	Static    fs.FS
	Bundles   map[string][]string
	Metrics   *metrics.Set // nil counts nothing
	Now       func() time.Time
	Log       *slog.Logger
}

// An Office is the back office: its screens, and what it does by itself.
type Office struct {
	http.Handler
	screens *pages.Server
	desk    *staff.Desk
	notices *notify.Notifier
	log     *slog.Logger
}

// New assembles the back office.
func New(c Config) (*Office, error) {
	if c.Idle <= 0 || c.Absolute < c.Idle {
		return nil, errors.New("the limits of a session make no sense; give --idle-limit a time over 0 and --absolute-limit at least as much")
	}
	if info, err := os.Stat(c.ShredDir); err != nil || !info.IsDir() {
		return nil, errors.New("the folder of the shred keys is not there; `recueil init` makes it, name it by --shred-dir")
	}
	site, err := factor.NewSite(c.Origin)
	if err != nil {
		return nil, err
	}
	scanner, err := scan.New(c.Clamd)
	if err != nil {
		return nil, err
	}
	trail := audit.Trail{Pool: c.Pool, Log: c.Log}
	desk, err := staff.New(staff.Config{Pool: c.Pool, Shred: keyring.NewShredKeys(c.ShredDir), Trust: c.Trust, Trail: trail, Idle: c.Idle, Absolute: c.Absolute, Now: c.Now})
	if err != nil {
		return nil, err
	}
	store := archive.New(c.Pool)
	notices, err := notifier(c, store, trail)
	if err != nil {
		return nil, err
	}
	screens, err := pages.New(pages.Config{
		Archive: store, Viewer: preview.New(c.Program, c.PDF, c.Log), Scanner: scanner, Desk: desk, Notices: notices, Trail: trail, Site: site, Proxies: c.Proxies,
		Catalogue: c.Catalogue, Templates: c.Templates, Static: c.Static, Bundles: c.Bundles, Observe: observer(c.Metrics), Now: c.Now, Log: c.Log,
	})
	return &Office{screens, screens, desk, notices, c.Log}, err
}

// EndStreams ends what tells open screens of arrivals; without it a server that stops
// would wait for them in vain.
func (o *Office) EndStreams() { o.screens.EndStreams() }

// Tend drops what sessions need no more, each minute until ctx ends: the keys of
// who left the desk lie in the database no longer than that.
func (o *Office) Tend(ctx context.Context) {
	for {
		if err := o.desk.Sweep(ctx); err != nil && ctx.Err() == nil {
			o.log.Warn("sessions were not swept", "err", err)
		}
		if err := o.screens.SweepCalls(ctx); err != nil && ctx.Err() == nil {
			o.log.Warn("receipts of calls were not swept", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}
