package pages_test

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/trust"
)

// planted is an age file that asks for a passphrase worth half a minute and four
// gigabytes of memory.
func planted(t *testing.T, text []byte) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient("mot")
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(1)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(text)
	w.Close()
	line, rest, _ := bytes.Cut(out.Bytes()[len("age-encryption.org/v1\n"):], []byte("\n"))
	if !bytes.HasSuffix(line, []byte(" 1")) {
		t.Fatalf("the stanza is %q", line)
	}
	return []byte("age-encryption.org/v1\n" + string(line[:len(line)-1]) + "22\n" + string(rest))
}

func TestDamagedReportsHideNoOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	whole := d.receive(time.Hour, within24h())
	swapped, source := d.receive(time.Hour, within24h()), d.receive(time.Hour, within24h())
	d.exec("update report_grants set body = (select body from report_grants where report_id = $2) where report_id = $1", swapped.ID, source.ID)
	lowered := d.receive(3*time.Hour, now())
	d.exec("update reports set urgency = 3, due_at = received_at + interval '72 hours' where id = $1", lowered.ID)
	costly := d.receive(time.Hour, within24h())
	d.exec("update report_grants set body = $2 where report_id = $1", costly.ID, planted(t, []byte("{}")))
	cut := d.receive(time.Hour, within24h())
	d.exec("update report_grants set body = substring(body from 1 for 3000) where report_id = $1", cut.ID)
	foreign := d.receive(time.Hour, within24h())
	stranger, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	team := d.team
	d.team = trust.Epoch{TeamID: team.TeamID, Number: team.Number, Recipient: stranger.Recipient().String()}
	d.exec("update report_grants set body = $2 where report_id = $1", foreign.ID, d.seal(foreign).Body)
	d.team = team

	b := d.as("a.diallo")
	began := time.Now()
	b.open("/file").want(200, "")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the queue took %s", took)
	}
	if n := len(b.rows()); n != 7 {
		t.Fatalf("the queue has %d rows, want 7", n)
	}
	for name, r := range map[string]*report.Report{"swapped bodies": swapped, "a lowered urgency": lowered, "a planted work factor": costly, "a cut body": cut, "a key of another": foreign} {
		b.open("/file")
		row := b.row(r)
		if !row.HasClass("is-damaged") || row.Find(".badge.is-error").Text() != "abîmé" {
			t.Errorf("%s: the row says %q", name, row.Text())
		}
		b.open(path(r)).want(200, "")
		if got := b.text(".damaged h2"); got != "Ce dossier ne s’ouvre pas" || b.doc.Find(".facts, .answers").Length() != 0 {
			t.Errorf("%s: the page says %q", name, got)
		}
		b.submit(`form[action$="/prise-en-charge"]`, nil).want(200, path(r))
		if b.doc.Find("form.closing").Length() != 0 {
			t.Errorf("%s: a report that does not open offers to be closed", name)
		}
		b.post(path(r)+"/cloture", url.Values{"version": {"2"}, "qualification": {"out_of_scope"}, "reason": {motive}})
		if b.status < 400 || ask[string](d, "select status from reports where id = $1", r.ID) != "in_triage" {
			t.Errorf("%s: a report that does not open was closed: %d", name, b.status)
		}
	}
	for _, r := range []*report.Report{whole, source} {
		b.open("/file")
		if row := b.row(r); row.HasClass("is-damaged") || !strings.Contains(row.Text(), "Négligences graves") {
			t.Errorf("a whole row says %q", row.Text())
		}
	}
}

// Whoever may insert grants puts no body of his own before the one that was stored
// first: under a higher epoch, a lower one, or for another of the reader's teams.
func TestTheFirstBodyStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, within24h())
	stranger, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	planted := trust.Epoch{TeamID: d.team.TeamID, Number: d.team.Number, Recipient: stranger.Recipient().String()}
	e, err := seal.Report(r, seal.NewCode(), planted, envelope.Main)
	if err != nil {
		t.Fatal(err)
	}
	for _, epoch := range []int{2, 999} {
		if _, err := d.db.Intake.Exec(t.Context(), "insert into report_grants (report_id, team_id, epoch, body) values ($1, $2, $3, $4)", r.ID, d.team.TeamID, epoch, e.Body); err != nil {
			t.Fatal(err)
		}
	}
	b := d.as("a.diallo").want(200, "/file")
	if rows := b.rows(); len(rows) != 1 || b.row(r).HasClass("is-damaged") {
		t.Errorf("the queue has %d rows, damaged: %v", len(rows), b.row(r).HasClass("is-damaged"))
	}
	if b.open(path(r)).want(200, ""); b.doc.Find(".damaged").Length() != 0 || !strings.Contains(b.text("h1"), "Négligences graves") {
		t.Errorf("the report says %q", b.text("h1"))
	}
}

// Of what staff wrote, each entry that was removed, moved or exchanged shows, and costs
// no other one its words.
func TestNotesOutOfPlaceCostNoOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	texts := []string{"Première note.", "Deuxième note.", "Troisième note."}
	for name, c := range map[string]struct {
		change string // $1 to $3 are the notes; $4 is one of another report
		read   []string
	}{
		"the first removed":     {"delete from parts where id = $1", texts[1:]},
		"one in between":        {"delete from parts where id = $2", []string{texts[0], texts[2]}},
		"two removed":           {"delete from parts where id in ($1, $2)", texts[2:]},
		"moved to the end":      {"update parts set created_at = created_at + interval '1 hour' where id = $1", texts[1:]},
		"moved to the front":    {"update parts set created_at = created_at - interval '1 hour' where id = $3", []string{texts[2]}},
		"cut":                   {"update parts set body = substring(body from 1 for octet_length(body) - 1) where id = $2", []string{texts[0], texts[2]}},
		"a sibling's":           {"update parts set body = (select body from parts where id = $1) where id = $2", []string{texts[0], texts[2]}},
		"another report's":      {"update parts set body = (select body from parts where id = $4) where id = $2", []string{texts[0], texts[2]}},
		"brought from another":  {"update parts set report_id = (select report_id from parts where id = $1) where id = $4", texts},
		"removed, then written": {"delete from parts where id = $1", append(texts[1:3:3], "Après.")},
	} {
		t.Run(name, func(t *testing.T) {
			r, other := d.receive(time.Hour, young()), d.receive(time.Hour, young())
			b.noted(other, "D’un autre dossier.")
			for _, text := range texts {
				d.clock.Add(time.Second)
				b.noted(r, text)
			}
			ids := ask[[]string](d, "select array_agg(id::text order by report_id = $2, created_at) from parts where report_id in ($1, $2)", r.ID, other.ID)
			// Each statement names all four, used or not.
			d.exec("with moved as ("+c.change+" returning 1), named as (select $1::uuid, $2::uuid, $3::uuid, $4::uuid) select from moved, named", ids[0], ids[1], ids[2], ids[3])
			if name == "removed, then written" {
				b.noted(r, "Après.")
			}
			b.open(path(r)).want(200, path(r))
			if got := b.noteTexts(); !slices.Equal(sorted(got), sorted(c.read)) {
				t.Errorf("the notes read %q, want %q", got, c.read)
			}
			if b.doc.Find(".timeline .is-broken").Length() == 0 {
				t.Errorf("nobody is told: %q", b.text(".timeline"))
			}
			if !strings.Contains(b.text(".brief"), "Je n’ose pas rentrer.") {
				t.Error("the report does not read")
			}
		})
	}
}

func sorted(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

func TestADamagedReasonIsADamagedReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	var closed []*report.Report
	for range 3 {
		r := d.receive(time.Hour, young())
		b.claim(r).submit("form.closing", url.Values{"qualification": {"out_of_scope"}, "reason": {motive}}).want(200, "/file")
		closed = append(closed, r)
	}
	d.exec("update parts set body = $2 where report_id = $1", closed[0].ID, planted(t, []byte("{}")))
	d.exec("update parts set body = (select body from parts where report_id = $2) where report_id = $1", closed[1].ID, closed[2].ID)
	for i, broken := range []bool{true, true, false} {
		began := time.Now()
		b.open(path(closed[i])).want(200, "")
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the page took %s", took)
		}
		if got := b.doc.Find(".timeline .broken").Length() == 1; got != broken || strings.Contains(b.text(".timeline"), "assistante") == broken {
			t.Errorf("part %d: damaged %v, want %v: %q", i, got, broken, b.text(".timeline"))
		}
		if !strings.Contains(b.text(".brief"), "Je n’ose pas rentrer.") {
			t.Error("a damaged reason hides the report")
		}
	}
}
