package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pquerna/otp/totp"

	"recueil/internal/office"
	"recueil/internal/postgres/schema"
	"recueil/internal/trust"
)

// A desk is a back office with a database of its own, and one member logged in.
type desk struct {
	house     *house
	pool      *pgxpool.Pool // of the owner
	team      trust.Epoch
	member    string            // his id
	codes     []string          // of départements
	addresses map[string]string // what stands for each of them in an address
	places    placed
	server    *process
	line      *line
	cookie    string
}

const deskPassphrase = "lampe tilleul marée bouton"

// openDesk founds a house, starts the office and logs its coordinator in.
func openDesk(ctx context.Context, h *house) (d *desk, err error) {
	d = &desk{house: h}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", h.file("office"), "recueil/cmd/office").CombinedOutput(); err != nil {
		return d, fmt.Errorf("building the office: %w\n%s", err, out)
	}
	if err := d.prepare(ctx); err != nil {
		return d, err
	}
	public, err := freeAddress()
	if err != nil {
		return d, err
	}
	private, err := freeAddress()
	if err != nil {
		return d, err
	}
	d.server, err = start(public, h.file("office"), "--listen", public, "--private-listen", private, "--trust-file", h.file("desk.json"),
		"--shred-dir", h.file("shred"), "--database-url", h.cluster.URL("recueil_office", h.password, "desk"))
	if err != nil {
		return d, err
	}
	d.server.database = h.intake.database
	if err := d.server.await(ctx, "/connexion"); err != nil {
		return d, err
	}
	if d.line, err = dial(public); err != nil {
		return d, err
	}
	return d, d.logIn()
}

func (d *desk) prepare(ctx context.Context) error {
	h := d.house
	if _, err := h.owner.Exec(ctx, "drop database if exists desk"); err != nil { // of the measure before
		return err
	}
	if err := os.RemoveAll(h.file("shred")); err != nil {
		return err
	}
	if _, err := h.owner.Exec(ctx, "create database desk"); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, h.cluster.OwnerURL("desk"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := schema.Migrate(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "alter role recueil_office password '"+h.password+"'"); err != nil {
		return err
	}
	if d.pool, err = pgxpool.New(ctx, h.cluster.OwnerURL("desk")); err != nil {
		return err
	}
	_, err = office.Found(ctx, office.Founding{Pool: d.pool, ShredDir: h.file("shred"), Now: time.Now(),
		Teams: []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true}, {ID: "cellule", Name: "Cellule de suivi", FollowsUp: true}},
		First: office.Account{Login: "c.martin", Name: "Camille Martin", Role: "coordinator", Passphrase: deskPassphrase},
		Install: func(f *trust.File) error {
			d.team = f.Receiving()
			raw, err := f.Encode()
			if err != nil {
				return err
			}
			return os.WriteFile(h.file("desk.json"), raw, 0o600)
		}})
	if err != nil {
		return err
	}
	return d.pool.QueryRow(ctx, "select id::text from staff").Scan(&d.member)
}

// logIn goes through the first log-in: the passphrase, and the code of a new app.
func (d *desk) logIn() error {
	page, err := d.post("/connexion", url.Values{"login": {"c.martin"}, "passphrase": {deskPassphrase}})
	if err != nil {
		return err
	}
	_, rest, found := strings.Cut(page, `id="secret">`)
	if !found {
		return errors.New("the log-in offers no second factor")
	}
	shared, _, _ := strings.Cut(rest, "<")
	code, err := totp.GenerateCode(strings.ReplaceAll(shared, " ", ""), time.Now())
	if err != nil {
		return err
	}
	if page, err = d.post("/compte/verification/application", url.Values{"code": {code}}); err != nil {
		return err
	}
	if !strings.Contains(page, `class="codes`) {
		return errors.New("the second factor was refused")
	}
	return nil
}

// post sends a form and follows where it leads.
func (d *desk) post(path string, form url.Values) (string, error) {
	a, err := d.send(request(http.MethodPost, path, d.cookie, form.Encode()))
	for err == nil && a.status == http.StatusSeeOther {
		a, err = d.send(request(http.MethodGet, a.location, d.cookie, ""))
	}
	if err != nil {
		return "", err
	}
	return a.page()
}

func (d *desk) send(raw []byte) (answer, error) {
	a, err := d.line.send(raw)
	if strings.HasPrefix(a.cookie, "__Host-bureau=") {
		d.cookie = a.cookie
	}
	return a, err
}

// get opens a page, and says how long it took and what it shows.
func (d *desk) get(path string) (page string, took time.Duration, err error) {
	begun := time.Now()
	a, err := d.send(request(http.MethodGet, path, d.cookie, ""))
	took = time.Since(begun)
	if err != nil {
		return "", 0, err
	}
	if a.status != http.StatusOK {
		return "", 0, fmt.Errorf("%s was answered by %d", path, a.status)
	}
	page, err = a.page()
	return page, took, err
}

func (d *desk) close() {
	if d.line != nil {
		d.line.close()
	}
	if d.server != nil {
		d.server.stop()
	}
	if d.pool != nil {
		d.pool.Close()
	}
}
