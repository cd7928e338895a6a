package pages_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

// An ear is a screen that listens.
type ear struct {
	t      *testing.T
	status int
	events chan heard
	stop   context.CancelFunc
}

type heard struct {
	name, id, data string
	arrivals       []struct{ Kind, Report, ID string }
}

// listen opens a stream as the script of a page does; from is the mark of the last
// event that it had, if any.
func (b *browser) listen(address, from string) *ear {
	b.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	b.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if from != "" {
		r.Header.Set("Last-Event-ID", from)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	e := &ear{b.t, answer.StatusCode, make(chan heard, 100), stop}
	go func() {
		defer close(e.events)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		var h heard
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				h.name = value
			case "id":
				h.id = value
			case "data":
				h.data = value
			case "":
				if h.name != "" {
					var data struct {
						Arrivals []struct{ Kind, Report, ID string }
					}
					_ = json.Unmarshal([]byte(h.data), &data)
					h.arrivals = data.Arrivals
					e.events <- h
				}
				h = heard{}
			}
		}
	}()
	return e
}

// hear waits for what arrives; a closed stream is an event without a name.
func (e *ear) hear(within time.Duration) heard {
	e.t.Helper()
	for {
		select {
		case h := <-e.events:
			if h.name != "pulse" {
				return h
			}
		case <-time.After(within):
			e.t.Fatalf("nothing was heard within %s", within)
		}
	}
}

func (e *ear) silent(during time.Duration) {
	e.t.Helper()
	until := time.After(during)
	for {
		select {
		case h, open := <-e.events:
			if open && h.name == "pulse" {
				continue
			}
			e.t.Fatalf("something was heard: %q %q", h.name, h.data)
		case <-until:
			return
		}
	}
}

func (b *browser) liveURL() string {
	b.t.Helper()
	address, ok := b.doc.Find("[data-live-url]").Attr("data-live-url")
	if !ok {
		b.t.Fatalf("%s listens to nothing", b.at)
	}
	return address
}

const soon = 2 * time.Second // UX point 49

func TestWhatArrivesIsToldWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	known := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(known)
	page := b.listen(b.liveURL(), "")
	queue := b.open("/file").listen(b.liveURL(), "")
	for _, e := range []*ear{page, queue} {
		if e.status != http.StatusOK {
			t.Fatalf("listening answers %d", e.status)
		}
	}
	r := d.receive(0, now())
	got := queue.hear(soon)
	if len(got.arrivals) != 1 || got.arrivals[0] != (struct{ Kind, Report, ID string }{"report", r.ID.String(), r.ID.String()}) {
		t.Fatalf("of a report is told %+v", got)
	}
	if want := `{"arrivals":[{"kind":"report","report":"` + r.ID.String() + `","id":"` + r.ID.String() + `"}]}`; got.data != want {
		t.Errorf("the event is %s, want ids alone: %s", got.data, want)
	}
	added := d.answer(known, report.Added{Text: "encore"})
	for _, e := range []*ear{page, queue} {
		if got := e.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].Kind != "addition" || got.arrivals[0].ID != added.String() || got.arrivals[0].Report != known.ID.String() {
			t.Errorf("of an addition is told %+v", got)
		}
	}
	b.open(path(known)).send("Bonjour", nil)
	for _, e := range []*ear{page, queue} {
		if got := e.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].Kind != "message" || got.arrivals[0].Report != known.ID.String() {
			t.Errorf("of a message is told %+v", got)
		}
	}
	page.silent(1500 * time.Millisecond) // the report beside it was none of its own
	b.open(b.open(path(known)).doc.Find("[data-arrivals-url]").AttrOr("data-arrivals-url", "")).want(200, "")
	if strings.TrimSpace(b.body) != `{"count":0}` {
		t.Errorf("who cannot listen is told %s", b.body)
	}
}

// Nobody is told of what his page shows already, his own message least of all, though
// the turn that the others hear of it by comes after his page.
func TestWhatThePageShowsIsNotTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	known := d.receive(time.Hour, young())
	b := d.as("a.diallo").claim(known)
	other := b.listen(b.liveURL(), "")
	for range 3 {
		b.open(path(known)).send("Bonjour", nil)
		own := b.listen(b.open(path(known)).liveURL(), "")
		if got := other.hear(soon); len(got.arrivals) != 1 {
			t.Errorf("a screen that was open is told %+v", got)
		}
		own.silent(1500 * time.Millisecond)
		own.stop()
	}
}

func TestALateCommitIsToldAndABreakMissesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/file")
	first := b.listen(b.liveURL(), "")
	ctx := context.Background()
	slow, err := d.db.Owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	late := newReport(night, within24h())
	e := d.seal(late)
	if _, err = slow.Exec(ctx, `insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at) values ($1, $2, $3, $4, 'web', $5, $6)`,
		e.ID, e.Reference, e.ReceiptLookup[:], e.ReceivedAt, e.Urgency, e.DueAt); err != nil {
		t.Fatal(err)
	}
	if _, err = slow.Exec(ctx, `insert into report_grants (report_id, team_id, epoch, body) values ($1, $2, $3, $4)`, e.ID, e.TeamID, e.Epoch, e.Body); err != nil {
		t.Fatal(err)
	}
	quick := d.receive(0, within24h())
	got := first.hear(soon)
	if len(got.arrivals) != 1 || got.arrivals[0].ID != quick.ID.String() || got.id == "" {
		t.Fatalf("first comes %+v", got)
	}
	time.Sleep(1200 * time.Millisecond) // a turn goes by over the open transaction
	if err := slow.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if got = first.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].ID != late.ID.String() {
		t.Fatalf("after the late commit comes %+v", got)
	}
	first.stop()
	missed := d.receive(0, within24h())
	again := b.listen(b.liveURL(), got.id)
	if got = again.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].ID != missed.ID.String() {
		t.Errorf("after the break comes %+v, want what was missed alone", got)
	}
	// Another server on the same database knows as much.
	elsewhere := *b
	elsewhere.base = d.start().URL
	other := elsewhere.listen(b.liveURL(), got.id)
	next := d.receive(0, now())
	for _, e := range []*ear{again, other} {
		if got := e.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].ID != next.ID.String() {
			t.Errorf("then comes %+v", got)
		}
	}
	for _, broken := range []string{"", "1:2", "x", "1:1:;drop", "5:3:", "::", strings.Repeat("1", 5000) + "::"} {
		if e := b.listen("/file/direct?depuis="+url.QueryEscape(broken), ""); e.status != http.StatusBadRequest {
			t.Errorf("the mark %.20q answers %d", broken, e.status)
		}
	}
	if e := b.listen(b.liveURL()+"&dossier=x", ""); e.status != http.StatusBadRequest {
		t.Errorf("a report that is none answers %d", e.status)
	}
}

func TestNobodyHearsOfWhatHeMayNotRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/file")
	address := b.liveURL()
	for login, want := range map[string]int{"j.moreau": 403, "k.petit": 403, "p.blanc": 403} {
		if e := d.as(login).listen(address, ""); e.status != want {
			t.Errorf("%s is answered %d, want %d", login, e.status, want)
		}
	}
	if e := d.browser().listen(address, ""); e.status != http.StatusUnauthorized {
		t.Errorf("nobody is answered %d", e.status)
	}
	keyless := d.as("n.roche").listen(address, "")
	mine, withdrawn := b.listen(address, ""), d.as("s.leroy").listen(address, "")
	other := newReport(night, young())
	e := d.seal(other)
	e.TeamID = "suivi"
	d.accept(e)
	keyless.silent(1500 * time.Millisecond)
	mine.silent(10 * time.Millisecond)
	if e := b.listen(address, ""); true {
		e.silent(300 * time.Millisecond) // nor when it asks for what was missed
	}
	d.exec("delete from team_key_wraps where staff_id = $1", d.staffID("s.leroy"))
	time.Sleep(1200 * time.Millisecond)
	r := d.receive(0, now())
	if got := mine.hear(soon); got.arrivals[0].ID != r.ID.String() {
		t.Errorf("who may read hears %+v", got)
	}
	withdrawn.silent(1500 * time.Millisecond)
	keyless.silent(10 * time.Millisecond)
}

func TestAStreamEndsWithTheSessionAndExtendsNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	over := func(e *ear, what string) {
		t.Helper()
		if got := e.hear(3 * time.Second); got.name != "over" || got.data != "session" {
			t.Errorf("%s: %+v", what, got)
		}
		if got := e.hear(time.Second); got.name != "" {
			t.Errorf("%s: it goes on with %+v", what, got)
		}
	}
	b := d.as("a.diallo").open("/file")
	e := b.listen(b.liveURL(), "")
	b.post("/deconnexion", nil).want(200, "/connexion?fait=deconnexion")
	over(e, "after logging out")

	b = d.as("a.diallo").open("/file")
	seen := ask[time.Time](d, "select last_seen_at from sessions")
	d.clock.Add(10 * time.Minute)
	e = b.listen(b.liveURL(), "")
	if got := ask[time.Time](d, "select last_seen_at from sessions"); !got.Equal(seen) {
		t.Errorf("listening counts as being there: %s", got)
	}
	d.clock.Add(6 * time.Minute)
	over(e, "after nobody was there")
	if e := b.listen(b.liveURL(), ""); e.status != http.StatusUnauthorized {
		t.Errorf("a locked session listens: %d", e.status)
	}

	b = d.as("c.martin").open("/file")
	e = b.listen(b.liveURL(), "")
	d.exec("update staff set disabled_at = $1 where login = 'c.martin'", d.clock.Now())
	over(e, "of a disabled account")
}

func TestOneMemberListensOnFewScreens(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo").open("/file")
	var ears []*ear
	for range 5 {
		ears = append(ears, b.listen(b.liveURL(), ""))
	}
	if got := ears[0].hear(soon); got.name != "over" || got.data != "elsewhere" {
		t.Errorf("the oldest hears %+v", got)
	}
	r := d.receive(0, now())
	for i, e := range ears[1:] {
		if got := e.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].ID != r.ID.String() {
			t.Errorf("screen %d hears %+v", i+1, got)
		}
	}
}

// The limits of the server are for answers that end; its end is for all.
func TestAStreamOutlastsTheLimitsOfTheServerAndNotItsEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	server := httptest.NewUnstartedServer(d.office)
	server.Config.ReadTimeout, server.Config.WriteTimeout = time.Second, time.Second
	server.Config.RegisterOnShutdown(d.office.EndStreams)
	server.StartTLS()
	t.Cleanup(server.Close)
	b := d.as("a.diallo").open("/file")
	address := b.liveURL()
	b.base = server.URL
	e := b.listen(address, "")
	time.Sleep(2500 * time.Millisecond)
	r := d.receive(0, now())
	if got := e.hear(soon); len(got.arrivals) != 1 || got.arrivals[0].ID != r.ID.String() {
		t.Errorf("after the limits is heard %+v", got)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := server.Config.Shutdown(ctx); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("stopping took %s: %v", time.Since(began), err)
	}
	if got := e.hear(time.Second); got.name != "" {
		t.Errorf("at the end is heard %+v", got)
	}
	b.base = d.server.URL
	if e := b.listen(address, ""); e.status != http.StatusServiceUnavailable {
		t.Errorf("a process that ends answers %d", e.status)
	}
}
