// Command recueil is the operator's terminal.
//
//	recueil dev             try the whole service on this machine
//	recueil migrate         bring the database to this version
//	recueil init            make teams, keys, the trust file and the first coordinator
//	recueil staff           list, add and disable accounts, take one team's key from a member
//	recueil team            rotate keys, seal reports forward, destroy retired keys
//	recueil audit           find changed, removed or moved lines of the audit trail
//	recueil recover         give a team's keys to a coordinator by the recovery key from the safe
//	recueil recovery-drill  try the recovery key on every epoch
//	recueil doctor          check a deployment and say each mend
//
// All but dev connect as recueil_owner, the owner of the database. Passphrases and
// keys are asked for on the terminal or read from standard input, never taken from
// the command line. `recueil COMMAND --help` lists what each wants.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/postgres"
)

type commands struct {
	Dev           devCommand           `cmd:"" help:"Run the whole service on this machine with demo data, until Ctrl-C."`
	Migrate       migrateCommand       `cmd:"" help:"Bring the database to this version."`
	Init          initCommand          `cmd:"" help:"Make teams, keys, the trust file and the first coordinator. Prints the recovery key, once."`
	Staff         staffCommands        `cmd:"" help:"Accounts of the back office."`
	Team          teamCommands         `cmd:"" help:"The keys of the teams."`
	Audit         auditCommands        `cmd:"" help:"The audit trail of the back office."`
	Recover       recoverCommand       `cmd:"" help:"Give a team's keys back by the recovery key, when nobody is left who holds them."`
	RecoveryDrill recoveryDrillCommand `cmd:"" help:"Try the recovery key on every epoch of every team. Writes no key."`
	Doctor        doctorCommand        `cmd:"" help:"Check a deployment."`
}

// A terminal is what a command reads from and writes to.
type terminal struct {
	ctx  context.Context
	in   io.Reader
	out  io.Writer
	warn io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(&terminal{ctx, os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "recueil:", err)
		os.Exit(1)
	}
}

// run is the whole program; tests start it as main does.
func run(t *terminal, args []string) error {
	var chosen commands
	parser, err := kong.New(&chosen, kong.Name("recueil"), kong.Description("The operator's terminal of Recueil."), kong.Writers(t.out, t.warn))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w; see recueil --help", err)
	}
	return parsed.Run(t)
}

// ownerFlags are what every command on a deployment wants.
type ownerFlags struct {
	DatabaseURL string `help:"PostgreSQL, as the role recueil_owner." required:"" env:"RECUEIL_OWNER_DATABASE_URL"`
}

func (o ownerFlags) open(ctx context.Context) (*pgxpool.Pool, error) {
	pool, err := postgres.Open(ctx, postgres.Config{URL: o.DatabaseURL, MaxConns: 4})
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database does not answer; check --database-url and that the server runs: %w", postgres.Sort(err))
	}
	return pool, nil
}
