package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

type devCommand struct {
	Dir          string `help:"Folder for everything that is kept: database, keys, log files. Delete it to begin anew." default:"var/dev" type:"path"`
	IntakeListen string `help:"Address of the public pages; port 0 takes a free one." default:"127.0.0.1:8080"`
	OfficeListen string `help:"Address of the back office; port 0 takes a free one." default:"127.0.0.1:8081"`
	DatabaseURL  string `help:"An existing, empty PostgreSQL database to use, as its superuser. Empty runs a private one." env:"RECUEIL_DEV_DATABASE_URL"`
	ExitURL      string `help:"Outside page that 'Quitter vite' opens. Empty takes the intake's own default."`
	TLS          bool   `help:"Serve with a self-signed certificate, to try the pages on a phone."`
	Demo         bool   `help:"Send a dozen invented reports through the real form at the first start, and let two of them leave the house." default:"true" negatable:""`
}

// What dev writes into its folder for scripts, and reads back at the next start.
type devFile struct {
	Intake           string         `json:"intake"`
	Office           string         `json:"office"`
	DatabaseURL      string         `json:"database_url"`
	TrustFile        string         `json:"trust_file"`
	TeamIdentityFile string         `json:"team_identity_file"`
	Staff            []devStaff     `json:"staff"`
	PIDs             map[string]int `json:"pids"`
}

type devStaff struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	// Teams whose key a demo account is given, a profession's last.
	Teams      []string `json:"teams,omitempty"`
	Passphrase string   `json:"passphrase"` // of a demo account, on this machine only
	// What an authenticator app would hold, and the codes for who has lost it.
	TOTP        string   `json:"totp"`
	BackupCodes []string `json:"backup_codes"`
}

// Run starts PostgreSQL, makes the demo house when there is none, starts both
// servers as they run in production, and stops everything on Ctrl-C.
func (c *devCommand) Run(t *terminal) (err error) {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of dev: %w", err)
	}
	ownerURL, pid, stop, err := c.database(t.ctx)
	if err != nil {
		return err
	}
	defer stop()
	house, err := c.found(t.ctx, ownerURL)
	if err != nil {
		return err
	}
	pager, err := c.startPager(t.ctx, ownerURL, t.out)
	if err != nil {
		return err
	}
	defer pager.stop()
	servers, err := c.start(t.ctx, ownerURL, pager.settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.stop()) }()
	house.Intake, house.Office, house.DatabaseURL = servers.intake.url, servers.office.url, ownerURL
	house.PIDs = map[string]int{"intake": servers.intake.pid(), "office": servers.office.pid(), "postgres": pid}
	if c.Demo {
		if err := c.sendDemo(t.ctx, &house, ownerURL); err != nil {
			return err
		}
	}
	if err := c.write(house); err != nil {
		return err
	}
	c.greet(t, house)
	asked := lines(t.in)
	for {
		select {
		case <-t.ctx.Done():
			return nil
		case err := <-servers.died:
			return err
		case _, more := <-asked:
			if !more {
				asked = nil // nobody is at the keyboard
				continue
			}
			printCodes(t.out, house.Staff, time.Now())
		}
	}
}

// database returns where the database is, and how to stop it.
func (c *devCommand) database(ctx context.Context) (url string, pid int, stop func(), err error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, 0, func() {}, migrateAt(ctx, c.DatabaseURL)
	}
	dir, err := clusterDir(c.Dir)
	if err != nil {
		return "", 0, nil, err
	}
	running, err := cluster.Start(ctx, cluster.Config{Dir: dir, Durable: true})
	if err != nil {
		return "", 0, nil, err
	}
	if err := createDatabase(ctx, running.OwnerURL("postgres")); err != nil {
		running.Stop()
		return "", 0, nil, err
	}
	url = running.OwnerURL("recueil")
	if err := migrateAt(ctx, url); err != nil {
		running.Stop()
		return "", 0, nil, err
	}
	return url, running.PID(), running.Stop, nil
}

// clusterDir is where the private cluster lives. A root process runs the server as
// another user, who may not be able to reach this folder (a checkout under /root):
// the cluster then lives under /var/tmp.
func clusterDir(dir string) (string, error) {
	inside := filepath.Join(dir, "postgres")
	if os.Geteuid() != 0 {
		return inside, nil
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return "", fmt.Errorf("looking at the folder of dev: %w", err)
		}
		if info.Mode().Perm()&0o001 == 0 {
			return filepath.Join("/var/tmp", "recueil-dev"+strings.ReplaceAll(dir, "/", "-")), nil
		}
		if at == filepath.Dir(at) {
			return inside, nil
		}
	}
}

func createDatabase(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reaching the private database: %w", err)
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = 'recueil')").Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "create database recueil")
	return err
}

func migrateAt(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return errors.New("the database does not answer; check --database-url and that the server runs")
	}
	defer conn.Close(ctx)
	return schema.Migrate(ctx, conn)
}

func (c *devCommand) file() string      { return filepath.Join(c.Dir, "dev.json") }
func (c *devCommand) trustFile() string { return filepath.Join(c.Dir, "trust.json") }
func (c *devCommand) shredDir() string  { return filepath.Join(c.Dir, "shred") }

// found makes the demo teams, their keys and the demo staff, or reads what an
// earlier start made.
func (c *devCommand) found(ctx context.Context, ownerURL string) (devFile, error) {
	var house devFile
	if raw, err := os.ReadFile(c.file()); err == nil {
		if err := json.Unmarshal(raw, &house); err != nil {
			return house, fmt.Errorf("%s cannot be read; delete the folder %s to begin anew", c.file(), c.Dir)
		}
		return house, nil
	}
	// What a start that broke off half-way left behind opens nothing.
	for _, leftover := range []string{c.trustFile(), c.identityFile(), c.shredDir()} {
		if err := os.RemoveAll(leftover); err != nil {
			return house, fmt.Errorf("clearing the folder of dev: %w", err)
		}
	}
	pool, err := ownerFlags{ownerURL}.open(ctx)
	if err != nil {
		return house, err
	}
	defer pool.Close()
	house = devFile{TrustFile: c.trustFile(), TeamIdentityFile: c.identityFile()}
	for _, person := range demoStaff {
		person.Passphrase = demoPassphrase()
		house.Staff = append(house.Staff, person)
	}
	first := house.Staff[0]
	recovery, err := office.Found(ctx, office.Founding{
		Pool: pool, ShredDir: c.shredDir(), Now: time.Now(), First: first.account(),
		Teams:   demoTeams,
		Install: func(f *trust.File) error { return writeTrust(c.trustFile(), f) },
	})
	if errors.Is(err, office.ErrFounded) {
		return house, fmt.Errorf("the database was set up before, but %s, which knows its keys, is gone; begin with an empty database", c.Dir)
	}
	if err != nil {
		return house, err
	}
	if err := c.admit(ctx, ownerURL, house.Staff, recovery); err != nil {
		return house, err
	}
	if err := c.enrol(ctx, ownerURL, house.Staff); err != nil {
		return house, err
	}
	if c.Demo {
		if err := c.playUnit(ctx, ownerURL, house.Staff); err != nil {
			return house, err
		}
	}
	return house, c.exportTeam(ctx, ownerURL, recovery)
}

func (s devStaff) account() office.Account {
	return office.Account{Login: s.Login, Name: s.Name, Role: s.Role, Passphrase: secret.Text(s.Passphrase)}
}

// write keeps what dev knows. The file holds demo passphrases: nobody else reads it.
func (c *devCommand) write(house devFile) error {
	raw, err := json.MarshalIndent(house, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", c.file(), err)
	}
	half := c.file() + ".half"
	if err := os.WriteFile(half, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", c.file(), err)
	}
	return os.Rename(half, c.file())
}

func (c *devCommand) greet(t *terminal, house devFile) {
	fmt.Fprintf(t.out, "\n  Public form   %s\n  Back office   %s\n\n  Demo log-ins\n", house.Intake, house.Office)
	for _, s := range house.Staff {
		fmt.Fprintf(t.out, "    %-10s %-24s %s\n", s.Login, s.Passphrase, s.Role)
	}
	printCodes(t.out, house.Staff, time.Now())
	fmt.Fprintf(t.out, "\n  Enter shows the codes of the moment, as an authenticator app would. Backup codes are\n  in %s. Log files are beside it. Ctrl-C stops everything.\n\n", c.file())
}

// demoPassphrase draws four words: enough for an account that exists on one
// machine, and readable.
func demoPassphrase() string {
	words := make([]string, 4)
	for i := range words {
		var b [1]byte
		rand.Read(b[:])
		words[i] = demoWords[int(b[0])%len(demoWords)]
	}
	return strings.Join(words, "-")
}
