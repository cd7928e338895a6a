package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

func TestWhatDoesNotGoIsTriedAgainForAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, Step{After: 3, Medium: Email, Address: "un@exemple.fr"})
	h.set(n, func(s *Settings) {
		s.Reminders = Reminders{Address: "rappel@exemple.fr", Medium: Email, Pace: map[Kind]Pace{Overdue: Daily}, Hour: 8}
	})
	h.exec("insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at) values (gen_random_uuid(), 'ABCDEFGH', sha256('x'), $1, 'web', 2, $1)", night.Add(-time.Hour))
	h.inbox.fail = &Failure{Code: "unreachable", Err: errors.New("nobody there")}
	attempts := func() (n int) {
		if err := h.db.Owner.QueryRow(context.Background(), "select attempts from notices where kind = 'overdue'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	h.look(n)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{14 * time.Second, 1}, {time.Second, 2}, {29 * time.Second, 2}, {time.Second, 3}, {time.Minute, 4}, {2 * time.Minute, 5}, {5 * time.Minute, 6}, {10 * time.Minute, 7}} {
		h.pass(c.after)
		h.look(n)
		if got := attempts(); got != c.want {
			t.Errorf("after %s it was tried %d times, want %d", h.now.Sub(night), got, c.want)
		}
	}
	if got := n.Trouble().Failing; !slices.Equal(got, []Contact{{Email, "rappel@exemple.fr"}}) {
		t.Errorf("failing are %v", got)
	}
	h.pass(time.Hour)
	h.look(n)
	if got := states(h); !maps.Equal(got, map[string]int{failed: 1}) {
		t.Errorf("after an hour the notices are %v", got)
	}
	h.inbox.fail = nil
	h.pass(9 * time.Hour) // in the morning
	h.look(n)
	wantTold(t, h, "in the morning", "rappel@exemple.fr")
	if n.Trouble().Any() {
		t.Errorf("what goes again is still trouble: %+v", n.Trouble())
	}
}

// A process that cannot send by a medium leaves its notices to one that can.
func TestNoticeWaitsForWhoCanSendIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mute, able := h.process(func(c *Config) { c.Channels = nil }), h.process()
	h.ladder(able, Step{After: 3, Medium: Email, Address: "un@exemple.fr"})
	h.receive(0, "main")
	h.pass(3 * time.Minute)
	h.look(mute)
	wantTold(t, h, "by who cannot")
	h.look(able)
	wantTold(t, h, "by who can", "un@exemple.fr")
	h.pass(3 * time.Minute)
	h.look(mute)
	h.pass(2*time.Minute + time.Second)
	h.look(mute)
	if got := mute.Trouble().Failing; !slices.Equal(got, []Contact{{Email, "un@exemple.fr"}}) {
		t.Errorf("a notice that nobody can send is no trouble: %v", got)
	}
}

func TestRemindersComeOnceAnHourOrADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.set(n, func(s *Settings) {
		s.Reminders = Reminders{Address: "rappel@exemple.fr", Medium: Email, Hour: 8, Pace: map[Kind]Pace{Unopened: Hourly, Answers: Daily}}
	})
	id := h.receive(1, "main")
	h.exec(`insert into additions (id, report_id, team_id, epoch, body, received_at) values (gen_random_uuid(), $1, 'plateau', 1, convert_to('age-encryption.org/v1' || chr(10), 'UTF8'), $2)`, id, night)
	told := map[Kind]int{}
	for range 4 * 6 { // from a quarter past eleven in the evening to a quarter past three
		h.pass(10 * time.Minute)
		h.look(n)
		for _, notice := range h.inbox.got {
			told[notice.Kind]++
		}
		h.inbox.addresses()
	}
	if !maps.Equal(told, map[Kind]int{Unopened: 5, Answers: 1}) {
		t.Errorf("in four hours and five clock hours %v were told", told)
	}
}

func TestTestNoticeTellsAtOnceHowItWent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n, mute := h.process(), h.process(func(c *Config) { c.Channels = nil })
	if failure, err := n.Try(context.Background(), h.by, Email, "un@exemple.fr"); failure != nil || err != nil {
		t.Errorf("%v %v", failure, err)
	}
	wantTold(t, h, "at once", "un@exemple.fr")
	h.inbox.fail = &Failure{Code: "credentials", Err: errors.New("no")}
	if failure, err := n.Try(context.Background(), h.by, Email, "un@exemple.fr"); err != nil || failure == nil || failure.Code != "credentials" {
		t.Errorf("%v %v", failure, err)
	}
	if failure, err := mute.Try(context.Background(), h.by, Email, "un@exemple.fr"); err != nil || failure == nil || failure.Code != "unset" {
		t.Errorf("%v %v", failure, err)
	}
}

func TestTestNoticeWithoutItsLineIsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	if _, err := h.db.Owner.Exec(t.Context(), "alter table audit_events add check (action <> 'notice.tested')"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Try(t.Context(), h.by, Email, "un@exemple.fr"); err == nil {
		t.Error("a test that the trail does not know was sent")
	}
	var left int
	if err := h.db.Owner.QueryRow(t.Context(), "select count(*) from notices").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d notices wait: %v", left, err)
	}
}

func TestWhoSavesOverAnotherIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	mine, err := n.Settings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.ladder(n, steps...)
	if err := n.Save(context.Background(), h.by, mine); !errors.Is(err, ErrStale) {
		t.Errorf("%v, want ErrStale", err)
	}
	if now, err := n.Settings(context.Background()); err != nil || !slices.Equal(now.Steps, Ladder(steps)) {
		t.Errorf("%v %v", now, err)
	}
}

// Whoever writes the database could otherwise have the office knock at any door.
func TestNothingGoesToAHostThatTheSettingsDoNotName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	for _, planted := range []Notice{
		{Medium: Webhook, Address: "http://10.0.0.1/admin"},
		{Medium: Webhook, Address: "https://ailleurs.example/veille"},
		{Medium: Webhook, Address: "un@exemple.fr"},
		{Medium: Email, Address: "https://deux.example/veille"},
	} {
		planted.Kind, planted.Slot, planted.Count, planted.CreatedAt = Overdue, planted.Address, 1, night
		if err := put(context.Background(), h.db.Office, &planted); err != nil {
			t.Fatal(err)
		}
	}
	h.look(n)
	wantTold(t, h, "of what was planted")
	if got := states(h); !maps.Equal(got, map[string]int{failed: 4}) {
		t.Errorf("the planted notices are %v", got)
	}
}

func TestAReminderThatCannotBeCountedKeepsNoOtherBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process(func(c *Config) {
		counters := maps.Clone(c.Counters)
		for _, kind := range Kinds() {
			if kind != Answers {
				counters[kind] = func(context.Context, time.Time) (int, error) { return 0, errors.New("not today") }
			}
		}
		counters[Answers] = func(context.Context, time.Time) (int, error) { return 3, nil }
		c.Counters = counters
	})
	h.set(n, func(s *Settings) {
		s.Reminders = Reminders{Address: "rappel@exemple.fr", Medium: Email, Pace: map[Kind]Pace{}}
		for _, kind := range Kinds() {
			s.Reminders.Pace[kind] = Hourly
		}
	})
	if err := n.Look(context.Background()); err == nil {
		t.Error("nobody hears that something cannot be counted")
	}
	if err := n.Send(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantTold(t, h, "what can be counted", "rappel@exemple.fr")
}

// A stuck is a channel that takes what it is given and answers nobody until it is let go.
type stuck struct{ took chan Notice }

func (s stuck) Send(ctx context.Context, _ string, n Notice, _ Words) error {
	s.took <- n
	<-ctx.Done()
	return &Failure{Code: "slow", Err: ctx.Err()}
}

func TestASlowServerKeepsNoOtherNoticeBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mail, hook := stuck{make(chan Notice, 20)}, stuck{make(chan Notice, 1)}
	n := h.process(func(c *Config) { c.Channels = map[Medium]Channel{Email: mail, Webhook: hook} })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	tell := func(medium Medium, address, slot string) {
		t.Helper()
		if err := put(ctx, h.db.Office, &Notice{Kind: Overdue, Slot: slot, Medium: medium, Address: address, Count: 1, CreatedAt: night}); err != nil {
			t.Fatal(err)
		}
		if err := n.begin(ctx); err != nil {
			t.Fatal(err)
		}
	}
	tell(Email, "un@exemple.fr", "0")
	<-mail.took // it hangs from now on
	tell(Email, "trois@exemple.fr", "0")
	if got := <-mail.took; got.Address != "trois@exemple.fr" {
		t.Errorf("%s goes beside it", got.Address)
	}
	for slot := range atOnce + 2 {
		tell(Email, "un@exemple.fr", fmt.Sprint("more ", slot))
	}
	tell(Webhook, "https://deux.example/", "0")
	<-hook.took // every place of the mails is taken, and none of its own
	if waits := states(h)[waiting]; waits != atOnce+5 {
		t.Errorf("%d notices wait", waits)
	}
	var claimed int
	if err := h.db.Owner.QueryRow(ctx, "select count(*)::int from notices where claimed_until is not null").Scan(&claimed); err != nil || claimed != atOnce+1 {
		t.Errorf("%d are claimed by a process with %d places for each medium: %v", claimed, atOnce, err)
	}
}

// Somebody stands by a test: what sends the rest does not take it from under him.
func TestATestIsSentByWhoAskedForIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	notice := Notice{Kind: Test, Slot: "0", Medium: Email, Address: "un@exemple.fr", CreatedAt: night}
	if err := putFor(t.Context(), h.db.Office, &notice, night.Add(claimTime)); err != nil {
		t.Fatal(err)
	}
	if err := n.Send(t.Context()); err != nil || len(h.inbox.addresses()) != 0 {
		t.Errorf("it is taken by whoever sends: %v", err)
	}
	if err := n.send(t.Context(), notice.ID); err != nil || len(h.inbox.addresses()) != 1 {
		t.Errorf("who asked for it does not send it: %v", err)
	}
}
