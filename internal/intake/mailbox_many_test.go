package intake_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// Ten thousand conversations of three messages each: one mailbox is as quick as ever.
func TestTenThousandConversations(t *testing.T) {
	const conversations = 10_000
	s := newSite(t)
	author, now := s.author(), s.clock.Now()
	codes, ids := make([]seal.Code, conversations), make([]report.ID, conversations)
	var reports, messages [][]any
	for n := range conversations {
		codes[n], ids[n] = seal.NewCode(), report.NewID()
		lookup := codes[n].Lookup()
		reports = append(reports, []any{ids[n], seal.NewReference(), lookup[:], now, "web", int16(2), now, "main"})
		for sequence := 1; sequence <= 3; sequence++ {
			at := reply.MessagePlace{Report: ids[n], ID: report.NewID(), Sequence: sequence}
			body, err := reply.SealMessage(codes[n].ReplyKey(), at, reply.Message{Text: fmt.Sprint("Conversation ", n, ", message ", sequence), Asks: true})
			if err != nil {
				t.Fatal(err)
			}
			messages = append(messages, []any{at.ID, ids[n], int32(sequence), author, body, now})
		}
	}
	columns := []string{"id", "reference", "receipt_lookup", "received_at", "channel", "urgency", "due_at", "lane"}
	if _, err := s.db.Owner.CopyFrom(t.Context(), pgx.Identifier{"reports"}, columns, pgx.CopyFromRows(reports)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Owner.CopyFrom(t.Context(), pgx.Identifier{"messages"}, []string{"id", "report_id", "sequence", "author", "body", "sent_at"}, pgx.CopyFromRows(messages)); err != nil {
		t.Fatal(err)
	}
	s.exec("analyze reports, messages")
	var shown, sent []time.Duration
	for n := range 40 {
		which := n * conversations / 40
		b := s.enter(codes[which].Reveal(), "").want(200, "/b/1")
		for range 5 {
			start := time.Now()
			b.open("/b/1").want(200, "/b/1")
			shown = append(shown, time.Since(start))
		}
		if got := b.text(".told"); !strings.Contains(got, fmt.Sprint("Conversation ", which, ", message 3")) {
			t.Fatalf("shown: %s", got)
		}
		action, form := b.fields()
		form.Set("text", fmt.Sprint("réponse ", n))
		form.Set("_send", "text")
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		start := time.Now()
		b.post(action, form).want(303, "/b/1")
		sent = append(sent, time.Since(start))
		s.clock.Add(7 * time.Second)
	}
	slices.Sort(shown)
	slices.Sort(sent)
	p95 := func(d []time.Duration) time.Duration { return d[len(d)*95/100].Round(100 * time.Microsecond) }
	t.Logf("%d conversations: the mailbox p50 %s, p95 %s; an answer sent p50 %s, p95 %s", conversations,
		shown[len(shown)/2].Round(100*time.Microsecond), p95(shown), sent[len(sent)/2].Round(100*time.Microsecond), p95(sent))
	if n := len(s.added()); n != 40 {
		t.Errorf("%d answers arrived", n)
	}
	// What holds on any machine: each of the three functions finds its rows by an index.
	lookup := codes[77].Lookup()
	for _, query := range []string{
		"select r.id from reports r where r.receipt_lookup = $1 order by r.received_at limit 1",
		"select m.id from messages m join reports r on r.id = m.report_id where r.receipt_lookup = $1 order by m.report_id, m.sequence limit 500",
	} {
		rows, err := s.db.Owner.Query(t.Context(), "explain "+query, lookup[:])
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || strings.Contains(strings.Join(plan, "\n"), "Seq Scan") {
			t.Errorf("a whole table is read: %v\n%s", err, strings.Join(plan, "\n"))
		}
	}
	if d := p95(shown); d > 50*time.Millisecond {
		t.Errorf("the mailbox takes %s", d)
	}
}
