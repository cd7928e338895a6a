package envelope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/testing/sealtest"
)

const ageHeader = "age-encryption.org/v1\n"

func sealed(t testing.TB) envelope.Envelope {
	team, _ := sealtest.Team(t, "cellule")
	return sealtest.Seal(t, sealtest.Report("une histoire"), team)
}

func TestOnlySealedAndCompleteEnvelopesPass(t *testing.T) {
	good := sealed(t)
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	cases := map[string]func(e *envelope.Envelope){
		"a body in clear":               func(e *envelope.Envelope) { e.Body = []byte("Aidez-moi") },
		"no body":                       func(e *envelope.Envelope) { e.Body = nil },
		"a header cut short":            func(e *envelope.Envelope) { e.Body = []byte(ageHeader[:20]) },
		"age's header of another time":  func(e *envelope.Envelope) { e.Body = []byte("age-encryption.org/v2\n") },
		"an armored body":               func(e *envelope.Envelope) { e.Body = []byte("-----BEGIN AGE ENCRYPTED FILE-----\n") },
		"clear text before the header":  func(e *envelope.Envelope) { e.Body = append([]byte("x"), e.Body...) },
		"a body over the limit":         func(e *envelope.Envelope) { e.Body = append([]byte(ageHeader), make([]byte, envelope.MaxBody)...) },
		"no id":                         func(e *envelope.Envelope) { e.ID = uuid.Nil },
		"no report id":                  func(e *envelope.Envelope) { e.ReportID = uuid.Nil },
		"the id of another report":      func(e *envelope.Envelope) { e.ReportID = report.NewID() },
		"no team":                       func(e *envelope.Envelope) { e.TeamID = "" },
		"no epoch":                      func(e *envelope.Envelope) { e.Epoch = 0 },
		"no time":                       func(e *envelope.Envelope) { e.ReceivedAt = time.Time{} },
		"no due time":                   func(e *envelope.Envelope) { e.DueAt = time.Time{} },
		"no kind":                       func(e *envelope.Envelope) { e.Kind = "" },
		"an unknown kind":               func(e *envelope.Envelope) { e.Kind = "letter" },
		"a reference too short":         func(e *envelope.Envelope) { e.Reference = "7KQ4M2X" },
		"a reference with a U":          func(e *envelope.Envelope) { e.Reference = "7KQ4M2XU" },
		"a reference in small letters":  func(e *envelope.Envelope) { e.Reference = "7kq4m2xb" },
		"an urgency below none":         func(e *envelope.Envelope) { e.Urgency = -1 },
		"an urgency above all":          func(e *envelope.Envelope) { e.Urgency = 4 },
		"an unknown channel":            func(e *envelope.Envelope) { e.Channel = "pigeon" },
		"an unknown lane":               func(e *envelope.Envelope) { e.Lane = "bin" },
		"an addition with clear text":   func(e *envelope.Envelope) { *e = e.AsAddition(); e.Body = []byte("Aidez-moi") },
		"an addition that names no one": func(e *envelope.Envelope) { *e = e.AsAddition(); e.ReportID = uuid.Nil },
	}
	for name, spoil := range cases {
		e := good
		e.Body = bytes.Clone(good.Body)
		spoil(&e)
		if e.Check() == nil {
			t.Errorf("%s passes", name)
		}
		if written, err := e.MarshalBinary(); err == nil || written != nil {
			t.Errorf("%s is written to disk", name)
		}
	}
	limit := good
	limit.Body = append([]byte(ageHeader), make([]byte, envelope.MaxBody-len(ageHeader))...)
	if err := limit.Check(); err != nil {
		t.Errorf("a body of exactly the limit is refused: %v", err)
	}
	good.Body = []byte("Aidez-moi")
	if err := good.Check(); !errors.Is(err, envelope.ErrNotSealed) || strings.Contains(err.Error(), "Aidez") {
		t.Errorf("a body in clear gives %v", err)
	}
}

func TestEnvelopeSurvivesTheDisk(t *testing.T) {
	report := sealed(t)
	chosen := report
	chosen.WordTag = [32]byte{7, 1}
	for name, e := range map[string]envelope.Envelope{"report": report, "addition": report.AsAddition(), "report with a chosen word": chosen} {
		written, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var read envelope.Envelope
		if err := read.UnmarshalBinary(written); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(read, e) {
			t.Errorf("the %s comes back as %+v", name, read)
		}
		for cut := 0; cut < len(written); cut += 1 + len(written)/200 {
			var half envelope.Envelope
			if err := half.UnmarshalBinary(written[:cut]); err == nil {
				t.Fatalf("the %s is read from %d of %d bytes", name, cut, len(written))
			}
			if !reflect.DeepEqual(half, envelope.Envelope{}) {
				t.Fatalf("a refused %s leaves something behind", name)
			}
		}
	}
}

func TestFileOfAnotherShapeIsRefused(t *testing.T) {
	e := sealed(t)
	written, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var shape map[string]any
	if err := json.Unmarshal(written, &shape); err != nil {
		t.Fatal(err)
	}
	with := func(key string, value any) []byte {
		changed := map[string]any{}
		for k, v := range shape {
			changed[k] = v
		}
		changed[key] = value
		out, err := json.Marshal(changed)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, raw := range map[string][]byte{
		"another format":    with("format", "recueil.envelope/2"),
		"an unknown field":  with("story", "Aidez-moi"),
		"a short hash":      with("receipt_lookup", "AAAA"),
		"a hash too long":   with("tag", strings.Repeat("A", 48)),
		"a short word":      with("word_tag", "AAAA"),
		"a body in clear":   with("body", []byte("Aidez-moi")),
		"something after":   append(bytes.Clone(written), "Aidez-moi"...),
		"an envelope after": append(bytes.Clone(written), written...),
		"no JSON":           []byte("Aidez-moi"),
	} {
		var read envelope.Envelope
		if err := read.UnmarshalBinary(raw); err == nil {
			t.Errorf("%s passes", name)
		} else if strings.Contains(err.Error(), "Aidez") {
			t.Errorf("%s: the error quotes it: %v", name, err)
		}
	}
}

func TestChangedTextBecomesOneAddition(t *testing.T) {
	e := sealed(t)
	first, again := e.AsAddition(), e.AsAddition()
	if first.ID != again.ID {
		t.Error("the same change has two ids")
	}
	if first.ID == e.ID || first.ReportID != e.ReportID || first.Kind != envelope.Addition {
		t.Error("it is no addition to the report")
	}
	e.Tag[0]++
	if other := e.AsAddition(); other.ID == first.ID {
		t.Error("another text has the same id and would be lost")
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	e := sealed(f)
	addition := e.AsAddition()
	for _, seed := range []*envelope.Envelope{&e, &addition} {
		written, err := seed.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(written)
	}
	f.Add([]byte(`{"format":"recueil.envelope/1","body":"YWdl"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e envelope.Envelope
		if e.UnmarshalBinary(raw) != nil {
			return
		}
		if !bytes.HasPrefix(e.Body, []byte(ageHeader)) {
			t.Fatal("what is not sealed passed")
		}
		written, err := e.MarshalBinary()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		var again envelope.Envelope
		if err := again.UnmarshalBinary(written); err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("the second reading differs: %v", err)
		}
	})
}
