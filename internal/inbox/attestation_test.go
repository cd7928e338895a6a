package inbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/report"
)

func attested(t *testing.T, in *inbox.Inbox, e envelope.Envelope) inbox.Attestation {
	t.Helper()
	a, err := in.Attest(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAttestationIsOfTheBodyThatWasKept(t *testing.T) {
	in, db := newInbox(t)
	kept := sealed(t, "bonjour")
	accept(t, in, kept, inbox.Stored)
	want := inbox.Attestation{Digest: sha256.Sum256(kept.Body), ReceivedAt: kept.ReceivedAt}
	same := func(when string) {
		t.Helper()
		if got := attested(t, in, kept); got.Digest != want.Digest || !got.ReceivedAt.Equal(want.ReceivedAt) {
			t.Errorf("%s: %x of %s, want %x of %s", when, got.Digest, got.ReceivedAt, want.Digest, want.ReceivedAt)
		}
	}
	same("stored")

	tapped := kept
	tapped.Body = append([]byte(nil), kept.Body...)
	tapped.Body[len(tapped.Body)-1] ^= 1 // the same text is sealed to other bytes
	accept(t, in, tapped, inbox.AlreadyStored)
	same("tapped twice")
	accept(t, in, retold(kept), inbox.Added)
	same("something was added")
	if _, err := db.Owner.Exec(t.Context(), "update report_grants set body = $2 where report_id = $1", kept.ID, tapped.Body); err != nil {
		t.Fatal(err)
	}
	same("sealed again for another key")

	if _, err := in.Attest(t.Context(), report.NewID()); !errors.Is(err, inbox.ErrNoAttestation) {
		t.Errorf("a report that is none: %v", err)
	}
}

func TestAttestationIsChecked(t *testing.T) {
	in, db := newInbox(t)
	e, other := sealed(t, "bonjour"), sealed(t, "bonsoir")
	accept(t, in, e, inbox.Stored)
	accept(t, in, other, inbox.Stored)
	sum, another := sha256.Sum256(e.Body), sha256.Sum256(other.Body)
	digits, not := hex.EncodeToString(sum[:]), hex.EncodeToString(another[:])
	wrong := func(at int) string {
		return digits[:at] + map[bool]string{true: "1", false: "0"}[digits[at] == '0'] + digits[at+1:]
	}
	for _, c := range []struct {
		name, reference, digits string
		yes                     bool
	}{
		{"whole", e.Reference, digits, true},
		{"the first sixteen", e.Reference, digits[:16], true},
		{"an odd number", e.Reference, digits[:21], true},
		{"fifteen", e.Reference, digits[:15], false},
		{"none", e.Reference, "", false},
		{"one too many", e.Reference, digits + "0", false},
		{"wrong at its end", e.Reference, wrong(63), false},
		{"wrong at its beginning", e.Reference, wrong(0), false},
		{"its middle", e.Reference, digits[8:32], false},
		{"capitals", e.Reference, strings.ToUpper(digits), false},
		{"a pattern", e.Reference, "................", false},
		{"of another report", e.Reference, not, false},
		{"an unknown reference", "00000000", digits, false},
	} {
		got, err := in.CheckAttestation(t.Context(), c.reference, c.digits)
		if c.yes && (err != nil || !got.Equal(e.ReceivedAt)) || !c.yes && !errors.Is(err, inbox.ErrNoAttestation) {
			t.Errorf("%s: %s %v", c.name, got, err)
		}
	}

	// References are not unique: the digest tells which of them is meant.
	twin := sealed(t, "bonne nuit")
	twin.Reference, twin.ReceivedAt = e.Reference, e.ReceivedAt.Add(-time.Hour)
	accept(t, in, twin, inbox.Stored)
	if got, err := in.CheckAttestation(t.Context(), e.Reference, digits); err != nil || !got.Equal(e.ReceivedAt) {
		t.Errorf("with a namesake: %s %v", got, err)
	}
	if n := count(t, db.Owner, "reports where digest is null"); n != 0 {
		t.Errorf("%d reports without a digest", n)
	}
}
