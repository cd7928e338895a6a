package main

import (
	"log/slog"
	"time"

	"recueil/internal/office"
	"recueil/internal/trust"
)

type teamCommands struct {
	Status teamStatus `cmd:"" help:"Say which epochs, members and servers there are, and how far each rotation is."`
	Rotate teamRotate `cmd:"" help:"Make the next key of one or several teams, and the trust file that names it."`
	Reseal teamReseal `cmd:"" help:"Seal what lies under a retired epoch to the current one."`
	Shred  teamShred  `cmd:"" help:"Destroy the shred key of a retired epoch: no copy of its wraps opens any more."`
}

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
