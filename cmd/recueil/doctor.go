package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office"
	"recueil/internal/postgres/schema"
	"recueil/internal/trust"
)

type doctorCommand struct {
	ownerFlags
	TrustFile string `help:"Trust file." required:"" env:"RECUEIL_TRUST_FILE"`
	ShredDir  string `help:"Folder of the shred keys." required:"" env:"RECUEIL_SHRED_DIR"`

	ClamdAddress      string `help:"The clamd that the office uses, as the office is given it; empty looks for none." env:"RECUEIL_CLAMD_ADDRESS"`
	ClamdTemporaryDir string `help:"Its TemporaryDirectory, from clamd.conf." default:"/tmp" env:"RECUEIL_CLAMD_TEMPORARY_DIR"`
	PDFRenderer       string `help:"What draws the first page of a PDF for the office, as the office is given it; empty looks for none." env:"RECUEIL_PDF_RENDERER"`
}

// A finding is one line of the answer: what was looked at, and the mend where
// something is wrong.
type finding struct{ what, mend string }

// Run looks at a deployment and fails when anything wants a mend.
func (c *doctorCommand) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	findings := []finding{recent(t.ctx, pool), migrated(t.ctx, pool), clockOf(t.ctx, pool), durable(t.ctx, pool), checksummed(t.ctx, pool), roles(t.ctx, pool)}
	source, err := trust.NewSource(trust.Options{Path: c.TrustFile}, slog.New(slog.DiscardHandler))
	if err != nil {
		findings = append(findings, finding{"trust file", err.Error()})
	} else {
		house := office.House{Pool: pool, ShredDir: c.ShredDir, Trust: source, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
		findings = append(findings, trustFile(c.TrustFile), c.shredKeys(t.ctx, house), rotations(t.ctx, house))
	}
	if c.ClamdAddress != "" {
		findings = append(findings, clamdAnswers(t.ctx, c.ClamdAddress), inMemory(c.ClamdTemporaryDir))
	}
	if c.PDFRenderer != "" {
		findings = append(findings, finding{"first pages of PDFs can be shown", office.PDFProblem(c.PDFRenderer)})
	}
	wrong := 0
	for _, f := range findings {
		if f.mend == "" {
			fmt.Fprintf(t.out, "ok    %s\n", f.what)
			continue
		}
		wrong++
		fmt.Fprintf(t.out, "MEND  %s: %s\n", f.what, f.mend)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d checks want a mend", wrong, len(findings))
	}
	return nil
}

func migrated(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "database is of this version"}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		f.mend = "it does not answer"
		return f
	}
	defer conn.Release()
	switch pending, err := schema.Pending(ctx, conn.Conn()); {
	case err != nil:
		f.mend = err.Error()
	case pending > 0:
		f.mend = fmt.Sprintf("%d migrations are pending; run `recueil migrate`", pending)
	case pending < 0:
		f.mend = "the database is newer than this program; install the version that migrated it"
	}
	return f
}

func clockOf(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "clocks of this machine and of the database agree"}
	var there time.Time
	asked := time.Now()
	if err := pool.QueryRow(ctx, "select clock_timestamp()").Scan(&there); err != nil {
		f.mend = "the database does not tell the time"
	} else if apart := there.Sub(asked).Abs(); apart > 5*time.Second {
		f.mend = fmt.Sprintf("they are %s apart; run an NTP client on both", apart.Round(time.Second))
	}
	return f
}

// oldest is the PostgreSQL that the migrations were written for, as it numbers itself.
const oldest = 150000

func recent(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "PostgreSQL is 15 or newer"}
	var version int
	if err := pool.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&version); err != nil || version < oldest {
		f.mend = "it is older; bring the server to a version that is still kept up"
	}
	return f
}

// checksummed asks whether a page that the disk changed is met with an error, and a
// standby's copy or a backup fetched, before the damage is in those, too.
func checksummed(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "PostgreSQL finds pages that its disk changed"}
	var value string
	if err := pool.QueryRow(ctx, "select current_setting('data_checksums')").Scan(&value); err != nil || value != "on" {
		f.mend = "data checksums are off; stop the server and run pg_checksums --enable"
	}
	return f
}

// durable asks for the settings behind the first promise: what was acknowledged
// outlives a power cut. It names all that are off.
func durable(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "PostgreSQL writes through to disk"}
	var off []string
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var value string
		if err := pool.QueryRow(ctx, "select current_setting($1)", setting).Scan(&value); err != nil || value == "off" {
			off = append(off, setting)
		}
	}
	if len(off) > 0 {
		f.mend = "switch on and restart PostgreSQL: " + strings.Join(off, ", ")
	}
	return f
}

// roles looks for what would let a server's role do more than the migrations say.
func roles(ctx context.Context, pool *pgxpool.Pool) finding {
	f := finding{what: "the servers' roles are narrow"}
	var wide []string
	err := pool.QueryRow(ctx, `select coalesce(array_agg(r.rolname::text), '{}') from pg_roles r
		where r.rolname in ('recueil_intake', 'recueil_office')
		and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls
		  or exists (select from pg_auth_members m where m.member = r.oid)
		  or exists (select from pg_class c where c.relowner = r.oid))`).Scan(&wide)
	switch {
	case err != nil:
		f.mend = "they cannot be read"
	case len(wide) > 0:
		f.mend = fmt.Sprintf("%v may do more than the migrations granted: take superuser, memberships and ownership away", wide)
	}
	return f
}

func trustFile(path string) finding {
	f := finding{what: "trust file is only the operator's to write"}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o022 != 0 {
		f.mend = "take the right to write from group and others: chmod go-w " + path
	}
	return f
}

// shredKeys leaves out the epochs whose key was destroyed on purpose.
func (c *doctorCommand) shredKeys(ctx context.Context, house office.House) finding {
	f := finding{what: "shred keys are there and private"}
	status, err := office.ReadStatus(ctx, house)
	if err != nil {
		f.mend = "the epochs cannot be read"
		return f
	}
	for _, team := range status.Teams {
		for _, epoch := range team.Epochs {
			if epoch.State == office.Destroyed || epoch.State == office.Discarded {
				continue
			}
			path := filepath.Join(c.ShredDir, fmt.Sprintf("%s-%d.key", team.ID, epoch.Number))
			info, err := os.Stat(path)
			switch {
			case err != nil:
				f.mend = fmt.Sprintf("%s is missing: restore it from its own backup, or its reports stay closed", path)
			case info.Mode().Perm()&0o077 != 0:
				f.mend = "others may read " + path + ": chmod 600"
			}
		}
	}
	return f
}

// rotations tells of a new key that waits for its trust file, and of servers that
// use another file than this one.
func rotations(ctx context.Context, house office.House) finding {
	f := finding{what: "servers use this trust file, and no key waits for another"}
	status, err := office.ReadStatus(ctx, house)
	if err != nil {
		f.mend = "the servers cannot be read"
		return f
	}
	for _, s := range status.Servers {
		if s.TrustVersion != house.Trust.File().Version() || s.TrustFingerprint != house.Trust.File().Fingerprint() {
			f.mend = fmt.Sprintf("%s %s uses version %d: install the newest file on its machine and send it SIGHUP", s.Kind, s.Name, s.TrustVersion)
		}
	}
	for _, team := range status.Teams {
		for _, epoch := range team.Epochs {
			if epoch.State == office.Prepared {
				f.mend = fmt.Sprintf("epoch %d of %s is prepared: install its trust file, see `recueil team status`", epoch.Number, team.ID)
			}
		}
	}
	return f
}
