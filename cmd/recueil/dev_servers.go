package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/child"
)

// A server is one of our binaries as a child process.
type server struct {
	name string
	url  string
	cmd  *exec.Cmd
	gone <-chan struct{}
}

func (s *server) pid() int { return s.cmd.Process.Pid }

type servers struct {
	intake, office *server
	died           chan error
}

// start gives both roles a fresh password and starts both servers from the folder
// this program lies in, each with the settings of production.
func (c *devCommand) start(ctx context.Context, ownerURL string, ofNotices []string) (*servers, error) {
	urls, err := roleURLs(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	challenge := filepath.Join(c.Dir, "challenge.secret")
	if err := keepSecret(challenge); err != nil {
		return nil, err
	}
	all := &servers{died: make(chan error, 2)}
	all.intake, err = c.launch(all.died, "intake", c.IntakeListen, []string{
		"RECUEIL_DATABASE_URL=" + urls["recueil_intake"], "RECUEIL_TRUST_FILE=" + c.trustFile(),
		"RECUEIL_CHALLENGE_SECRET_FILE=" + challenge, "RECUEIL_SPOOL_DIR=" + filepath.Join(c.Dir, "spool"),
	})
	if err != nil {
		return nil, err
	}
	at, err := freeAddress(c.OfficeListen)
	if err != nil {
		all.stop()
		return nil, err
	}
	settings := []string{"RECUEIL_OFFICE_DATABASE_URL=" + urls["recueil_office"], "RECUEIL_TRUST_FILE=" + c.trustFile(), "RECUEIL_SHRED_DIR=" + c.shredDir()}
	settings = append(settings, ofNotices...)
	if origin := c.address(at); strings.Contains(origin, "//localhost:") { // passkeys are tied to a name, and an address is none
		settings = append(settings, "RECUEIL_OFFICE_ORIGIN="+origin)
	}
	all.office, err = c.launch(all.died, "office", at, settings)
	if err != nil {
		all.stop()
		return nil, err
	}
	for _, s := range []*server{all.intake, all.office} {
		if err := s.awaitAnswer(ctx, filepath.Join(c.Dir, s.name+".log")); err != nil {
			all.stop()
			return nil, err
		}
	}
	return all, nil
}

func roleURLs(ctx context.Context, ownerURL string) (map[string]string, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, errors.New("the database does not answer")
	}
	defer conn.Close(ctx)
	urls := map[string]string{}
	for _, role := range []string{"recueil_intake", "recueil_office"} {
		password := rand.Text() // letters and digits only
		if _, err := conn.Exec(ctx, "alter role "+role+" password '"+password+"'"); err != nil {
			return nil, fmt.Errorf("giving %s a password: the database refused", role)
		}
		at, err := url.Parse(ownerURL)
		if err != nil {
			return nil, errors.New("the database URL cannot be read; write it as postgres://role:password@host:5432/recueil")
		}
		at.User = url.UserPassword(role, password)
		urls[role] = at.String()
	}
	return urls, nil
}

func keepSecret(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	var key [32]byte
	rand.Read(key[:])
	if err := os.WriteFile(path, key[:], 0o600); err != nil {
		return fmt.Errorf("writing the challenge secret: %w", err)
	}
	return nil
}

// launch starts one server in a process group of its own, so that Ctrl-C reaches it
// through us, in order; the kernel ends it should we die first.
func (c *devCommand) launch(died chan<- error, name, listen string, settings []string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	if listen, err = freeAddress(listen); err != nil {
		return nil, err
	}
	private, err := freeAddress("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	args := []string{"--listen", listen, "--private-listen", private}
	if c.TLS {
		args = append(args, "--tls")
	}
	if c.ExitURL != "" && name == "intake" {
		args = append(args, "--exit-url", c.ExitURL)
	}
	log, err := os.OpenFile(filepath.Join(c.Dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log of %s: %w", name, err)
	}
	defer log.Close()
	s := &server{name: name, url: c.address(listen)}
	s.cmd = exec.Command(filepath.Join(filepath.Dir(self), name), args...)
	s.cmd.Env = append(os.Environ(), settings...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.gone, err = child.Start(s.cmd, syscall.SIGTERM); err != nil {
		return nil, fmt.Errorf("%s does not start; build it beside this program with `make build`: %w", name, err)
	}
	go func() {
		<-s.gone
		died <- fmt.Errorf("%s stopped by itself (%v); see %s.log", name, s.cmd.ProcessState, name)
	}()
	return s, nil
}

// address is how a browser on this machine reaches a listener: __Host- cookies work
// on localhost without TLS, on an address of the network they do not.
func (c *devCommand) address(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); ip == nil || ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if c.TLS {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// freeAddress chooses a port where none is given.
func freeAddress(listen string) (string, error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", fmt.Errorf("cannot listen on %s; choose another address by --intake-listen or --office-listen: %w", listen, err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *server) awaitAnswer(ctx context.Context, log string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	// Its certificate, if any, was made a moment ago by itself.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}, Timeout: 2 * time.Second}
	for {
		if answer, err := client.Get(s.url); err == nil {
			answer.Body.Close()
			return nil
		}
		select {
		case <-s.gone:
			said, _ := os.ReadFile(log)
			return fmt.Errorf("%s does not start: %s", s.name, said[max(0, len(said)-600):])
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer on %s; see %s", s.name, s.url, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the servers, and tells of one that did not end well.
func (a *servers) stop() error {
	var failed error
	for _, s := range []*server{a.office, a.intake} {
		if s == nil {
			continue
		}
		s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.gone:
		case <-time.After(20 * time.Second):
			s.cmd.Process.Kill()
			<-s.gone
		}
		if !s.cmd.ProcessState.Success() {
			failed = errors.Join(failed, fmt.Errorf("%s did not end well (%v); see %s.log", s.name, s.cmd.ProcessState, s.name))
		}
	}
	return failed
}
