package notify

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

func wantTold(t *testing.T, h *house, when string, want ...string) {
	t.Helper()
	if got := h.inbox.addresses(); !slices.Equal(got, want) {
		t.Errorf("%s %q were told, want %q", when, got, want)
	}
}

func TestAlarmClimbsUntilSomebodyOpens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, steps...)
	id := h.receive(0, "main")
	h.receive(1, "main") // rings nowhere
	for _, c := range []struct {
		after time.Duration
		want  []string
	}{
		{2*time.Minute + 59*time.Second, nil},
		{time.Second, []string{"un@exemple.fr"}},
		{5 * time.Second, nil},
		{4 * time.Minute, nil},
		{55 * time.Second, []string{"https://deux.example/"}},
		{3 * time.Minute, []string{"un@exemple.fr"}}, // and again
		{5 * time.Minute, []string{"https://deux.example/"}},
	} {
		h.pass(c.after)
		h.look(n)
		wantTold(t, h, h.now.Sub(night).String(), c.want...)
	}
	if err := n.Archive.Opened(context.Background(), id, h.now); err != nil {
		t.Fatal(err)
	}
	h.pass(time.Hour)
	h.look(n)
	wantTold(t, h, "once it is open")
	var left int
	if err := h.db.Owner.QueryRow(context.Background(), "select count(*) from alarms").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d alarms are left (%v)", left, err)
	}
}

func TestWhoClaimsAReportStopsItsAlarm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, steps...)
	id := h.receive(0, "main")
	h.pass(3 * time.Minute)
	h.look(n)
	wantTold(t, h, "at first", "un@exemple.fr")
	if err := n.Archive.Claim(context.Background(), id, 1, h.by, h.now); err != nil {
		t.Fatal(err)
	}
	h.pass(10 * time.Minute)
	h.look(n)
	wantTold(t, h, "once it is taken up")
}

func TestAlarmThatIsOverBeforeItIsSentIsDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, steps...)
	id := h.receive(0, "main")
	h.pass(3 * time.Minute)
	if err := n.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := n.Archive.Opened(context.Background(), id, h.now); err != nil {
		t.Fatal(err)
	}
	h.look(n)
	wantTold(t, h, "of what is over")
	if got := states(h); !maps.Equal(got, map[string]int{dropped: 1}) {
		t.Errorf("the notices are %v", got)
	}
}

func TestAFloodRingsOnceAMinute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, Step{After: 3, Medium: Email, Address: "un@exemple.fr"}, Step{After: 60, Medium: Email, Address: "deux@exemple.fr"})
	told := 0
	for range 60 { // five minutes of one each five seconds
		h.receive(0, "to_verify")
		h.pass(5 * time.Second)
		h.look(n)
		told += len(h.inbox.addresses())
	}
	if told < 2 || told > 3 {
		t.Errorf("in two minutes of alarm %d were sent", told)
	}
	h.pass(3 * time.Minute)
	h.look(n)
	h.inbox.mu.Lock()
	if len(h.inbox.got) != 1 || h.inbox.got[0].Count != 60 || h.inbox.got[0].Minutes != 8 {
		t.Errorf("the alarm tells %+v", h.inbox.got)
	}
	h.inbox.mu.Unlock()
}

// Several offices look and send at the same moment, again and again.
func TestSeveralOfficesRingOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	offices := []*Notifier{h.process(), h.process(), h.process(), h.process()}
	h.ladder(offices[0], steps...)
	h.set(offices[0], func(s *Settings) {
		s.Reminders = Reminders{Address: "rappel@exemple.fr", Medium: Email, Pace: map[Kind]Pace{Overdue: Hourly}}
	})
	for range 5 {
		h.receive(0, "main")
	}
	h.pass(3*time.Minute + time.Second)
	together := func() {
		var looking sync.WaitGroup
		for _, n := range offices {
			looking.Go(func() {
				for range 3 {
					if err := n.Look(context.Background()); err != nil {
						t.Error(err)
					}
					if err := n.Send(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		looking.Wait()
	}
	together()
	got := h.inbox.addresses()
	slices.Sort(got)
	if !slices.Equal(got, []string{"rappel@exemple.fr", "un@exemple.fr"}) {
		t.Errorf("%q were told", got)
	}
	h.pass(5 * time.Minute)
	together()
	wantTold(t, h, "by the second step", "https://deux.example/")
}

// A sender that dies between its claim and the mail loses nothing: another takes the
// notice up once the claim is over, and not before.
func TestNoticeOfADeadSenderIsTakenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n, other := h.process(), h.process()
	h.ladder(n, steps...)
	h.receive(0, "main")
	h.pass(3 * time.Minute)
	if err := n.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.inbox.held = make(chan struct{})
	ctx, die := context.WithCancel(context.Background())
	dead := make(chan struct{})
	go func() {
		defer close(dead)
		_ = n.Send(ctx) // it may be cut off anywhere
	}()
	for claimed := false; !claimed; { // until the row is the dying one's
		if err := h.db.Owner.QueryRow(context.Background(), "select exists (select from notices where claimed_until is not null)").Scan(&claimed); err != nil {
			t.Fatal(err)
		}
	}
	die()
	<-dead
	h.inbox.mu.Lock()
	h.inbox.held = nil
	h.inbox.mu.Unlock()
	h.pass(30 * time.Second)
	h.look(other)
	wantTold(t, h, "while the claim holds")
	h.pass(31 * time.Second)
	h.look(other)
	wantTold(t, h, "once it is over", "un@exemple.fr")
	h.look(n)
	wantTold(t, h, "afterwards")
}

// Whose claim is over writes down nothing over the one who has it now.
func TestLateSenderChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.ladder(n, steps...)
	h.receive(0, "main")
	h.pass(3 * time.Minute)
	if err := n.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	late, err := n.claim(context.Background(), claiming{media: []Medium{Email, Webhook}, most: atOnce})
	if err != nil || len(late) != 1 {
		t.Fatalf("%v %v", late, err)
	}
	h.pass(2 * time.Minute)
	now, err := n.claim(context.Background(), claiming{media: []Medium{Email, Webhook}, most: atOnce})
	if err != nil || len(now) != 1 {
		t.Fatalf("%v %v", now, err)
	}
	if err := n.finish(context.Background(), late[0], failed, &Failure{Code: "slow"}); err != nil {
		t.Fatal(err)
	}
	if got := states(h); !maps.Equal(got, map[string]int{waiting: 1}) {
		t.Errorf("a late sender made it %v", got)
	}
}

func TestNobodyIsToldWithoutALadderAndThatIsSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.process()
	h.receive(0, "main")
	h.look(n)
	if n.Trouble().Any() {
		t.Error("a report that just came is trouble")
	}
	h.pass(3 * time.Minute)
	h.look(n)
	if got := n.Trouble(); got.Untold != 1 || len(got.Failing) != 0 {
		t.Errorf("the trouble is %+v", got)
	}
	h.ladder(n, steps...)
	h.look(n)
	wantTold(t, h, "once there is one", "un@exemple.fr")
	if n.Trouble().Any() {
		t.Errorf("the trouble is %+v", n.Trouble())
	}
}
