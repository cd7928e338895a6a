package main

import (
	"log/slog"
	"time"

	"recueil/internal/office"
	"recueil/internal/trust"
)

// houseFlags are what the commands on keys want besides the database.
type houseFlags struct {
	ownerFlags
	TrustFile string `help:"Trust file that is installed now." required:"" env:"RECUEIL_TRUST_FILE"`
	ShredDir  string `help:"Folder of the shred keys." required:"" env:"RECUEIL_SHRED_DIR"`
}

// house opens the database and reads the trust file. The caller closes its pool.
func (f houseFlags) house(t *terminal) (office.House, error) {
	log := slog.New(slog.NewTextHandler(t.warn, &slog.HandlerOptions{Level: slog.LevelWarn}))
	trusted, err := trust.NewSource(trust.Options{Path: f.TrustFile}, log)
	if err != nil {
		return office.House{}, err
	}
	pool, err := f.open(t.ctx)
	if err != nil {
		return office.House{}, err
	}
	return office.House{Pool: pool, ShredDir: f.ShredDir, Trust: trusted, Now: time.Now, Log: log}, nil
}
