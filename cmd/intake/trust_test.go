package main

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/testing/testdb"
	"recueil/internal/trust"
)

// seen waits until the one intake is seen with a version of the trust file.
func seen(t *testing.T, db *testdb.DB, version int) (kind, fingerprint string) {
	t.Helper()
	for range 400 {
		err := db.Owner.QueryRow(t.Context(), "select kind, trust_fingerprint from servers where trust_version = $1", version).Scan(&kind, &fingerprint)
		if err == nil {
			return kind, fingerprint
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no intake says that it uses version %d", version)
	return "", ""
}

func TestApprovedTrustFileTakesOverOnHangup(t *testing.T) {
	db, settings := testdb.New(t), good(t)
	settings["database-url"] = db.URL("recueil_intake")
	path := settings["trust-file"]
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, err := trust.Parse(raw, false)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	next, err := first.Next(trust.Change{Version: 2, Begin: []trust.Epoch{{TeamID: "plateau", Number: 2, Recipient: identity.Recipient().String()}}})
	if err != nil {
		t.Fatal(err)
	}
	approved := path + ".fingerprint"
	settings["trust-fingerprint-file"] = approved
	write := func(path string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(approved, []byte(first.Fingerprint()+"\n"))

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- start(ctx, settings) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if kind, fingerprint := seen(t, db, 1); kind != "intake" || fingerprint != first.Fingerprint() {
		t.Errorf("a server of the kind %s is seen with %s", kind, fingerprint)
	}
	raw, err = next.Encode()
	if err != nil {
		t.Fatal(err)
	}
	write(path, raw)
	write(approved, []byte(first.Fingerprint()+"\n"+next.Fingerprint()+"\n"))
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if _, fingerprint := seen(t, db, 2); fingerprint != next.Fingerprint() {
		t.Errorf("the new file is seen as %s", fingerprint)
	}
	var rows int
	if err := db.Owner.QueryRow(t.Context(), "select count(*) from servers").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("one intake is seen as %d, %v", rows, err)
	}
	// One that says nothing for ten minutes is forgotten when another speaks.
	if _, err := db.Owner.Exec(t.Context(), "update servers set id = gen_random_uuid(), seen_at = now() - interval '11 minutes'"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Intake.Exec(t.Context(), "select server_seen(gen_random_uuid(), 'other', 2, repeat('a', 64), 3)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Owner.QueryRow(t.Context(), "select count(*) from servers where name = 'other' and waiting = 3").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("who speaks is seen %d times, %v", rows, err)
	}
	if err := db.Owner.QueryRow(t.Context(), "select count(*) from servers").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d servers are left, %v", rows, err)
	}
}
