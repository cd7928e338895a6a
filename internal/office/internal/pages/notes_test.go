package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

const noteForm = "form.noting"

// noted opens a report and adds a note to it.
func (b *browser) noted(r *report.Report, text string, more ...string) *browser {
	b.t.Helper()
	fields := url.Values{"note": {text}}
	for _, name := range more {
		fields.Set(name, "1")
	}
	return b.open("/dossiers/"+r.ID.String()).submit(noteForm, fields).want(200, "/dossiers/"+r.ID.String())
}

func (b *browser) noteTexts() (texts []string) {
	for _, n := range b.doc.Find(".note-list > li > blockquote").EachIter() {
		texts = append(texts, n.Text())
	}
	return texts
}

func TestANoteIsReadByTheTeamAndSaysWhetherItMayLeave(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	const inside, outside = "Rappeler avant midi, pas après.", "L’école confirme trois absences."
	awa := d.as("a.diallo")
	awa.noted(r, inside)
	awa.noted(r, outside, "share")
	camille := d.as("c.martin").open("/dossiers/" + r.ID.String())
	if got := camille.noteTexts(); len(got) != 2 || got[0] != inside || got[1] != outside {
		t.Fatalf("the notes read %q", got)
	}
	badges := camille.doc.Find(".note-list .badge").Text()
	if !strings.Contains(badges, "Interne") || strings.Count(badges, "Transmissible") != 1 {
		t.Errorf("the badges read %q", badges)
	}
	if camille.doc.Find(".note-list .does a").Length() != 0 {
		t.Error("somebody else's note is offered for correction")
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'note.write'"); n != 2 {
		t.Errorf("the trail has %d notes", n)
	}
	if n := ask[int](d, "select count(*) from parts where position('absences'::bytea in body) > 0"); n != 0 {
		t.Error("a note lies in clear")
	}
}

func TestACorrectionKeepsWhatStoodThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	awa := d.as("a.diallo").noted(r, "Le père vit à Lyon.")
	correct := awa.doc.Find(".note-list .does a").AttrOr("href", "")
	address, _, _ := strings.Cut(correct, "#")
	awa.open(address).submit(noteForm, url.Values{"note": {"Le père vit à Lille."}}).want(200, "/dossiers/"+r.ID.String())
	if got := awa.noteTexts(); len(got) != 1 || got[0] != "Le père vit à Lille." {
		t.Fatalf("the notes read %q", got)
	}
	if before := awa.text(".before blockquote"); before != "Le père vit à Lyon." {
		t.Errorf("before, it said %q", before)
	}
	// The first one is corrected already: from an old page that is a conflict, with both texts.
	awa.open(address)
	old := url.Values{"note": {"Le père vit à Laon."}, "replaces": {address[strings.LastIndex(address, "=")+1:]}}
	awa.post("/dossiers/"+r.ID.String()+"/notes", old).want(409, "/dossiers/"+r.ID.String()+"/notes")
	if awa.doc.Find("#note").Text() != "Le père vit à Laon." || awa.noteTexts()[0] != "Le père vit à Lille." {
		t.Errorf("of two corrections the page shows %q and %q", awa.doc.Find("#note").Text(), awa.noteTexts())
	}
	// Nobody corrects what another wrote.
	camille := d.as("c.martin").open("/dossiers/" + r.ID.String())
	old.Set("replaces", strings.TrimPrefix(camille.doc.Find(".note-list > li").AttrOr("id", ""), "note-"))
	camille.post("/dossiers/"+r.ID.String()+"/notes", old).want(409, "/dossiers/"+r.ID.String()+"/notes")
}

func TestANoteBegunComesBackAndIsOneNote(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	awa := d.as("a.diallo").open(address)
	fields := awa.fields(noteForm)
	fields.Set("note", "Appel de la tante, elle")
	fields.Set("quiet", "1")
	awa.post(address+"/notes/brouillon", fields).want(200, address+"/notes/brouillon")
	if !strings.Contains(awa.body, `"revision":1`) {
		t.Fatalf("the first save answers %s", awa.body)
	}
	if d.as("c.martin").open(address); strings.Contains(awa.body, "la tante") {
		t.Error("a colleague sees what is only begun")
	}
	// Another browser of hers finds it; the first one goes on from an older revision.
	other := d.as("a.diallo").open(address)
	if got := other.doc.Find("#note").Text(); got != "Appel de la tante, elle" {
		t.Fatalf("the note begun reads %q", got)
	}
	mine := other.fields(noteForm)
	mine.Set("quiet", "1")
	mine.Set("note", "Appel de la tante, elle rappelle demain.")
	other.post(address+"/notes/brouillon", mine).want(200, address+"/notes/brouillon")
	fields.Set("note", "Appel de la tante, sans suite")
	fields.Set("revision", "1")
	awa.post(address+"/notes/brouillon", fields).want(409, address+"/notes/brouillon")
	fields.Del("quiet")
	awa.post(address+"/notes", fields).want(409, address+"/notes")
	if awa.text(".noting .kept blockquote") != "Appel de la tante, elle rappelle demain." || awa.doc.Find("#note").Text() != "Appel de la tante, sans suite" {
		t.Fatalf("of two windows the page shows %q and %q", awa.text(".noting .kept blockquote"), awa.doc.Find("#note").Text())
	}
	// Having seen both, sending is her choice; a second tap adds nothing.
	final := awa.fields(noteForm)
	awa.post(address+"/notes", final).want(200, address)
	awa.post(address+"/notes", final).want(200, address)
	if got := awa.noteTexts(); len(got) != 1 || got[0] != "Appel de la tante, sans suite" {
		t.Errorf("the notes read %q", got)
	}
	if n := ask[int](d, "select count(*) from note_drafts"); n != 0 {
		t.Errorf("%d drafts stay behind", n)
	}
}

func TestANoteBegunAndClearedIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	awa := d.as("a.diallo").open(path(r))
	save := func(text, revision, want string) {
		t.Helper()
		fields := awa.fields(noteForm)
		fields.Set("note", text)
		fields.Set("revision", revision)
		fields.Set("quiet", "1")
		if awa.post(path(r)+"/notes/brouillon", fields); !strings.Contains(awa.body, want) {
			t.Errorf("saving %q over revision %s answers %d %s", text, revision, awa.status, awa.body)
		}
		awa.open(path(r))
	}
	save("Une phrase de trop.", "0", `"revision":1`)
	save("Une autre.", "1", `"revision":2`)
	save(" ", "1", "autre fenêtre")
	if got := awa.doc.Find("#note").Text(); got != "Une autre." {
		t.Fatalf("an older window cleared the draft: %q is left", got)
	}
	save(" ", "2", `"revision":0`)
	if n := ask[int](d, "select count(*) from note_drafts"); n != 0 || awa.doc.Find("#note").Text() != "" {
		t.Errorf("%d drafts are left, and %q", n, awa.doc.Find("#note").Text())
	}
	save("Encore une.", "0", `"revision":1`)
}

func TestAnOldDraftThatIsPutBackDoesNotOpen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	awa := d.as("a.diallo").open(address)
	save := func(text string) {
		fields := awa.open(address).fields(noteForm)
		fields.Set("note", text)
		awa.post(address+"/notes/brouillon", fields).want(200, address)
	}
	save("une première version")
	d.exec("create table kept as select * from note_drafts")
	save("une deuxième version")
	d.exec("update note_drafts d set body = k.body from kept k")
	if got := awa.open(address).want(200, address).doc.Find("#note").Text(); strings.Contains(got, "version") {
		t.Errorf("a draft that was put back reads %q", got)
	}
	save("une troisième version")
	if got := awa.open(address).doc.Find("#note").Text(); got != "une troisième version" {
		t.Errorf("after it, the draft reads %q", got)
	}
}

func TestANoteWithoutSenseIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	awa := d.as("a.diallo")
	for name, c := range map[string]struct{ text, want string }{
		"nothing":  {" \n", "Écrivez la note."},
		"too long": {strings.Repeat("é", 10_001), "trop longue"},
		"a NUL":    {"avant\x00après", "illisibles"},
	} {
		awa.open(address).submit(noteForm, url.Values{"note": {c.text}}).want(422, address+"/notes")
		if !strings.Contains(awa.text(".error-summary"), c.want) || awa.doc.Find(".error-summary a").AttrOr("href", "") != "#note" {
			t.Errorf("%s: %q", name, awa.text(".error-summary"))
		}
		if kept := awa.doc.Find("#note").Text(); name == "too long" && kept != c.text {
			t.Errorf("%s: %d bytes of the text are left", name, len(kept))
		}
	}
	if n := ask[int](d, "select count(*) from parts"); n != 0 {
		t.Errorf("%d notes were stored", n)
	}
}

func TestTheTextOfANoteOutlivesTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	awa := d.as("a.diallo").open(address)
	fields := awa.fields(noteForm)
	fields.Set("note", "Écrit pendant que la session finissait.")
	fields.Set("share", "1")
	d.clock.Add(16 * time.Minute)
	awa.post(address+"/notes", fields).want(401, address+"/notes")
	awa.givePassphrase("a.diallo", passphrase)
	if got := awa.doc.Find("#note").Text(); got != fields.Get("note") || awa.doc.Find("#share[checked]").Length() != 1 {
		t.Fatalf("after the log-in the note reads %q at %s", got, awa.at)
	}
	awa.submit(noteForm, nil).want(200, address)
	if got := awa.noteTexts(); len(got) != 1 || got[0] != fields.Get("note") {
		t.Errorf("the notes read %q", got)
	}
}

func TestWhoElseLooksIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	awa, camille := d.as("a.diallo").open(address), d.as("c.martin")
	if awa.text(".presence") != "" {
		t.Errorf("alone, one reads %q", awa.text(".presence"))
	}
	if said := camille.open(address).text(".presence"); said != "Awa Diallo lit aussi ce dossier." {
		t.Errorf("beside her, one reads %q", said)
	}
	awa.post(address+"/presence", url.Values{"writing": {"1"}})
	if camille.open(address); camille.text(".presence") != "Awa Diallo écrit dans ce dossier." {
		t.Errorf("while she writes, one reads %q", camille.text(".presence"))
	}
	awa.post(address+"/presence", url.Values{"leaving": {"1"}})
	if camille.open(address); camille.text(".presence") != "" {
		t.Errorf("after she left, one reads %q", camille.text(".presence"))
	}
	awa.open(address)
	d.clock.Add(time.Minute)
	if camille.open(address); camille.text(".presence") != "" {
		t.Errorf("after a minute without a sign, one reads %q", camille.text(".presence"))
	}
	elsewhere := "/dossiers/" + report.NewID().String() + "/presence"
	if camille.post(elsewhere, nil); camille.status != 404 {
		t.Errorf("a report that is not there answers %d", camille.status)
	}
}

func TestOnlyWhoWorksOnReportsNotes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, report.Answers{})
	address := "/dossiers/" + r.ID.String()
	d.as("a.diallo").noted(r, "Une note pour l’équipe.")
	sam := d.as("s.leroy").open(address).want(200, address)
	if sam.doc.Find(noteForm).Length() != 0 || len(sam.noteTexts()) != 1 {
		t.Error("who only reads is offered to write, or does not read")
	}
	if sam.post(address+"/notes", url.Values{"note": {"moi aussi"}}); sam.status != 403 {
		t.Errorf("who only reads is answered %d", sam.status)
	}
}
