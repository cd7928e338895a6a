package pages_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/PuerkitoBio/goquery"

	"recueil/internal/report"
)

// qualify puts a report where its transmission begins.
func (d *desk) qualify(r *report.Report, as string) {
	d.t.Helper()
	d.exec("update reports set status = 'qualified', qualification = $2 where id = $1", r.ID, as)
}

// lille is a report of a relative that leads to one cell, the Nord's.
func lille() report.Answers {
	var a report.Answers
	a.Reporter.Profile = report.ProfileNeighbour
	a.Contact.Confidentiality = report.ConfidentialityConfidential
	a.Contact.Channel, a.Contact.Value = report.ContactChannelPhone, "06 39 98 12 34"
	a.Situation.Facts = "L’enfant est souvent seul le soir. Ma sœur Odile Tremblay l’a vu aussi."
	a.Place.Department, a.Place.Commune = "59", report.Commune{Label: "Lille (Nord)", Code: "59350"}
	a.Children = []report.Child{{FirstName: "Élio", Age: "9"}}
	return a
}

// recipient puts a verified entry into the directory, with a confirmed key if there is one.
func (d *desk) recipient(kind, name, collectivity, key string) string {
	d.t.Helper()
	agent := d.as("a.diallo")
	entry := agent.addEntry(kind, name, collectivity, key)
	agent.submit(`form[action$="/verification"]`, nil).want(200, entry)
	if key != "" {
		d.as("c.martin").open(entry).submit(`form[action$="/cle"]`, url.Values{"compared": {"yes"}}).want(200, entry)
	}
	return strings.TrimPrefix(entry, "/annuaire/")
}

// ticks are the boxes of every free text on the preview, and the last one.
func (b *browser) ticks() url.Values {
	values := url.Values{"whole": {"yes"}, "act": {"propose"}}
	b.doc.Find(`input[name="read"]`).Each(func(_ int, box *goquery.Selection) { values.Add("read", box.AttrOr("value", "")) })
	return values
}

func (b *browser) propose(r *report.Report, recipient string, more url.Values) *browser {
	b.t.Helper()
	b.open(path(r)+"/transmission/"+recipient).want(200, "")
	values := b.ticks()
	for name, given := range more {
		values[name] = given
	}
	return b.submit("form.preparing", values)
}

func TestAFileIsPreparedAgreedToSealedAndAnswered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	identity := hybridKey(t)
	to := d.recipient("cell", "CRIP du Nord", "59", identity.Recipient().String())
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	agent.open(path(r)+"/transmission").want(200, "")
	if got := agent.text(".sending .card"); !strings.Contains(got, "Nord (59)") || !strings.Contains(got, "CRIP du Nord") {
		t.Fatalf("the route says %q", got)
	}
	agent.open(path(r)+"/transmission/"+to).submit("form.preparing", url.Values{"act": {"propose"}}).want(http.StatusUnprocessableEntity, "")
	if got := agent.texts(".error-summary li"); len(got) != 2 {
		t.Errorf("a text that nobody read is told as %q", got)
	}
	if got := agent.texts(".leaf-ticks .field-error"); len(got) != 1 || agent.doc.Find("input[name=read][aria-invalid][aria-describedby]").Length() != 1 {
		t.Errorf("beside the text stands %q", got)
	}
	agent.propose(r, to, url.Values{"redactions": {"Odile Tremblay\nabsent"}}).want(http.StatusUnprocessableEntity, "")
	if got := agent.text(".error-summary li"); !strings.Contains(got, "Le passage 2") {
		t.Errorf("a passage that is nowhere is told as %q", got)
	}
	agent.propose(r, to, url.Values{"redactions": {"Ma sœur Odile Tremblay"}}).want(200, path(r)+"/transmission")
	if agent.doc.Find(`form[action$="/validation"]`).Length() != 0 || !strings.Contains(agent.text(".sent"), "une autre personne") && !strings.Contains(agent.text(".sent"), "Un coordinateur") {
		t.Error("who prepared a file is offered to agree to it")
	}
	coordinator.open(path(r)+"/transmission").want(200, "")
	if got := coordinator.text(".sent .content"); strings.Contains(got, "Tremblay") || !strings.Contains(got, "[…] l’a vu aussi") {
		t.Errorf("the coordinator reads %q", got)
	}
	sent := coordinator.doc.Find(`form[action$="/validation"]`).AttrOr("action", "")
	sent = strings.TrimSuffix(sent, "/validation")
	proposed := coordinator.open(sent+"/pdf").want(200, "").body
	agent.open(sent+"/age").want(http.StatusNotFound, "") // nobody agreed yet
	coordinator.open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
	if got := ask[string](d, "select status from reports"); got != "transmitted" {
		t.Fatalf("the report is %s", got)
	}
	agent.open(sent+"/remise-pdf").want(http.StatusConflict, "") // there is a key: sealed or not at all
	sealed := agent.open(sent+"/age").want(200, "").body
	forms := opened(t, identity, []byte(sealed))
	reference := r.Reference[:4] + "-" + r.Reference[4:]
	if string(forms[reference+".pdf"]) != proposed {
		t.Error("what left is not, byte for byte, what the coordinator read")
	}
	var file struct {
		Reference string
		Identity  string `json:"reporter_identity"`
	}
	if err := json.Unmarshal(forms[reference+".json"], &file); err != nil || file.Reference != reference || file.Identity != "withheld" {
		t.Errorf("the machine form says %+v, %v", file, err)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'transmission.download' and detail = 'age'"); n != 1 {
		t.Errorf("the download is audited %d times", n)
	}
	if got := agent.open("/suites").want(200, "").text("table"); !strings.Contains(got, "Accusé de réception") || !strings.Contains(got, "24 mars 2026") {
		t.Errorf("what is expected says %q", got)
	}
	agent.open(path(r)+"/transmission").submit("form.acknowledging", url.Values{"reference": {"IP-2026-117"}}).want(200, "")
	if got := agent.open("/suites").text("table"); !strings.Contains(got, "Suites données") || !strings.Contains(got, "17 juin 2026") {
		t.Errorf("the evaluation is due as %q", got)
	}
	agent.open(path(r)+"/transmission").submit("form.feeding", nil).want(http.StatusUnprocessableEntity, "")
	agent.submit("form.feeding", url.Values{"outcome": {"evaluation_opened", "judge_seized"}}).want(200, "")
	agent.submit("form.finishing", url.Values{"reason": {"Le juge est saisi."}}).want(200, path(r))
	if got := ask[string](d, "select status || ' ' || qualification from reports"); got != "closed concern" {
		t.Errorf("in the end the report is %s", got)
	}
	for _, want := range []string{"préparée pour CRIP du Nord", "Transmission validée", "IP-2026-117", "Évaluation ouverte · Juge des enfants saisi", "Le juge est saisi."} {
		if got := agent.text(".timeline"); !strings.Contains(got, want) {
			t.Errorf("the timeline does not say %q: %q", want, got)
		}
	}
	if n := ask[int](d, "select count(*) from expected_replies where ended_on is null"); n != 0 {
		t.Errorf("%d replies are still expected", n)
	}
}

// opened opens a sealed file with the standard tool.
func opened(t *testing.T, identity *age.HybridIdentity, sealed []byte) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	tool, key := filepath.Join(dir, "age"), filepath.Join(dir, "key")
	if out, err := exec.Command("go", "build", "-o", tool, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	if err := os.WriteFile(key, []byte(identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tool, "-d", "-i", key)
	cmd.Stdin = bytes.NewReader(sealed)
	packed, err := cmd.Output()
	if err != nil {
		t.Fatalf("age refuses the file: %v", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string][]byte{}
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if forms[f.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return forms
}
