package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office"
	"recueil/internal/secret"
)

// A pager stands in for the alert service of a real house, so that the alarm rings
// without a mail server: it prints what it is told, and keeps it in notices.log.
type pager struct {
	settings []string // of the office
	server   *http.Server
}

const pagerPath = "/astreinte"

// startPager listens on this machine, and makes it the ladder of a house that has
// none. Its port is another at each start, so the ladder follows it.
func (c *devCommand) startPager(ctx context.Context, ownerURL string, out io.Writer) (*pager, error) {
	file := filepath.Join(c.Dir, "webhook.secret")
	key, err := os.ReadFile(file)
	if err != nil {
		key = []byte(rand.Text() + rand.Text())
		if err := os.WriteFile(file, key, 0o600); err != nil {
			return nil, fmt.Errorf("writing the secret of webhooks: %w", err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for notices: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(c.Dir, "notices.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("opening the log of notices: %w", err)
	}
	host := listener.Addr().String()
	p := &pager{settings: []string{"RECUEIL_WEBHOOK_SECRET_FILE=" + file, "RECUEIL_WEBHOOK_HOSTS=" + host},
		server: &http.Server{ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, Handler: tell(secret.Text(key), io.MultiWriter(out, log))}}
	p.server.RegisterOnShutdown(func() { log.Close() })
	go p.server.Serve(listener)
	if err := climbTo(ctx, ownerURL, "http://"+host+pagerPath); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *pager) stop() { p.server.Close() }

// tell writes a line for each notice that is signed as it should be.
func tell(key secret.Text, out io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pagerPath, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 16<<10))
		var notice struct {
			Text string `json:"text"`
			Step int    `json:"step"`
		}
		if err != nil || !office.CheckNotice(key, r.Header, body) || json.Unmarshal(body, &notice) != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		step := ""
		if notice.Step > 0 {
			step = fmt.Sprintf(" (step %d)", notice.Step)
		}
		fmt.Fprintf(out, "  %s  alert%s: %s\n", time.Now().Format("15:04:05"), step, notice.Text)
	})
	return mux
}

// climbTo makes an address the ladder of a house whose coordinator has set none, and
// puts it in the place of the one of an earlier start.
func climbTo(ctx context.Context, ownerURL, address string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return errors.New("the database does not answer")
	}
	defer conn.Close(ctx)
	ladder := strings.ReplaceAll(`[{"after":3,"medium":"webhook","address":"ADDRESS"},{"after":15,"medium":"webhook","address":"ADDRESS"}]`, "ADDRESS", address)
	_, err = conn.Exec(ctx, `update notice_settings set steps = $1::jsonb, version = version + 1 where single and version = 0`, ladder)
	if err == nil {
		_, err = conn.Exec(ctx, `update notice_settings set version = version + 1,
			steps = regexp_replace(steps::text, $1, $2, 'g')::jsonb, reminders = regexp_replace(reminders::text, $1, $2, 'g')::jsonb
			where single and (steps::text ~ $1 or reminders::text ~ $1) and position($2 in steps::text || reminders::text) = 0`, `http://127\.0\.0\.1:[0-9]+`+pagerPath, address)
	}
	if err != nil {
		return fmt.Errorf("making the demo ladder: %w", err)
	}
	return nil
}
