// Package marker types a marker into every field of the public side and looks for
// it afterwards where no word of a report may be: in logs, tables, files, addresses.
package marker_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/child"
	"recueil/internal/postgres"
	"recueil/internal/postgres/cluster"
	"recueil/internal/postgres/schema"
	"recueil/internal/testing/module"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

// A house is the public side as it runs in production, its own process, on a
// database that logs all it can.
type house struct {
	t        *testing.T
	dir      string // everything any of them writes is in here
	url      string
	health   string
	port     int
	database *cluster.Cluster
	owner    *pgxpool.Pool
	intake   *exec.Cmd
	codes    []string // receipt codes that were typed
	gone     <-chan struct{}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	module.Watch(t)
	dir, err := os.MkdirTemp("", "recueil-marker-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h := &house{t: t, dir: dir}
	h.must(os.Chmod(dir, 0o755)) // the database's user must reach its folder
	h.must(os.Mkdir(h.path("tmp"), 0o700))
	h.startDatabase()
	t.Cleanup(func() { h.database.Kill() })
	h.port = int(h.owner.Config().ConnConfig.Port)

	h.must(os.WriteFile(h.path("trust.json"), trustFile(t), 0o600))
	secret := make([]byte, 32)
	rand.Read(secret)
	h.must(os.WriteFile(h.path("secret"), secret, 0o600))
	h.startIntake()
	return h
}

// trustFile names one team with a key that nobody keeps: nothing is opened here.
func trustFile(t *testing.T) []byte {
	t.Helper()
	team, _ := sealtest.Team(t, "plateau")
	recovery, _ := sealtest.Team(t, "recovery")
	file, err := trust.New(recovery.Recipient, []trust.Team{{ID: team.TeamID, Name: "Plateau", Receives: true,
		Epochs: []trust.TeamKeys{{Epoch: team.Number, Recipient: team.Recipient}}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func trusted(t *testing.T, log *slog.Logger) *trust.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(path, trustFile(t), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := trust.NewSource(trust.Options{Path: path}, log)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func (h *house) path(name string) string { return filepath.Join(h.dir, name) }

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// startDatabase starts the server; the first time it also makes the tables.
func (h *house) startDatabase() {
	h.t.Helper()
	ctx := context.Background()
	var err error
	h.database, err = cluster.Start(ctx, cluster.Config{Dir: h.path("pg"), Port: h.port})
	h.must(err)
	if h.owner != nil {
		return
	}
	h.owner, err = postgres.Open(ctx, postgres.Config{URL: h.database.OwnerURL("postgres"), MaxConns: 2})
	h.must(err)
	h.t.Cleanup(h.owner.Close)
	conn, err := h.owner.Acquire(ctx)
	h.must(err)
	defer conn.Release()
	h.must(schema.Migrate(ctx, conn.Conn()))
	for _, statement := range []string{
		"password 'only-in-tests'", "set log_statement = 'all'", "set log_min_messages = 'debug1'", "set log_min_error_statement = 'debug1'",
		"set log_error_verbosity = 'verbose'", "set log_parameter_max_length = -1", "set log_parameter_max_length_on_error = -1",
	} {
		_, err := conn.Exec(ctx, "alter role recueil_intake "+statement)
		h.must(err)
	}
}

// startIntake builds the program and runs it with a folder of its own for
// temporary files.
func (h *house) startIntake() {
	h.t.Helper()
	if out, err := exec.Command("go", "build", "-o", h.path("intake"), "recueil/cmd/intake").CombinedOutput(); err != nil {
		h.t.Fatalf("building the intake: %v\n%s", err, out)
	}
	log, err := os.Create(h.path("intake.log"))
	h.must(err)
	defer log.Close()
	public, private := freeAddress(h.t), freeAddress(h.t)
	h.url, h.health = "https://"+public, "http://"+private+"/healthz"
	h.intake = exec.Command(h.path("intake"), "--tls", "--listen", public, "--private-listen", private,
		"--database-url", h.database.URL("recueil_intake", "only-in-tests", "postgres"), "--trust-file", h.path("trust.json"),
		"--challenge-secret-file", h.path("secret"), "--spool-dir", h.path("spool"), "--captcha", "always", "--exit-url", "https://ailleurs.example/")
	h.intake.Dir, h.intake.Stdout, h.intake.Stderr = h.path("tmp"), log, log
	h.intake.Env = append(os.Environ(), "TMPDIR="+h.path("tmp"), "GOTRACEBACK=all")
	h.gone, err = child.Start(h.intake, syscall.SIGKILL)
	h.must(err)
	h.t.Cleanup(h.stopIntake)
	h.waitFor("the intake to answer", func() bool {
		client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
		response, err := client.Get(h.url + "/a")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

func (h *house) stopIntake() {
	h.intake.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.gone:
	case <-time.After(10 * time.Second):
		h.intake.Process.Kill()
		h.t.Error("the intake did not stop when told to")
	}
}

// client keeps cookies and takes the certificate as it is.
func (h *house) client() *http.Client {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport}
}

// spooled is how many envelopes wait on the intake's disk.
func (h *house) spooled() int {
	names, _ := filepath.Glob(h.path("spool/*.envelope"))
	return len(names)
}

func (h *house) waitFor(what string, done func() bool) {
	h.t.Helper()
	for range 400 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(h.path("intake.log"))
	h.t.Fatalf("waited in vain for %s: %s", what, log)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strings.Replace(fmt.Sprint(listener.Addr()), "[::]", "127.0.0.1", 1)
}
