package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/reply"
	"recueil/internal/report"
)

// accepted is a report that was referred, and the record that begins with it.
func (d *desk) accepted(answers report.Answers, changes url.Values) (r *report.Report, b *browser, record string) {
	d.t.Helper()
	r = d.receive(time.Hour, answers)
	d.as("a.diallo").claim(r).refer(r, changes).want(200, path(r))
	b = d.as("t.colin")
	address := "/demandes/" + ask[string](d, "select id::text from referrals where report_id = $1", r.ID)
	b.open(address).submit(`form[action$="/accord"]`, nil)
	return r, b, b.recordAt()
}

func TestAUnitSendsASheetThatTheReporterReads(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	young := mother()
	for name, value := range map[string]string{"reporter.profile": "self", "contact.channel": "none", "contact.value": "", "contact.alias": "", "contact.safe_hours": ""} {
		if err := young.Set(name, []string{value}); err != nil {
			t.Fatal(err)
		}
	}
	r, b, record := d.accepted(young, url.Values{"extent": {"whole"}})
	b.open(record+"/fiches").want(200, "")
	if n := b.doc.Find(".sheets a").Length(); n < 4 || b.doc.Find("form[action$='/fiches']").Length() != 0 {
		t.Fatalf("%d sheets are offered, or one is sent unread", n)
	}
	b.open(record+"/fiches?fiche=sheet_rights").want(200, "")
	if got := b.text("#lecture .told"); !strings.Contains(got, "Tu as le droit") {
		t.Fatalf("a young person would read %q", got)
	}
	// Who asked not to be contacted is written to only when somebody says that he asked.
	b.submit("form[action$='/fiches']", nil).want(http.StatusUnprocessableEntity, "")
	if !strings.Contains(b.text(".error-summary"), "ne veut pas être contactée") || ask[int](d, "select count(*) from messages") != 0 {
		t.Fatalf("it was sent, or refused with %q", b.text(".error-summary"))
	}
	form := url.Values{"entry": {uuid.NewString()}, "sheet": {"sheet_rights"}, "anyway": {"1"}}
	for range 2 {
		b.post(record+"/fiches", form).want(200, record)
	}
	if got := b.text(".record-lines"); !strings.Contains(got, "Documentation") || !strings.Contains(got, "Fiche : droits") {
		t.Errorf("the timeline says %q", got)
	}
	if n := ask[int](d, "select count(*) from messages where report_id = $1", r.ID); n != 1 {
		t.Fatalf("%d messages were sent by a double tap", n)
	}
	id, body := ask[uuid.UUID](d, "select id from messages"), ask[[]byte](d, "select body from messages")
	read, err := reply.OpenMessage(r.ReplyKey, reply.MessagePlace{Report: r.ID, ID: id, Sequence: 1}, body)
	if err != nil || !strings.HasPrefix(read.Text, "Quelques informations sur tes droits") || read.Asks {
		t.Errorf("with the code one reads %q, %v", read.Text, err)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'message.send' and object_id = $1 and detail = 'sheet'", r.ID.String()); n != 1 {
		t.Errorf("it stands %d times in the trail", n)
	}
	// It is one of the conversation, and takes the next place after the platform's own.
	a := d.as("a.diallo").open(path(r)).want(200, "")
	if got := a.text(".talk"); !strings.Contains(got, "Tess Colin") || !strings.Contains(got, "tes droits") {
		t.Errorf("the platform reads %q", got)
	}
	if n := a.doc.Find("#canned optgroup option").Length(); n < 4 {
		t.Errorf("a listener is offered %d sheets", n)
	}
	d.as("c.martin").post(record+"/fiches", form).want(http.StatusNotFound, "")
	b.open(d.sentBack(r, record)).want(200, "")
	b.post(record+"/fiches", url.Values{"entry": {uuid.NewString()}, "sheet": {"sheet_health"}, "anyway": {"1"}}).want(http.StatusConflict, "")
	if n := ask[int](d, "select count(*) from messages"); n != 1 {
		t.Errorf("%d messages are there after it was sent back", n)
	}
}

// sentBack gives a referral back, and returns the page of the sheets.
func (d *desk) sentBack(r *report.Report, record string) string {
	d.exec("update referrals set status = 'referred_back' where report_id = $1", r.ID)
	return record + "/fiches"
}

// What he says later counts, once the platform passed it on: his last word.
func TestASheetWaitsForWhoAskedLaterNotToBeContacted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, b, record := d.accepted(mother(), url.Values{"extent": {"whole"}})
	sheet := record + "/fiches?fiche=sheet_safety"
	if b.open(sheet).want(200, ""); b.doc.Find("#anyway").Length() != 0 || !strings.Contains(b.text("#lecture .told"), "appelez le 17") {
		t.Fatalf("a mother who may be called reads %q", b.text("#lecture"))
	}
	d.clock.Add(time.Minute)
	added := d.answer(r, report.Added{Text: "N’écrivez plus.", Wish: report.WishNoContact})
	address := "/demandes/" + ask[string](d, "select id::text from referrals where report_id = $1", r.ID)
	d.as("a.diallo").post(path(r)+address+"/ajouts/"+added.String(), nil).want(200, "")
	if b.open(sheet); b.doc.Find("#anyway").Length() != 1 {
		t.Errorf("the unit may write without a word: %s", b.text(".record-form"))
	}
	// So does the report sent once more, and a call that was joined to it.
	for _, again := range []struct {
		channel string
		asks    int
	}{{"phone", 0}, {"none", 1}} {
		d.clock.Add(time.Minute)
		answers := mother()
		for name, value := range map[string]string{"contact.channel": again.channel, "situation.facts": "Encore une chose."} {
			if err := answers.Set(name, []string{value}); err != nil {
				t.Fatal(err)
			}
		}
		d.as("a.diallo").post(path(r)+address+"/ajouts/"+d.add(r, answers).String(), nil).want(200, "")
		if b.open(sheet); b.doc.Find("#anyway").Length() != again.asks {
			t.Errorf("after %q the unit is asked %d times", again.channel, b.doc.Find("#anyway").Length())
		}
	}
}

func TestASheetHasNowhereToGoWithoutAMailbox(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, b, record := d.accepted(mother(), nil)
	b.open(record+"/fiches").want(200, "")
	if got := b.text(".record-form .notice"); !strings.Contains(got, "en partie") || b.doc.Find(".sheets a").Length() != 0 || b.doc.Find(".record-form .notice a").AttrOr("href", "") != record+"/ajouter/partage" {
		t.Errorf("of a masked referral it says %q", got)
	}
	b.post(record+"/fiches", url.Values{"sheet": {"sheet_rights"}}).want(http.StatusConflict, "")
	direct := b.openRecord("Phare").recordAt()
	if b.open(direct + "/fiches"); !strings.Contains(b.text(".record-form .notice"), "boîte de réponse") {
		t.Errorf("of a call it says %q", b.text(".record-form .notice"))
	}
	if n := ask[int](d, "select count(*) from messages"); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}
