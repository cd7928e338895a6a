package seal_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

const marker = "marqueur-7d1f"

func TestPaddingHidesTheLength(t *testing.T) {
	const floor = 8 << 10
	last := 0
	sizes := map[int]bool{}
	for length := 0; length <= 300_000; length += 1 + length/500 {
		padded := len(seal.Pad(make([]byte, length)))
		switch {
		case padded < floor, padded < length:
			t.Fatalf("%d bytes become %d", length, padded)
		case length > floor && float64(padded) > 1.12*float64(length):
			t.Fatalf("%d bytes become %d, more than 12 %% over", length, padded)
		case padded < last:
			t.Fatalf("%d bytes become %d, less than a shorter text", length, padded)
		}
		last = padded
		sizes[padded] = true
	}
	if len(sizes) > 150 {
		t.Errorf("texts up to 300 kB show %d different sizes", len(sizes))
	}
	for length, want := range map[int]int{0: floor, floor: floor, floor + 1: floor + 512, 100_000: 100_352, 1 << 20: 1 << 20} {
		if got := len(seal.Pad(make([]byte, length))); got != want {
			t.Errorf("%d bytes become %d, want %d", length, got, want)
		}
	}
	if padded := seal.Pad([]byte("{}")); string(padded) != "{}"+strings.Repeat(" ", floor-2) {
		t.Error("the padding is not spaces after the text")
	}
}

func TestReportIsSealedToTheTeamAlone(t *testing.T) {
	team, identity := sealtest.Team(t, "cellule")
	_, stranger := sealtest.Team(t, "cellule")
	r := sealtest.Report(marker)
	code := seal.NewCode()
	e, err := seal.Report(r, code, team, envelope.ToVerify)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Check(); err != nil {
		t.Fatal(err)
	}
	if e.ID != r.ID || e.ReportID != r.ID || e.TeamID != "cellule" || e.Epoch != 1 || e.Urgency != 2 || e.Lane != envelope.ToVerify ||
		!e.DueAt.Equal(report.Urgency(2).Due(r.ReceivedAt)) || e.ReceiptLookup != code.Lookup() {
		t.Errorf("the columns in clear are not those of the report: %+v", e)
	}
	if stanzas := bytes.Count(e.Body, []byte("\n-> ")); stanzas != 1 {
		t.Errorf("the body is sealed to %d recipients", stanzas)
	}
	for name, secretText := range map[string]string{"story": marker, "code": bare(code), "case key": string(r.CaseKey.Bytes()), "reply key": string(r.ReplyKey.Bytes())} {
		if written, _ := e.MarshalBinary(); bytes.Contains(written, []byte(secretText)) || bytes.Contains(e.Body, []byte(secretText)) {
			t.Errorf("the %s stands in clear", name)
		}
	}
	var refused *age.NoIdentityMatchError
	if _, err := age.Decrypt(bytes.NewReader(e.Body), stranger); !errors.As(err, &refused) {
		t.Errorf("another team's identity gives %v", err)
	}
	opened := open(t, identity, e.Body)
	if opened.ID != r.ID || opened.Answers.Short.Story != marker || !opened.CaseKey.Equal(r.CaseKey) || !opened.ReplyKey.Equal(r.ReplyKey) {
		t.Error("what was opened is not what was sealed")
	}
}

func TestAdditionCarriesNoKeys(t *testing.T) {
	team, identity := sealtest.Team(t, "cellule")
	r, id := sealtest.Report(marker), report.NewID()
	e, err := seal.Addition(r, id, team)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Check(); err != nil || e.Kind != envelope.Addition || e.ID != id || e.ReportID != r.ID {
		t.Errorf("the envelope is no addition to the report: %v", err)
	}
	opened := open(t, identity, e.Body)
	if opened.ID != id || opened.Answers.Short.Story != marker || !opened.CaseKey.IsZero() || !opened.ReplyKey.IsZero() {
		t.Error("the addition is not the small report it should be")
	}
	if r.CaseKey.IsZero() || r.ReplyKey.IsZero() {
		t.Error("sealing the addition emptied the report")
	}
}

func TestLengthOfAStoryDoesNotShow(t *testing.T) {
	team, _ := sealtest.Team(t, "cellule")
	short, long := sealtest.Seal(t, sealtest.Report("Aidez-moi"), team), sealtest.Seal(t, sealtest.Report(strings.Repeat("mot ", 1500)), team)
	if len(short.Body) != len(long.Body) {
		t.Errorf("a word takes %d bytes, six thousand letters %d", len(short.Body), len(long.Body))
	}
}

func TestTagTellsTextsApart(t *testing.T) {
	key := secret.New()
	one, same, other := sealtest.Report("un"), sealtest.Report("un"), sealtest.Report("deux")
	if seal.Tag(&one.Answers, key) != seal.Tag(&same.Answers, key) {
		t.Error("the same text gives two tags")
	}
	if seal.Tag(&one.Answers, key) == seal.Tag(&other.Answers, key) {
		t.Error("two texts give one tag")
	}
	if seal.Tag(&one.Answers, key) == seal.Tag(&one.Answers, secret.New()) {
		t.Error("the tag does not depend on the key: anybody can try texts against it")
	}
}

func TestSealingToNoRecipientFails(t *testing.T) {
	for _, recipient := range []string{"", "age1nothing"} {
		e, err := seal.Report(sealtest.Report(marker), seal.NewCode(), trust.Epoch{TeamID: "cellule", Number: 1, Recipient: recipient}, envelope.Main)
		if err == nil || len(e.Body) != 0 {
			t.Errorf("a report is sealed to %q", recipient)
		} else if strings.Contains(err.Error(), marker) {
			t.Errorf("the error quotes the report: %v", err)
		}
	}
}

func open(t *testing.T, identity age.Identity, body []byte) report.Report {
	t.Helper()
	plain, err := age.Decrypt(bytes.NewReader(body), identity)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
