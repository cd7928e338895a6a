package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/factor"
	"recueil/internal/office/internal/staff"
	"recueil/internal/secret"
)

// A Proof is a second factor made for somebody: the secret of an authenticator app,
// and ten backup codes.
type Proof struct {
	App    secret.Text
	Backup []secret.Text
}

// Enrol makes the second factor of an account that has none, as its member does at
// his first log-in: his passphrase opens the identity that it is sealed under.
func (h House) Enrol(ctx context.Context, login string, passphrase secret.Text) (Proof, error) {
	desk, err := staff.New(staff.Config{Pool: h.Pool, Shred: h.shreds(), Trust: h.Trust, Trail: audit.Trail{Pool: h.Pool, Log: h.Log}, Now: h.Now})
	if err != nil {
		return Proof{}, err
	}
	member, err := desk.Open(ctx, login, passphrase)
	if errors.Is(err, staff.ErrLogin) {
		return Proof{}, fmt.Errorf("the passphrase does not open the account %s, or there is no such active account", login)
	}
	if err != nil {
		return Proof{}, err
	}
	book, err := desk.Factors(ctx, member)
	if err != nil {
		return Proof{}, err
	}
	if !book.Empty() {
		return Proof{}, fmt.Errorf("%s has a second factor already; two people take it away, in the back office", login)
	}
	app, err := factor.Offer(login)
	if err != nil {
		return Proof{}, err
	}
	// The code of a moment ago still counts, and leaves the present one to log in with.
	code, _, err := factor.CodeNow(app.Secret(), h.Now().Add(-30*time.Second))
	if err != nil {
		return Proof{}, err
	}
	if err := book.Accept(app, code, h.Now()); err != nil {
		return Proof{}, err
	}
	proof := Proof{app.Secret(), book.NewBackup()}
	return proof, desk.SaveFactors(ctx, member, book, "factor.enrolled", string(factor.ByApp))
}

// CodeNow is what an app with that secret shows now, and for how long.
func CodeNow(app secret.Text, now time.Time) (code string, left time.Duration, err error) {
	return factor.CodeNow(app, now)
}
