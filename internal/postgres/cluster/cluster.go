// Package cluster runs a private PostgreSQL from the machine's own binaries: for
// `recueil dev`, the tests and the benchmark, never in production.
//
// PostgreSQL refuses to run as root, so a root process starts it as an
// unprivileged user. The server listens on loopback only, with a password, and
// dies with the process that started it.
package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/child"
)

// Config says where the cluster lives.
type Config struct {
	Dir     string // made when missing; kept when it holds a cluster
	Port    int    // 0 takes a free one
	Durable bool   // false trades safety against a crash for speed, in tests
}

// A Cluster is a running server.
type Cluster struct {
	dir      string
	port     int
	password string
	server   *exec.Cmd
	gone     <-chan struct{}
}

// Owner is the cluster's superuser.
const Owner = "recueil_owner"

// Start makes the cluster when there is none and starts its server.
func Start(ctx context.Context, c Config) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	cl := &Cluster{dir: dir, port: c.Port}
	if err := cl.init(ctx, bin, credential); err != nil {
		return nil, err
	}
	if cl.port == 0 {
		if cl.port, err = freePort(); err != nil {
			return nil, err
		}
	}
	return cl, cl.run(ctx, bin, credential, c.Durable)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) init(ctx context.Context, bin string, credential *syscall.Credential) error {
	passwordFile := filepath.Join(c.dir, "password")
	if _, err := os.Stat(c.data()); err == nil {
		raw, err := os.ReadFile(passwordFile)
		c.password = string(raw)
		return err
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of the database: %w", err)
	}
	if credential != nil {
		if err := os.Chown(c.dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return fmt.Errorf("giving the folder of the database to its user: %w", err)
		}
	}
	c.password = rand.Text()
	if err := os.WriteFile(passwordFile, []byte(c.password), 0o600); err != nil {
		return fmt.Errorf("writing the password of the database: %w", err)
	}
	if credential != nil {
		if err := os.Chown(passwordFile, int(credential.Uid), int(credential.Gid)); err != nil {
			return err
		}
	}
	// Half a cluster, left by a start that was interrupted, is made anew.
	unfinished := c.data() + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("removing an unfinished database: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", unfinished, "--username", Owner, "--pwfile", passwordFile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	cmd.Dir, cmd.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: credential}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making the database cluster in %s: %w\n%s", c.dir, err, out)
	}
	return os.Rename(unfinished, c.data())
}

func (c *Cluster) run(ctx context.Context, bin string, credential *syscall.Credential, durable bool) error {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(c.port), "unix_socket_directories=",
		"max_connections=200", "shared_buffers=128MB", "log_min_messages=fatal", "log_statement=none", "timezone=UTC",
	}
	if !durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", c.data()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	c.server = exec.Command(filepath.Join(bin, "postgres"), args...)
	c.server.Dir = c.dir
	c.server.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	log, err := os.OpenFile(filepath.Join(c.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log of the database: %w", err)
	}
	defer log.Close()
	c.server.Stdout, c.server.Stderr = log, log
	if c.gone, err = child.Start(c.server, syscall.SIGINT); err != nil {
		return fmt.Errorf("starting the database: %w", err)
	}
	return c.awaitAnswer(ctx)
}

func (c *Cluster) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL(Owner, c.password, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.gone:
			tail, _ := os.ReadFile(filepath.Join(c.dir, "server.log"))
			return fmt.Errorf("the database stopped at once; its log ends: %s", tail[max(0, len(tail)-600):])
		case <-ctx.Done():
			c.Stop()
			return errors.New("the database did not answer within a minute")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// OwnerURL reaches a database as the superuser.
func (c *Cluster) OwnerURL(database string) string { return c.URL(Owner, c.password, database) }

// URL reaches a database as a role with that password.
func (c *Cluster) URL(role, password, database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", role, password, c.port, database)
}

// PID is the server's process.
func (c *Cluster) PID() int { return c.server.Process.Pid }

// Stop ends the server and waits for it.
func (c *Cluster) Stop() { c.end(syscall.SIGINT) }

// Kill ends the server as a power cut would.
func (c *Cluster) Kill() { c.end(syscall.SIGQUIT) }

func (c *Cluster) end(signal syscall.Signal) {
	c.server.Process.Signal(signal)
	select {
	case <-c.gone:
	case <-time.After(20 * time.Second):
		syscall.Kill(-c.server.Process.Pid, syscall.SIGKILL)
		<-c.gone
	}
}

// binaries finds the folder of the newest PostgreSQL of the machine.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("there is no PostgreSQL on this machine; install it (Debian: apt-get install postgresql), or name a server by --database-url")
	}
	real, err := filepath.EvalSymlinks(path)
	return filepath.Dir(real), err
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// unprivileged returns whom the server runs as: nil for the user of this process,
// unless that is root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody; run this as another user")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
