package intake_test

import (
	"html/template"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// Every state of the case is one of a few sentences, and none says what was done.
func TestEveryStateHasItsSentence(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	for status, state := range map[string]string{"received": "received", "in_triage": "read", "qualified": "read", "awaiting_validation": "read", "reopened": "read", "merged": "read",
		"awaiting_information": "waiting", "transmitted": "acted", "acknowledged": "acted", "feedback_received": "acted", "closed": "closed", "archived": "closed", "purged": "closed"} {
		s.exec("update reports set status = $2 where id = $1", r.ID, status)
		b.open("/b/1").want(200, "/b/1")
		if got := b.doc.Find(".state .lead").Text(); got != s.words("page.box.state."+state) {
			t.Errorf("%s is told as %q", status, got)
		}
		if got := strings.Contains(b.text(".state"), "L’équipe lit"); got == (state == "closed") {
			t.Errorf("%s: when it is read is told: %v", status, got)
		}
	}
	s.clock.Add(8 * time.Hour) // the night
	s.enter(r.code.Reveal(), "")
	s.exec("update reports set status = 'received' where id = $1", r.ID)
	night := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	if got := night.text(".state"); !strings.Contains(got, "L’équipe lit de nouveau les messages") {
		t.Errorf("at night the page says %q", got)
	}
	var states int
	if err := s.db.Owner.QueryRow(t.Context(), `select count(*) from regexp_matches((select pg_get_constraintdef(oid) from pg_constraint where conname = 'reports_status_check'), '''([a-z_]+)''::text', 'g')`).Scan(&states); err != nil || states != 13 {
		t.Errorf("the database knows %d states, this test 13: %v", states, err)
	}
}

func TestMessagesOutOfPlaceAreNotShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, other := s.reported("relative", ""), s.reported("relative", "")
	s.writes(r, 1, reply.Message{Text: "premier message"})
	s.writes(r, 2, reply.Message{Text: "deuxième message"})
	s.writes(r, 3, reply.Message{Text: "troisième message"})
	s.writes(other, 1, reply.Message{Text: "message pour un autre", Asks: true})
	const damaged = ".message .notice.is-warning"
	show := func(name, change string, shown ...string) {
		t.Helper()
		s.exec("create temporary table kept as select * from messages")
		s.exec(change)
		b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
		texts := b.doc.Find(".told").Map(func(_ int, m *goquery.Selection) string { return m.Text() })
		if strings.Join(texts, "|") != strings.Join(shown, "|") || b.doc.Find(damaged).Length() == 0 {
			t.Errorf("%s: shows %q and %d damaged", name, texts, b.doc.Find(damaged).Length())
		}
		if strings.Contains(b.body, "pour un autre") {
			t.Errorf("%s: another's message is shown", name)
		}
		s.exec("delete from messages")
		s.exec("insert into messages (id, report_id, sequence, author, body, sent_at, delivered_at, read_at) select id, report_id, sequence, author, body, sent_at, delivered_at, read_at from kept")
		s.exec("drop table kept")
	}
	of := func(n string) string {
		return "(select id from messages where report_id = '" + r.ID.String() + "' and sequence = " + n + ")"
	}
	show("a foreign body", "update messages set body = (select body from messages where report_id = '"+other.ID.String()+"') where id = "+of("2"), "premier message", "troisième message")
	show("swapped bodies", "update messages m set body = n.body from messages n where m.report_id = '"+r.ID.String()+"' and n.report_id = m.report_id and n.sequence = 3 - m.sequence and m.sequence < 3", "troisième message")
	show("another order", "update messages set sequence = case sequence when 1 then 102 when 2 then 101 else sequence end where report_id = '"+r.ID.String()+"'", "troisième message")
	show("one taken away", "delete from messages where id = "+of("2"), "premier message", "troisième message")
	show("a row moved over", "update messages set report_id = '"+r.ID.String()+"', sequence = 4 where report_id = '"+other.ID.String()+"'", "premier message", "deuxième message", "troisième message")
	show("a byte changed", "update messages set body = set_byte(body, 60, get_byte(body, 60) # 1) where id = "+of("3"), "premier message", "deuxième message")
	s.quiet("premier message", "pour un autre")
}

func TestBadInputOfTheMailbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r, other := s.reported("relative", ""), s.reported("relative", "")
	mine := "answer-" + s.writes(r, 1, reply.Message{Text: "Une question ?", Asks: true}).String()
	theirs := "answer-" + s.writes(other, 1, reply.Message{Text: "Une autre ?", Asks: true}).String()
	long := strings.Repeat("é", 50_001)
	for name, c := range map[string]struct {
		change url.Values
		key    string // of the words beside it
		kept   string
	}{
		"too long":                    {url.Values{"text": {long}, "_send": {"text"}}, "problem.too_long", long},
		"invalid UTF-8":               {url.Values{"text": {"ab\xffcd"}, "_send": {"text"}}, "problem.invalid_utf8", "ab\uFFFDcd"},
		"nothing":                     {url.Values{"text": {" \r\n "}, "_send": {"text"}}, "page.box.empty", " \n "},
		"a forged page":               {url.Values{"_box": {"AAAA"}, "text": {marker}, "_send": {"text"}}, "error.forged_form.text", marker},
		"no page":                     {url.Values{"_box": nil, "text": {marker}, "_send": {"text"}}, "error.forged_form.text", marker},
		"a message of another report": {url.Values{theirs: {marker}, "text": {""}, "_send": {theirs}}, "error.forged_form.text", marker},
		"no message at all":           {url.Values{"answer-" + report.NewID().String(): nil, "_send": {"answer-" + report.NewID().String()}}, "error.forged_form.text", ""},
	} {
		b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
		action, form := b.fields()
		for input, given := range c.change {
			form[input] = given
		}
		b.post(action, form).want(422, "/b/1")
		if b.method != "GET" || !strings.Contains(b.body, template.HTMLEscapeString(strings.SplitN(s.words(c.key, "Max", 50_000), ".", 2)[0])) {
			t.Errorf("%s: %s says %s", name, b.method, b.text(".error-summary, .notice"))
		}
		if _, form := b.fields(); form.Get("text") != c.kept && form.Get("text") != "\n"+c.kept {
			t.Errorf("%s: the text is shown as %.40q", name, form.Get("text"))
		}
		if b.doc.Find(".error-summary").Length() > 0 && !strings.HasPrefix(b.doc.Find("title").Text(), "Erreur") {
			t.Errorf("%s: the title is %q", name, b.doc.Find("title").Text())
		}
	}
	b := s.enter(r.code.Reveal(), "")
	b.fill(url.Values{mine: {"un\x00deux\r\ntrois\tquatre"}, "_send": {mine}}).want(200, "/b/1?s=1")
	if added := s.added(); len(added) != 1 || added[0].Added.Text != "un\uFFFDdeux\ntrois\tquatre" {
		t.Errorf("%d additions", len(added))
	}
	// A page of another mailbox, in the same browser: what is on it goes nowhere.
	_, foreign := s.enter(other.code.Reveal(), "").fields()
	action, form := b.fields()
	form.Set("_box", foreign.Get("_box"))
	form.Set("text", marker)
	form.Set("_send", "text")
	b.post(action, form).want(422, "/b/1")
	if n := len(s.added()); n != 1 {
		t.Errorf("%d additions", n)
	}
	s.quiet(marker)
}

func TestBeingReached(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	for _, c := range []struct {
		name   string
		change url.Values
		at     string // of the problem
		leave  bool
	}{
		{"nothing chosen", url.Values{}, "wish", false},
		{"a wish that is none", url.Values{"wish": {"close_it"}}, "wish", false},
		{"two wishes", url.Values{"wish": {"call_back", "no_contact"}}, "wish", false},
		{"no number", url.Values{"wish": {"other_way"}, "contact.channel": {"phone"}}, "contact.value", false},
		{"a number that is none", url.Values{"wish": {"call_back"}, "contact.channel": {"sms"}, "contact.value": {"12"}}, "contact.value", true},
		{"an address that is none", url.Values{"wish": {"other_way"}, "contact.channel": {"email"}, "contact.value": {"nom chez exemple"}}, "contact.value", true},
		{"a channel of the form", url.Values{"wish": {"call_back"}, "contact.channel": {"mailbox"}, "contact.value": {"x"}}, "contact.channel", false},
		{"too long", url.Values{"wish": {"other_way"}, "contact.value": {strings.Repeat("0", 201)}}, "contact.value", false},
		{"invalid UTF-8", url.Values{"wish": {"other_way"}, "contact.value": {"06 39 98 00 11\xff"}}, "contact.value", false},
	} {
		action, form := b.open("/b/2").want(200, "/b/2").fields()
		for _, input := range []string{"wish", "contact.channel", "contact.value", "contact.safe_hours"} {
			form[input] = c.change[input]
		}
		b.post(action, form).want(422, "/b/2")
		if got := b.doc.Find(".error-summary a").AttrOr("href", ""); !strings.HasPrefix(got, "#"+strings.ReplaceAll(c.at, ".", "-")) || b.doc.Find(got).Length() != 1 {
			t.Errorf("%s: the summary leads to %q", c.name, got)
		}
		if (b.doc.Find("button[name=_skip]").Length() == 1) != c.leave {
			t.Errorf("%s: sending it as it is is offered: %v", c.name, !c.leave)
		}
	}
	if len(s.added()) != 0 {
		t.Fatal("something was sent")
	}
	b.open("/b/2?w=2").want(200, "/b/2?w=2")
	b.fill(url.Values{"wish": {"call_back"}, "contact.channel": {"phone"}, "contact.value": {"12"}, "contact.safe_hours": {"après 17 h"}}).want(422, "/b/2")
	b.fill(url.Values{"_skip": {"1"}}).want(200, "/b/1?s=1")
	s.clock.Add(time.Minute)
	b.open("/b/2?w=3").fill(url.Values{"contact.value": {"06 39 98 00 11"}, "contact.channel": {"sms"}}).want(200, "/b/1?s=1")
	s.clock.Add(time.Minute)
	b.open("/b/2").fill(url.Values{"wish": {"other_way"}, "contact.channel": {"sms"}, "contact.value": {"06 39 98 00 11"}}).want(200, "/b/1?s=1")
	want := []report.Added{
		{Wish: report.WishCallBack, Channel: report.ContactChannelPhone, Contact: "12", Hours: "après 17 h"},
		{Wish: report.WishNoContact}, // what the page had hidden by then is not sent
		{Channel: report.ContactChannelSms, Contact: "06 39 98 00 11"},
	}
	added := s.added()
	if len(added) != len(want) {
		t.Fatalf("%d additions", len(added))
	}
	for i, a := range added {
		if *a.Added != want[i] {
			t.Errorf("%d: %+v", i, *a.Added)
		}
	}
	var urgency int
	var status string
	if err := s.db.Owner.QueryRow(t.Context(), "select urgency, status from reports where id = $1", r.ID).Scan(&urgency, &status); err != nil || urgency != int(r.Urgency) || status != "received" {
		t.Errorf("urgency %d, %s: %v", urgency, status, err)
	}
}

func TestStaffHearOfReadingOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	s.writes(r, 1, reply.Message{Text: "Une nouvelle."})
	read := func() (delivered, read int) {
		if err := s.db.Owner.QueryRow(t.Context(), "select count(delivered_at), count(read_at) from messages").Scan(&delivered, &read); err != nil {
			t.Fatal(err)
		}
		return delivered, read
	}
	if d, n := read(); d != 0 || n != 0 {
		t.Fatalf("%d delivered, %d read", d, n)
	}
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	b.fill(url.Values{"text": {"merci"}, "_send": {"text"}})
	if d, n := read(); d != 1 || n != 0 {
		t.Errorf("%d delivered, %d read", d, n)
	}
	b.open("/b/1").fill(url.Values{"_send": {"read"}}).want(200, "/b/1")
	if d, n := read(); d != 1 || n != 1 || b.doc.Find("[value=read]").Length() != 0 || !strings.Contains(b.text("main"), "L’équipe sait que vous avez lu.") {
		t.Errorf("%d delivered, %d read: %s", d, n, b.text("main"))
	}
	s.enter(seal.NewCode().Reveal(), "").want(422, "/b")
}
