package unseal_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
)

// rowOf is what the database has of an envelope.
func rowOf(e envelope.Envelope) unseal.Row {
	return unseal.Row{ID: e.ID, Urgency: e.Urgency, Reference: e.Reference, ReceivedAt: e.ReceivedAt, DueAt: e.DueAt, Body: e.Body}
}

func TestReportThatIsNotWhatItsRowSaysIsDamaged(t *testing.T) {
	team, identity := sealtest.Team(t, "plateau")
	sealed := sealtest.Seal(t, sealtest.Report("bonjour"), team)
	other := sealtest.Seal(t, sealtest.Report("bonsoir"), team)
	_, stranger := sealtest.Team(t, "plateau")
	if r, err := unseal.Report(identity, rowOf(sealed)); err != nil || r.ID != sealed.ID || len(rowOf(sealed).Altered(&r)) != 0 {
		t.Fatalf("as it was sealed: %v", err)
	}
	was, raised := sealed.Urgency, sealed.Urgency^1
	for name, c := range map[string]struct {
		change func(*unseal.Row)
		by     age.Identity
	}{
		"another's body":                 {func(row *unseal.Row) { row.Body = other.Body }, identity},
		"another urgency":                {func(row *unseal.Row) { row.Urgency = raised }, identity},
		"another one that was overruled": {func(row *unseal.Row) { row.Sealed = &raised }, identity},
		"cut":                            {func(row *unseal.Row) { row.Body = row.Body[:len(row.Body)-1] }, identity},
		"longer than any body":           {func(row *unseal.Row) { row.Body = append(bytes.Clone(row.Body), make([]byte, envelope.MaxBody)...) }, identity},
		"nothing":                        {func(row *unseal.Row) { row.Body = nil }, identity},
		"another's key":                  {func(*unseal.Row) {}, stranger},
	} {
		row := rowOf(sealed)
		c.change(&row)
		if r, err := unseal.Report(c.by, row); !errors.Is(err, unseal.ErrDamaged) || r.Answers.Short.Story != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	row := rowOf(sealed)
	row.Urgency, row.Sealed = raised, &was
	if _, err := unseal.Report(identity, row); err != nil {
		t.Errorf("an urgency that a coordinator set: %v", err)
	}
}

func TestChangedColumnsAreToldAndHideNothing(t *testing.T) {
	team, identity := sealtest.Team(t, "plateau")
	sealed := sealtest.Seal(t, sealtest.Report("bonjour"), team)
	for column, change := range map[string]func(*unseal.Row){
		unseal.Reference:  func(row *unseal.Row) { row.Reference = "00000000" },
		unseal.ReceivedAt: func(row *unseal.Row) { row.ReceivedAt = row.ReceivedAt.Add(time.Second) },
		unseal.DueAt:      func(row *unseal.Row) { row.DueAt = row.DueAt.Add(time.Second) },
	} {
		row := rowOf(sealed)
		change(&row)
		r, err := unseal.Report(identity, row)
		if err != nil || !slices.Equal(row.Altered(&r), []string{column}) {
			t.Errorf("%s: %v, %v", column, row.Altered(&r), err)
		}
	}
}

func TestAdditionOfAnotherReportIsDamaged(t *testing.T) {
	team, identity := sealtest.Team(t, "plateau")
	sealed := sealtest.Seal(t, sealtest.Report("bonjour"), team)
	for name, ids := range map[string][2]report.ID{"its own id": {sealed.ID, report.NewID()}, "its report's": {report.NewID(), sealed.ID}} {
		if _, err := unseal.Addition(identity, ids[0], ids[1], sealed.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := unseal.Addition(identity, report.NewID(), report.NewID(), sealed.Body); !errors.Is(err, unseal.ErrDamaged) {
		t.Errorf("another's: %v", err)
	}
}

func TestPartInAnothersPlaceIsDamaged(t *testing.T) {
	header := seal.PartHeader{Case: report.NewID(), Part: report.NewID(), Kind: "note", Direction: "internal", Version: 1, Sequence: 3}
	key := secret.New()
	body, err := seal.Part(header, key, []byte("un mot"))
	if err != nil {
		t.Fatal(err)
	}
	first := header
	first.Sequence = 1
	if content, sequence, err := unseal.Part(first, key, body); err != nil || sequence != 3 || string(content) != "un mot" {
		t.Errorf("%q, place %d, %v", content, sequence, err)
	}
	for name, change := range map[string]func(*seal.PartHeader){
		"case": func(h *seal.PartHeader) { h.Case = report.NewID() }, "part": func(h *seal.PartHeader) { h.Part = report.NewID() },
		"kind": func(h *seal.PartHeader) { h.Kind = "decision" }, "direction": func(h *seal.PartHeader) { h.Direction = "in" }, "version": func(h *seal.PartHeader) { h.Version = 2 },
	} {
		expected := header
		change(&expected)
		if content, _, err := unseal.Part(expected, key, body); !errors.Is(err, unseal.ErrDamaged) || content != nil {
			t.Errorf("of another %s: %q, %v", name, content, err)
		}
	}
}

// A planted part may ask for as much work as it likes: it is refused before any is done.
func TestPlantedPartCostsNoWork(t *testing.T) {
	key := secret.New()
	recipient, err := age.NewScryptRecipient(seal.PartPassphrase(key).Reveal())
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(2)
	var planted bytes.Buffer
	w, err := age.Encrypt(&planted, recipient)
	if err != nil {
		t.Fatal(err)
	}
	header := seal.PartHeader{Case: report.NewID(), Part: report.NewID(), Kind: seal.AttachmentKind}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err = unseal.Part(header, key, planted.Bytes())
	if err == nil || !strings.Contains(err.Error(), "work factor") {
		t.Errorf("a part: %v", err)
	}
	_, err = unseal.FileUnder(header.Case, report.Attachment{ID: header.Part}, key, bytes.NewReader(planted.Bytes()), int64(planted.Len()))
	if err == nil || !strings.Contains(err.Error(), "work factor") {
		t.Errorf("a file: %v", err)
	}
}
