package trust_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"

	"recueil/internal/testing/sealtest"
	"recueil/internal/trust"
)

// document is the file as an operator could write it.
type document struct {
	Format   string       `json:"format"`
	Version  int          `json:"version"`
	Recovery string       `json:"recovery"`
	Teams    []trust.Team `json:"teams"`
}

func (d document) raw(t testing.TB) []byte {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func hybrid(t testing.TB) string {
	epoch, _ := sealtest.Team(t, "any")
	return epoch.Recipient
}

func classic(t testing.TB) string {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identity.Recipient().String()
}

func good(t testing.TB) document {
	return document{trust.Format, 3, hybrid(t), []trust.Team{
		{ID: "cellule", Name: "Cellule", Receives: true, Epochs: []trust.TeamKeys{{Epoch: 1, Recipient: hybrid(t)}, {Epoch: 4, Recipient: hybrid(t)}}},
		{ID: "suivi", Name: "Suivi", Epochs: []trust.TeamKeys{{Epoch: 1, Recipient: hybrid(t)}}},
	}}
}

func TestOnlyASoundTrustFilePasses(t *testing.T) {
	classicKey := classic(t)
	cases := map[string]struct {
		spoil func(d *document)
		says  string
	}{
		"a recipient is missing":            {func(d *document) { d.Teams[0].Epochs[1].Recipient = "" }, "no recipient"},
		"the recovery recipient is missing": {func(d *document) { d.Recovery = "" }, "no recipient"},
		"a recipient is no key":             {func(d *document) { d.Teams[0].Epochs[0].Recipient = "age1pq1nothing" }, "no age key"},
		"a recipient is an identity":        {func(d *document) { d.Recovery = "AGE-SECRET-KEY-PQ-1QQQ" }, "no age key"},
		"a team key is classic":             {func(d *document) { d.Teams[1].Epochs[0].Recipient = classicKey }, "not post-quantum"},
		"the recovery key is classic":       {func(d *document) { d.Recovery = classicKey }, "not post-quantum"},
		"the format is unknown":             {func(d *document) { d.Format = "recueil.trust/2" }, "format"},
		"there is no version":               {func(d *document) { d.Version = 0 }, "no version"},
		"there is no team":                  {func(d *document) { d.Teams = nil }, "0 teams"},
		"nobody receives":                   {func(d *document) { d.Teams[0].Receives = false }, "0 teams"},
		"two receive":                       {func(d *document) { d.Teams[1].Receives = true }, "2 teams"},
		"a team has no key":                 {func(d *document) { d.Teams[1].Epochs = nil }, "no key"},
		"a team stands twice":               {func(d *document) { d.Teams[1].ID = "cellule" }, "twice"},
		"a team has no name":                {func(d *document) { d.Teams[1].Name = " " }, "no usable id or name"},
		"a team's id climbs folders":        {func(d *document) { d.Teams[1].ID = "../suivi" }, "no usable id or name"},
		"an epoch stands twice":             {func(d *document) { d.Teams[0].Epochs[1].Epoch = 1 }, "count upwards"},
		"epochs go backwards":               {func(d *document) { d.Teams[0].Epochs[0].Epoch = 5 }, "count upwards"},
		"an epoch is zero":                  {func(d *document) { d.Teams[1].Epochs[0].Epoch = 0 }, "count upwards"},
	}
	for name, c := range cases {
		d := good(t)
		c.spoil(&d)
		if file, err := trust.Parse(d.raw(t), false); err == nil || file != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: the error is %v, want one that says %q", name, err, c.says)
		}
	}
	whole := good(t).raw(t)
	for name, raw := range map[string][]byte{
		"nothing":          nil,
		"half of it":       whole[:len(whole)/2],
		"an unknown field": append([]byte(`{"comment":"",`), whole[1:]...),
		"two files in one": append(append([]byte{}, whole...), whole...),
	} {
		if _, err := trust.Parse(raw, false); err == nil {
			t.Errorf("%s passes for a trust file", name)
		}
	}
}

func TestClassicKeyPassesWhenAllowed(t *testing.T) {
	d := good(t)
	d.Teams[0].Epochs[1].Recipient = classic(t)
	file, err := trust.Parse(d.raw(t), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Receiving().AgeRecipient(); err != nil {
		t.Errorf("what was allowed cannot be sealed to: %v", err)
	}
}

func TestFileNamesTheCurrentEpoch(t *testing.T) {
	d := good(t)
	file, err := trust.Parse(d.raw(t), false)
	if err != nil {
		t.Fatal(err)
	}
	newest := func(e trust.Epoch) bool {
		sealsTo, err := e.AgeRecipient()
		return e.TeamID == "cellule" && e.Number == 4 && e.Recipient == d.Teams[0].Epochs[1].Recipient &&
			err == nil && fmt.Sprint(sealsTo) == e.Recipient
	}
	if got := file.Receiving(); !newest(got) {
		t.Errorf("reports are sealed to %v", got)
	}
	if got, ok := file.Current("cellule"); !ok || !newest(got) {
		t.Errorf("the current epoch is %v, %v", got, ok)
	}
	if got, ok := file.Epoch("cellule", 1); !ok || got.Recipient != d.Teams[0].Epochs[0].Recipient {
		t.Errorf("the first epoch is %v, %v", got, ok)
	}
	if _, ok := file.Epoch("cellule", 2); ok {
		t.Error("an epoch that never was is found")
	}
	if _, ok := file.Current("voisine"); ok {
		t.Error("a team that never was is found")
	}
	if file.Version() != 3 || file.Recovery() != d.Recovery || len(file.Teams()) != 2 {
		t.Error("version, recovery recipient or teams are lost")
	}
}

func TestNewFileIsWrittenAsItsFingerprintSays(t *testing.T) {
	d := good(t)
	file, err := trust.New(d.Recovery, d.Teams)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := trust.Parse(raw, false)
	if err != nil || again.Fingerprint() != file.Fingerprint() || again.Version() != 1 {
		t.Errorf("the file on disk has another fingerprint: %v", err)
	}
	if _, err := trust.New(classic(t), d.Teams); err == nil {
		t.Error("a new file takes a classic key")
	}
}

func TestNextFileSaysNothingElseOtherwise(t *testing.T) {
	d := good(t)
	file, err := trust.Parse(d.raw(t), false)
	if err != nil {
		t.Fatal(err)
	}
	begins := hybrid(t)
	next, err := file.Next(trust.Change{Version: 4, Begin: []trust.Epoch{{TeamID: "cellule", Number: 5, Recipient: begins}},
		End: []trust.Epoch{{TeamID: "cellule", Number: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	d.Version = 4
	d.Teams[0].Epochs = []trust.TeamKeys{d.Teams[0].Epochs[1], {Epoch: 5, Recipient: begins}}
	want, err := trust.Parse(d.raw(t), false)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := next.Encode()
	expected, _ := want.Encode()
	if string(got) != string(expected) {
		t.Errorf("the next file says\n%s, want\n%s", got, expected)
	}
	if file.Version() != 3 || file.Receiving().Number != 4 || len(file.Teams()[0].Epochs) != 2 {
		t.Error("the present file was changed with it")
	}
	for name, c := range map[string]trust.Change{
		"the same version":     {Version: 3},
		"a lower version":      {Version: 1},
		"a team that is none":  {Version: 4, Begin: []trust.Epoch{{TeamID: "voisine", Number: 5, Recipient: begins}}},
		"an epoch that stands": {Version: 4, Begin: []trust.Epoch{{TeamID: "cellule", Number: 4, Recipient: begins}}},
		"a classic key":        {Version: 4, Begin: []trust.Epoch{{TeamID: "cellule", Number: 5, Recipient: classic(t)}}},
		"a team without a key": {Version: 4, End: []trust.Epoch{{TeamID: "suivi", Number: 1}}},
	} {
		if _, err := file.Next(c); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good(f).raw(f))
	f.Add([]byte(`{"format":"recueil.trust/1","version":1,"recovery":"","teams":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := trust.Parse(raw, false)
		if err != nil {
			return
		}
		if _, err := file.Receiving().AgeRecipient(); err != nil {
			t.Fatalf("the receiving team cannot be sealed to: %v", err)
		}
	})
}
