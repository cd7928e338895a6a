package pages_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recueil/internal/reply"
	"recueil/internal/report"
)

const question = "Bonjour 👋 Quand peut-on vous appeler ?\nÀ bientôt, <b>l’équipe</b>"

const composing = "form[action$='/messages']"

// mailbox is what the reporter's code opens.
func (d *desk) mailbox(r *report.Report) []reply.Message {
	d.t.Helper()
	rows, err := d.db.Owner.Query(d.t.Context(), "select id, sequence, body from messages where report_id = $1 order by sequence", r.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	var all []reply.Message
	for rows.Next() {
		place := reply.MessagePlace{Report: r.ID}
		var body []byte
		if err := rows.Scan(&place.ID, &place.Sequence, &body); err != nil {
			d.t.Fatal(err)
		}
		m, err := reply.OpenMessage(r.ReplyKey, place, body)
		if err != nil {
			d.t.Fatalf("message %d: %v", place.Sequence, err)
		}
		all = append(all, m)
	}
	return all
}

func TestAMessageIsSealedForTheReporterAndAudited(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r)
	b.send(question, url.Values{"asks": {"1"}, "files": {"1"}})
	if got := d.mailbox(r); !slices.Equal(got, []reply.Message{{Text: question, Asks: true, Files: true}}) {
		t.Fatalf("the mailbox holds %+v", got)
	}
	body := ask[[]byte](d, "select body from messages")
	sum := sha256.Sum256(body)
	got := ask[string](d, "select actor::text || ' ' || object_id || ' ' || encode(digest, 'hex') || ' ' || detail from audit_events where action = 'message.send'")
	if want := d.staffID("a.diallo").String() + " " + r.ID.String() + " " + hex.EncodeToString(sum[:]) + " asks"; got != want {
		t.Errorf("the trail says %q, want %q", got, want)
	}
	if strings.Contains(string(body), "appeler") || strings.Contains(d.log.String(), "appeler") {
		t.Error("the message stands in clear")
	}
	if got := ask[string](d, "select status || version from reports"); got != "in_triage2" {
		t.Errorf("a message moved the report: %s", got)
	}
	if b.doc.Find(".composer[open]").Length() != 0 || b.doc.Find("#text").Text() != "\n" && b.doc.Find("#text").Text() != "" {
		t.Error("what was sent is still in the composer")
	}
}

func TestAMessageThatIsNoneIsRefusedWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r)
	for name, text := range map[string]string{"empty": "", "blanks": " \n\t", "2,001 code points": strings.Repeat("👍", 2001), "a NUL": "a\x00b", "no UTF-8": "a\xffb"} {
		b.open(path(r)).submit(composing, url.Values{"text": {text}, "asks": {"1"}}).want(http.StatusUnprocessableEntity, "")
		if b.doc.Find(".error-summary a").AttrOr("href", "") != "#text" || b.doc.Find(`#text[aria-invalid="true"]`).Length() != 1 || b.doc.Find(".composer[open] #asks[checked]").Length() != 1 {
			t.Errorf("%s: the page does not lead to what is wrong", name)
		}
		if got := strings.TrimPrefix(b.doc.Find("#text").Text(), "\n"); strings.HasPrefix(name, "2") && got != text {
			t.Errorf("%s: %d characters are kept", name, len([]rune(got)))
		}
	}
	b.open(path(r)).send(strings.Repeat("👍", 2000), nil)
	if got := d.mailbox(r); len(got) != 1 {
		t.Errorf("%d messages are stored, want the one of 2,000", len(got))
	}
}

func TestADoubleTapIsOneMessage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r, other := d.receive(time.Hour, young()), d.receive(time.Hour, within24h())
	b := d.as("a.diallo").claim(other)
	b.send("Ailleurs", nil)
	foreign := ask[string](d, "select id::text from messages")
	b.claim(r)
	id := b.doc.Find(composing+" [name=message]").AttrOr("value", "")
	version := b.doc.Find(composing+" [name=version]").AttrOr("value", "")
	post := func(id, text string, hold bool) {
		t.Helper()
		form := url.Values{"message": {id}, "version": {version}, "text": {text}}
		if hold {
			form.Set("hold", "1")
		}
		b.post(path(r)+"/messages", form).want(200, path(r))
	}
	texts := func() string {
		var all []string
		for _, m := range d.mailbox(r) {
			all = append(all, m.Text)
		}
		return strings.Join(all, "|")
	}
	post(id, "Une fois", false)
	post(id, "Une fois", false)
	if got := texts(); got != "Une fois" {
		t.Errorf("after two taps: %q", got)
	}
	// Back, other words, and two taps again: nothing is lost, nothing doubled.
	post(id, "Autre chose", false)
	post(id, "Autre chose", false)
	post(id, "Une fois", false)
	if got := texts(); got != "Une fois|Autre chose" {
		t.Errorf("after other words: %q", got)
	}
	post(foreign, "Sous un autre nom", false)
	post(foreign, "Sous un autre nom", false)
	post("rien", "Sans nom", false)
	if got := texts(); got != "Une fois|Autre chose|Sous un autre nom|Sans nom" {
		t.Errorf("under ids that are another's or none: %q", got)
	}
	if got := ask[int](d, "select count(*) from messages where report_id = $1", other.ID); got != 1 {
		t.Errorf("the other report has %d messages", got)
	}
	held := report.NewID().String()
	post(held, "En attente", true)
	post(held, "En attente", true) // the version moved: it is known all the same
	if got := texts(); !strings.HasSuffix(got, "Sans nom|En attente") || ask[int](d, "select version from reports where id = $1", r.ID) != 3 {
		t.Errorf("after two taps that move the report: %q", got)
	}
}

func TestTwoWhoWriteAtOnceKeepBothInOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	first := d.as("a.diallo").claim(r)
	d.clock.Add(14 * time.Minute)
	first.open("/file")
	d.clock.Add(2 * time.Minute) // nobody holds it open
	second := d.as("c.martin").open(path(r)).want(200, "")
	version := second.doc.Find(composing+" [name=version]").AttrOr("value", "")
	var wait sync.WaitGroup
	const each = 8
	failed := make(chan string, 2*each)
	for _, b := range []*browser{first, second} {
		for i := range each {
			wait.Go(func() {
				form := url.Values{"message": {report.NewID().String()}, "version": {version}, "text": {fmt.Sprintf("%s-%d", b.token[:4], i)}}
				request, err := http.NewRequest(http.MethodPost, b.base+path(r)+"/messages", strings.NewReader(form.Encode()))
				if err != nil {
					failed <- err.Error()
					return
				}
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				request.Header.Set("X-Recueil-Send", "1")
				answer, err := b.client.Do(request)
				if err != nil {
					failed <- err.Error()
					return
				}
				answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					failed <- answer.Status
				}
			})
		}
	}
	wait.Wait()
	close(failed)
	for why := range failed {
		t.Error(why)
	}
	if got := d.mailbox(r); len(got) != 2*each {
		t.Errorf("%d messages are stored, want %d", len(got), 2*each)
	}
	if got := ask[string](d, "select min(sequence) || ' ' || max(sequence) from messages"); got != fmt.Sprintf("1 %d", 2*each) {
		t.Errorf("their places are %s", got)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'message.send'"); n != 2*each {
		t.Errorf("%d are audited", n)
	}
}

func TestWordsOfTheReportArePointedOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young()) // of Léa, in the Nord
	b := d.as("a.diallo").claim(r)
	text := "Bonjour, est-ce que LEA va bien ?"
	b.submit(composing, url.Values{"text": {text}, "asks": {"1"}}).want(http.StatusUnprocessableEntity, "")
	if got := b.text(".named mark"); got != "LEA" || b.doc.Find(".named").Text() != text {
		t.Fatalf("%q is marked in %q", got, b.doc.Find(".named").Text())
	}
	if got := strings.TrimPrefix(b.doc.Find("#text").Text(), "\n"); got != text || b.doc.Find("#asks[checked]").Length() != 1 {
		t.Errorf("what was typed is %q", got)
	}
	if len(d.mailbox(r)) != 0 {
		t.Fatal("it was sent all the same")
	}
	// The same button once more asks again; other words want another look.
	b.submit(composing, nil).want(http.StatusUnprocessableEntity, "")
	b.submit(composing, url.Values{"anyway": {"1"}, "text": {text + " Et Nina ?"}}).want(200, path(r))
	if got := d.mailbox(r); len(got) != 1 || got[0].Text != text+" Et Nina ?" {
		t.Fatalf("what is sent anyway is %+v", got)
	}
	d.answer(r, report.Added{Contact: "nina.b@exemple.invalid"})
	b.open(path(r)).submit(composing, url.Values{"text": {text}}).want(http.StatusUnprocessableEntity, "")
	b.submit(composing, url.Values{"anyway": {"1"}, "text": {"Léa ou Nina ?"}}).want(http.StatusUnprocessableEntity, "")
	if got := b.texts(".named mark"); !slices.Equal(got, []string{"Léa", "Nina"}) {
		t.Errorf("a word that was not shown yet is sent: %q", got)
	}
	b.open(path(r)).send("Bonjour, tout va bien ?", nil)
}

func TestAReadyTextIsPutInBesideWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	for want, answers := range map[string]report.Answers{"t’appeler sans risque": young(), "vous appeler sans risque": within24h()} {
		b.claim(d.receive(time.Hour, answers))
		version := b.doc.Find(composing+" [name=message]").AttrOr("value", "")
		b.submit(composing, url.Values{"text": {"Bonjour.\r\n"}, "canned": {"call"}, "insert": {"1"}}).want(200, "")
		got := strings.TrimPrefix(b.doc.Find("#text").Text(), "\n")
		if !strings.HasPrefix(got, "Bonjour.\n\n") || !strings.Contains(got, want) || b.doc.Find(".composer[open] #asks[checked]").Length() != 1 || b.doc.Find("#files[checked]").Length() != 0 {
			t.Errorf("the composer holds %q", got)
		}
		if b.doc.Find(composing+" [name=message]").AttrOr("value", "") != version || b.doc.Find("#canned option[selected]").AttrOr("value", "") != "call" {
			t.Error("the page became another message")
		}
		b.submit(composing, url.Values{"canned": {"<b>"}, "insert": {"1"}}).want(200, "")
		if again := strings.TrimPrefix(b.doc.Find("#text").Text(), "\n"); again != got {
			t.Errorf("a choice that is none made it %q", again)
		}
	}
	if n := ask[int](d, "select count(*) from messages"); n != 0 {
		t.Errorf("putting in a text sent %d messages", n)
	}
}

func TestAReportWaitsForTheAnswerOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").open(path(r))
	if b.doc.Find(composing).Length() != 0 || !strings.Contains(b.text("#conversation"), "prenez d’abord le dossier en charge") {
		t.Errorf("before it is claimed the section says %q", b.text("#conversation"))
	}
	b.post(path(r)+"/messages", url.Values{"version": {"1"}, "text": {"Bonjour"}}).want(http.StatusConflict, "")
	b.claim(r).send("Une question", url.Values{"hold": {"1"}})
	if got := ask[string](d, "select status || version || (lease_holder is null)::text from reports"); got != "awaiting_information3true" {
		t.Errorf("the row says %s", got)
	}
	if got := d.mailbox(r); !got[0].Asks {
		t.Error("it waits for an answer that was not asked for")
	}
	if !strings.Contains(b.text(".state"), "en attente d’information") || b.doc.Find("#hold").Length() != 0 {
		t.Errorf("the state is %q", b.text(".state"))
	}
	b.post(path(r)+"/messages", url.Values{"version": {"3"}, "text": {"Encore"}, "hold": {"1"}}).want(http.StatusConflict, "")
	b.open(path(r)).send("Et aussi", nil)
	b.claim(r) // the answer came, or the wait is over
	if got := ask[string](d, "select status from reports"); got != "in_triage" {
		t.Errorf("taken up again it is %s", got)
	}
}

func TestWritingMeetsWhatAnotherDidMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	first := d.as("a.diallo").claim(r)
	d.clock.Add(14 * time.Minute)
	first.open(path(r))
	d.clock.Add(2 * time.Minute)
	second := d.as("c.martin").claim(r)
	first.submit(composing, url.Values{"text": {question}}).want(http.StatusConflict, "")
	if got := first.doc.Find("#conversation .kept").Text(); !strings.Contains(got, question) || !strings.Contains(got, "Camille Martin a ce dossier ouvert") {
		t.Errorf("what the first typed is %q", got)
	}
	tab := second.open(path(r)).doc.Find(composing+" [name=version]").AttrOr("value", "")
	second.submit("form.closing", url.Values{"qualification": {"immediate_help"}, "reason": {motive}}).want(200, "/file")
	second.post(path(r)+"/messages", url.Values{"version": {tab}, "text": {question}, "asks": {"1"}}).want(http.StatusConflict, "")
	if got := strings.TrimPrefix(second.doc.Find("#text").Text(), "\n"); got != question || second.doc.Find("#asks[checked]").Length() != 1 || !strings.Contains(second.text(".state"), "clos") {
		t.Errorf("the second tab holds %q of a report that is %q", got, second.text(".state"))
	}
	second.submit(composing, nil).want(200, path(r)) // sending again is a choice
	if got := d.mailbox(r); len(got) != 1 || got[0].Text != question {
		t.Errorf("the mailbox holds %+v", got)
	}
}

func TestASessionThatEndsKeepsTheMessage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(r)
	for _, button := range []bool{false, true} {
		b.open(path(r)).want(200, "")
		d.clock.Add(16 * time.Minute)
		form := url.Values{"text": {question}, "asks": {"1"}}
		if button {
			again := b.doc.Find(composing+" [formaction$=reconnexion]").AttrOr("formaction", "")
			form.Set("version", b.doc.Find(composing+" [name=version]").AttrOr("value", ""))
			b.post(again, form).want(200, "")
		} else {
			b.submit(composing, form).want(http.StatusUnauthorized, "")
		}
		b.logIn("a.diallo", passphrase).want(200, path(r)+"?texte=garde")
		if got := strings.TrimPrefix(b.doc.Find("#text").Text(), "\n"); got != question || b.doc.Find(".composer[open] #asks[checked]").Length() != 1 || b.doc.Find(".kept").Length() != 0 {
			t.Errorf("after the log-in the message is %q", got)
		}
	}
	b.submit(composing, nil).want(200, path(r))
	if got := d.mailbox(r); len(got) != 1 || got[0].Text != question || !got[0].Asks {
		t.Errorf("the mailbox holds %+v", got)
	}
}

func TestWhoMayNotWriteSendsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	other := d.receive(time.Hour, young())
	d.as("a.diallo").claim(r)
	d.exec("update report_grants set team_id = 'suivi' where report_id = $1", other.ID)
	form := url.Values{"version": {"2"}, "text": {question}}
	for login, status := range map[string]int{"s.leroy": 403, "j.moreau": 403, "k.petit": 403, "p.blanc": 403} {
		d.as(login).post(path(r)+"/messages", form).want(status, "")
	}
	d.browser().post(path(r)+"/messages", form).want(401, "")
	b := d.as("a.diallo")
	for _, address := range []string{path(other), "/dossiers/" + report.NewID().String(), "/dossiers/x"} {
		b.post(address+"/messages", form).want(404, "")
	}
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.post(path(r)+"/messages", form).want(403, "")
	if n := ask[int](d, "select count(*) from messages"); n != 0 {
		t.Errorf("%d messages are stored", n)
	}
}
