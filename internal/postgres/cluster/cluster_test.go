package cluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres/cluster"
)

// startsIn makes this test program start a cluster in the named folder and then
// wait to be killed.
const startsIn = "RECUEIL_TEST_CLUSTER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(startsIn); dir != "" {
		c, err := cluster.Start(context.Background(), cluster.Config{Dir: dir})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(c.PID())
		select {}
	}
	os.Exit(m.Run())
}

func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "recueil-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user must reach its folder
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}

// alive reports whether any process of a server's group is there.
func alive(pid int) bool { return !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) }

func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for range 200 {
		if !alive(pid) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	t.Errorf("the server %d is still there", pid)
}

func ask(t *testing.T, url, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var answer string
	if err := conn.QueryRow(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestClusterLifeAndRestart(t *testing.T) {
	dir := folder(t)
	if err := os.MkdirAll(filepath.Join(dir, "data.unfinished", "base"), 0o777); err != nil { // an interrupted start
		t.Fatal(err)
	}
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { c.Kill() }()
	url := c.OwnerURL("postgres")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.PID()))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(status), "\nUid:\t0\t") {
		t.Error("the server runs as root")
	}
	for setting, want := range map[string]string{"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "log_statement": "none", "fsync": "on", "password_encryption": "scram-sha-256"} {
		if got := ask(t, url, "show "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if _, err := pgx.Connect(t.Context(), c.URL(cluster.Owner, "guessed", "postgres")); err == nil {
		t.Error("any password opens it")
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "create table kept (x text); insert into kept values ('here')"); err != nil {
		t.Fatal(err)
	}
	port := int(conn.Config().Port)
	pid := c.PID()
	c.Stop() // with a connection open
	if alive(pid) {
		t.Error("a process is left after Stop")
	}
	again, err := cluster.Start(t.Context(), cluster.Config{Dir: dir, Port: port, Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	c = again
	if got := ask(t, url, "select x from kept"); got != "here" {
		t.Errorf("after the restart: %q", got)
	}
	pid = c.PID()
	c.Kill()
	if alive(pid) {
		t.Error("a process is left after Kill")
	}
}

func TestClusterDiesWithItsParent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), startsIn+"="+folder(t))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		parent.Process.Kill()
		t.Fatalf("the child says %q", line)
	}
	if !alive(pid) {
		t.Fatal("the server is not there")
	}
	parent.Process.Kill()
	parent.Wait()
	awaitEnd(t, pid)
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	dir := folder(t)
	taken, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Kill()
	if _, err := cluster.Start(t.Context(), cluster.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "log ends") {
		t.Errorf("a folder in use: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := cluster.Start(t.Context(), cluster.Config{Dir: file}); err == nil {
		t.Error("a file passes for a folder")
	}
}
