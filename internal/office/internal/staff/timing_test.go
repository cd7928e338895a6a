package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
)

// triesOfEach is few, since each costs what a guess costs; RECUEIL_LOGIN_TRIES=200
// asks for the figures of a real look.
const triesOfEach = 9

func TestAnUnknownNameTakesAsLongAsAWrongPassphrase(t *testing.T) {
	tries := triesOfEach
	if asked, err := strconv.Atoi(os.Getenv("RECUEIL_LOGIN_TRIES")); err == nil {
		tries = asked
	}
	ctx, db, now := t.Context(), testdb.New(t), night
	err := pgx.BeginFunc(ctx, db.Owner, func(tx pgx.Tx) error {
		_, _, err := CreateAccount(ctx, tx, NewAccount{Login: "a.diallo", DisplayName: "Awa Diallo", Role: triage.Agent, Passphrase: "lampe tilleul marée bouton"}, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	desk, err := New(Config{Pool: db.Office, Trail: audit.Trail{Pool: db.Office, Log: log}, Idle: time.Minute, Absolute: time.Hour,
		Now: func() time.Time { now = now.Add(forgetAfter); return now }}) // nothing is held against anybody
	if err != nil {
		t.Fatal(err)
	}
	took := map[string][]time.Duration{}
	for range tries {
		for _, login := range []string{"a.diallo", "z.zidane", "a.diallo\x00", "\xff"} {
			took[login] = append(took[login], guess(ctx, t, desk, login))
		}
	}
	for login, all := range took {
		slices.Sort(all)
		fmt.Printf("%q, %d tries: median %s, from %s to %s, p95 %s\n", login, tries, middle(all), all[0], all[tries-1], all[tries*95/100])
	}
	for login, all := range took {
		if ratio := float64(middle(all)) / float64(middle(took["a.diallo"])); ratio < 0.6 || ratio > 1.7 {
			t.Errorf("the name %q takes %.2f times as long", login, ratio)
		}
	}
}

func guess(ctx context.Context, t *testing.T, desk *Desk, login string) time.Duration {
	t.Helper()
	begun := time.Now()
	s, err := desk.LogIn(ctx, Attempt{Login: login, Passphrase: secret.Text("une autre phrase de passe"), From: Source{Address: netip.MustParseAddr("192.0.2.7")}})
	took := time.Since(begun)
	if !errors.Is(err, ErrLogin) || s == nil {
		t.Fatalf("%s: %v", login, err)
	}
	return took
}

func middle(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }
