package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"recueil/internal/challenge"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A house is everything that runs while measuring.
type house struct {
	dir      string
	cluster  *cluster.Cluster
	owner    *pgx.Conn
	signer   challenge.Signer // makes the tokens that a form page would carry
	password string
	intake   *process
	bare     *process
	spare    *process // a second intake, while its start is measured

	shortBytes, draftBytes int // what the intake stores for one of each

	acknowledged, stored, bareAcknowledged int
	topRate                                float64 // short forms a second, of the intake
}

// bareConnections is the size of the yardstick's pool. On two cores it inserts about
// twice as fast with 16 as with 4, pgx's default there, and by a twentieth faster yet
// with 32.
const bareConnections = 16

// openHouse starts the database and the intake, as `recueil dev` does: own process,
// own role, durable.
func openHouse(ctx context.Context, dir string) (h *house, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if onMemory(dir) {
		return nil, fmt.Errorf("%s lies in memory, where nothing is durable; name a folder on a disk by -dir", dir)
	}
	h = &house{password: rand.Text()}
	if h.dir, err = os.MkdirTemp(dir, "bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if h.dir, err = filepath.Abs(h.dir); err != nil {
		return nil, err
	}
	if err := os.Chmod(h.dir, 0o755); err != nil { // the database's user must reach its folder
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", h.file("intake"), "recueil/cmd/intake")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the intake: %w\n%s", err, out)
	}
	if h.cluster, err = cluster.Start(ctx, cluster.Config{Dir: h.file("pg"), Durable: true}); err != nil {
		return nil, err
	}
	if err := h.prepareDatabase(ctx); err != nil {
		return nil, err
	}
	if err := h.prepareFiles(); err != nil {
		return nil, err
	}
	if h.intake, err = h.startIntake("spool"); err != nil {
		return nil, err
	}
	if h.intake.database, err = h.databaseProcess(); err != nil {
		return nil, err
	}
	if err := h.intake.await(ctx, "/"); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *house) file(name string) string { return filepath.Join(h.dir, name) }

func (h *house) prepareDatabase(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, h.cluster.OwnerURL("postgres"))
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "create database recueil"); err != nil {
		return err
	}
	if h.owner, err = pgx.Connect(ctx, h.cluster.OwnerURL("recueil")); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, h.owner); err != nil {
		return err
	}
	for _, statement := range []string{
		"alter role recueil_intake password '" + h.password + "'",
		"create role recueil_bare login password '" + h.password + "'",
		"grant connect on database recueil to recueil_bare",
		"grant usage on schema public to recueil_bare",
		"create table bare (id uuid primary key, body bytea not null, received_at timestamptz not null default now())",
		"grant insert on bare to recueil_bare",
		"create table bare_pieces (file uuid not null, number integer not null, body bytea not null, primary key (file, number))",
		"alter table bare_pieces alter column body set storage external",
		"grant insert on bare_pieces to recueil_bare",
	} {
		if _, err := h.owner.Exec(ctx, statement); err != nil {
			return fmt.Errorf("preparing the database: %w", err)
		}
	}
	return nil
}

// databaseProcess reads the number that PostgreSQL leaves in its folder.
func (h *house) databaseProcess() (int, error) {
	content, err := os.ReadFile(h.file("pg/data/postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(content), "\n")
	return strconv.Atoi(first)
}

func (h *house) prepareFiles() error {
	team, err := age.GenerateHybridIdentity()
	if err != nil {
		return err
	}
	recovery, err := age.GenerateHybridIdentity()
	if err != nil {
		return err
	}
	file, err := trust.New(recovery.Recipient().String(), []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true,
		Epochs: []trust.TeamKeys{{Epoch: 1, Recipient: team.Recipient().String()}}}})
	if err != nil {
		return err
	}
	raw, err := file.Encode()
	if err != nil {
		return err
	}
	shared := secret.New()
	h.signer = challenge.NewSigner(shared)
	return errors.Join(os.WriteFile(h.file("trust.json"), raw, 0o600), os.WriteFile(h.file("challenge.key"), shared.Bytes(), 0o600))
}

func (h *house) startIntake(spool string) (*process, error) {
	public, err := freeAddress()
	if err != nil {
		return nil, err
	}
	private, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return start(public, h.file("intake"), "--listen", public, "--private-listen", private,
		"--database-url", h.cluster.URL("recueil_intake", h.password, "recueil"), "--trust-file", h.file("trust.json"),
		"--challenge-secret-file", h.file("challenge.key"), "--spool-dir", h.file(spool),
		"--max-file-size", "2000", "--unsent-quota", "4000")
}

// startBare starts the yardstick, once it is known how many bytes it has to store.
func (h *house) startBare(ctx context.Context) error {
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	h.bare, err = start(addr, self, bareCommand, "-listen", addr, "-database", h.cluster.URL("recueil_bare", h.password, "recueil"),
		"-connections", fmt.Sprint(bareConnections), "-short", fmt.Sprint(h.shortBytes), "-draft", fmt.Sprint(h.draftBytes))
	if err != nil {
		return err
	}
	h.bare.database = h.intake.database
	return h.bare.await(ctx, "/")
}

// count compares the rows with what was acknowledged, on both sides.
func (h *house) count(ctx context.Context) error {
	var bare int
	err := h.owner.QueryRow(ctx, "select (select count(*) from reports r join report_grants g on g.report_id = r.id), (select count(*) from bare)").Scan(&h.stored, &bare)
	if err != nil {
		return err
	}
	if h.stored != h.acknowledged {
		return fmt.Errorf("%d reports were acknowledged, %d are stored", h.acknowledged, h.stored)
	}
	if bare != h.bareAcknowledged {
		return fmt.Errorf("%d posts were acknowledged by the bare handler, %d are stored", h.bareAcknowledged, bare)
	}
	return nil
}

// newestBody is the size of the sealed body stored last.
func (h *house) newestBody(ctx context.Context) (n int, err error) {
	err = h.owner.QueryRow(ctx, "select octet_length(body) from report_grants order by granted_at desc limit 1").Scan(&n)
	return n, err
}

// calm writes out what lies dirty, so that no checkpoint falls into one side's turn. It
// comes once before all turns: after each checkpoint PostgreSQL writes every page
// that is touched whole, which no server in use pays every second.
func (h *house) calm(ctx context.Context) error {
	_, err := h.owner.Exec(ctx, "checkpoint")
	return err
}

func (h *house) close() {
	for _, p := range []*process{h.intake, h.bare, h.spare} {
		if p != nil {
			p.stop()
		}
	}
	if h.owner != nil {
		h.owner.Close(context.Background())
	}
	if h.cluster != nil {
		h.cluster.Stop()
	}
	os.RemoveAll(h.dir)
}

// describe says on what the figures were taken.
func (h *house) describe(ctx context.Context, t *table) error {
	var version string
	if err := h.owner.QueryRow(ctx, "show server_version").Scan(&version); err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	t.fact("machine", "%d cores, %s; load before the run %s", runtime.NumCPU(), totalMemory(), strings.Join(strings.Fields(string(load))[:3], " "))
	t.fact("versions", "%s, PostgreSQL %s, age %s", runtime.Version(), version, moduleVersion("filippo.io/age"))
	wait, err := syncTime(h.dir)
	if err != nil {
		return err
	}
	t.fact("disk", "8 KiB written and synced in %s (median of 100)", short(wait))
	return nil
}

func totalMemory() string {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return "memory unknown"
	}
	return fmt.Sprintf("%d GiB", (info.Totalram*uint64(info.Unit)+1<<29)>>30)
}

func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path }); i >= 0 {
			return info.Deps[i].Version
		}
	}
	return "unknown"
}

func onMemory(dir string) bool {
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	var fs syscall.Statfs_t
	return syscall.Statfs(dir, &fs) == nil && (fs.Type == tmpfs || fs.Type == ramfs)
}

// syncTime is what durability costs here at least.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var waits []time.Duration
	for range 100 {
		begun := time.Now()
		if _, err := f.WriteAt(make([]byte, 8<<10), 0); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
		waits = append(waits, time.Since(begun))
	}
	return percentile(waits, 50), nil
}
