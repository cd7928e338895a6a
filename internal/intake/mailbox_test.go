package intake_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A sentReport is a report that was sent through the form, with its code.
type sentReport struct {
	report.Report
	code seal.Code
}

// reported sends a report by a door, with a word if one is given.
func (s *site) reported(door, word string) sentReport {
	s.t.Helper()
	b := s.browser().door(door)
	told := "situation.story"
	if door == "relative" {
		b.open("/e/13").fill(url.Values{"reporter.profile": {"neighbour"}})
		told = "situation.facts"
	}
	b.open("/e/2").fill(url.Values{told: {marker}, "_skip": {"1"}}).open("/v")
	b.want(200, "/v").fill(url.Values{"word": {word}}).want(200, "/r")
	code, err := seal.ParseCode(b.doc.Find("#code").Text())
	if err != nil {
		s.t.Fatal(err)
	}
	all := s.sent()
	for _, r := range all {
		if r.ReplyKey == code.ReplyKey() {
			return sentReport{r, code}
		}
	}
	s.t.Fatal("the report of the code is not there")
	return sentReport{}
}

// writes puts a message of staff on a report, as the back office does.
func (s *site) writes(r sentReport, sequence int, m reply.Message) report.ID {
	s.t.Helper()
	id := report.NewID()
	sealed, err := reply.SealMessage(r.ReplyKey, reply.MessagePlace{Report: r.ID, ID: id, Sequence: sequence}, m)
	if err != nil {
		s.t.Fatal(err)
	}
	s.exec("insert into messages (id, report_id, sequence, author, body, sent_at) values ($1, $2, $3, $4, $5, $6)", id, r.ID, sequence, s.author(), sealed, s.clock.Now())
	return id
}

func (s *site) exec(query string, arguments ...any) {
	s.t.Helper()
	if _, err := s.db.Owner.Exec(context.Background(), query, arguments...); err != nil {
		s.t.Fatal(err)
	}
}

// author is a member of staff.
func (s *site) author() report.ID {
	s.t.Helper()
	id := report.ID{15: 1}
	s.exec(`insert into staff (id, login, display_name, role, recipient, sealed_identity)
		values ($1, 'ecoutante', 'Écoutante', 'agent', 'age1none', convert_to(E'age-encryption.org/v1\n', 'UTF8')) on conflict do nothing`, id)
	return id
}

// enter opens the mailbox of a code.
func (s *site) enter(code, word string) *browser {
	s.t.Helper()
	return s.browser().open("/b").want(200, "/b").fill(url.Values{"code": {code}, "word": {word}})
}

// text is what the page says, blanks folded.
func (b *browser) text(selector string) string {
	return strings.Join(strings.Fields(b.doc.Find(selector).Text()), " ")
}

func TestMailboxOfACode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("relative", "")
	s.writes(r, 1, reply.Message{Text: "Bonjour,\nquand peut-on vous appeler ?", Asks: true})
	s.clock.Add(24 * time.Hour)
	s.writes(r, 2, reply.Message{Text: "Merci <b>beaucoup</b>. \u202eenvers"})
	b := s.enter(r.code.Reveal(), "").want(200, "/b/1")
	if got := b.text(".state .lead"); got != s.words("page.box.state.received") {
		t.Errorf("the state is %q", got)
	}
	if got := b.text(".message"); !strings.Contains(got, "quand peut-on vous appeler") || !strings.Contains(got, "<b>beaucoup</b>") {
		t.Errorf("the messages say %q", got)
	}
	if b.doc.Find(".message textarea").Length() != 1 || b.doc.Find(".message b").Length() != 0 {
		t.Error("not one answer box, or a message is read as HTML")
	}
	if strings.Contains(b.body, marker) || strings.Contains(b.body, r.code.Reveal()) {
		t.Error("the page shows the report or the code")
	}
	answer, _ := b.doc.Find(".message textarea").Attr("name")
	told := "Après 17 h 🌿 <script>alert(1)</script>\n" + strings.Repeat("é", 10_000)
	b.fill(url.Values{answer: {told}, "_send": {answer}}).want(200, "/b/1?s=1")
	if got := b.text(".notice.is-done"); !strings.Contains(got, "16 h") {
		t.Errorf("it says %q", got)
	}
	if strings.Contains(b.body, "17 h 🌿") {
		t.Error("what was sent is shown again")
	}
	added := s.added()
	if len(added) != 1 || added[0].Added == nil || added[0].Added.Text != told || added[0].Added.Message.String() != strings.TrimPrefix(answer, "answer-") || added[0].CaseKey.IsZero() || !added[0].ReplyKey.IsZero() {
		t.Errorf("added %d", len(added))
	}
	s.quiet(r.code.Reveal(), "17 h", strings.ReplaceAll(r.code.Reveal(), "-", ""))
}
