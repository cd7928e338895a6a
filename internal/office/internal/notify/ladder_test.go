package notify

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-03-17 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

func TestHoursOfDuty(t *testing.T) {
	for _, c := range []struct {
		from, until, at string
		on              bool
	}{
		{"", "", "03:00", true},
		{"08:00", "20:00", "08:00", true}, {"08:00", "20:00", "19:59", true}, {"08:00", "20:00", "20:00", false}, {"08:00", "20:00", "03:00", false},
		{"20:00", "08:00", "20:00", true}, {"20:00", "08:00", "03:00", true}, {"20:00", "08:00", "08:00", false}, {"20:00", "08:00", "12:00", false},
	} {
		if got := (Step{From: c.from, Until: c.until}).OnDuty(at(c.at)); got != c.on {
			t.Errorf("from %s to %s, at %s: %v", c.from, c.until, c.at, got)
		}
	}
}

func TestLadderClimbsAndBeginsAgain(t *testing.T) {
	ladder := Ladder{{After: 3}, {After: 10, From: "08:00", Until: "20:00"}, {After: 5}}
	climb := func(clock string) (steps []int) {
		for told := 0; len(steps) < 5; {
			var step int
			step, told = ladder.At(told, at(clock))
			steps = append(steps, step)
		}
		return steps
	}
	for clock, want := range map[string][5]int{"12:00": {0, 1, 2, 0, 1}, "03:00": {0, 2, 0, 2, 0}} {
		if got := climb(clock); [5]int(got) != want {
			t.Errorf("at %s it climbs %v, want %v", clock, got, want)
		}
	}
	if got := ladder.Wait(1); got != 10*time.Minute {
		t.Errorf("after one told it waits %s", got)
	}
	if got := ladder.Wait(3); got != 3*time.Minute {
		t.Errorf("before it begins again it waits %s", got)
	}
}

// Whatever the hours of duty, somebody is told, and the count of those told grows.
func TestALadderAlwaysLeadsToSomebody(t *testing.T) {
	hours := rapid.SampledFrom([][2]string{{"", ""}, {"08:00", "20:00"}, {"20:00", "08:00"}, {"12:00", "12:30"}})
	rapid.Check(t, func(t *rapid.T) {
		var ladder Ladder
		for range rapid.IntRange(1, MostSteps).Draw(t, "steps") {
			h := hours.Draw(t, "hours")
			ladder = append(ladder, Step{After: rapid.IntRange(1, MostAfter).Draw(t, "after"), From: h[0], Until: h[1]})
		}
		now := at("00:00").Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
		told, seen := 0, map[int]bool{}
		for range 2 * len(ladder) {
			step, then := ladder.At(told, now)
			if step < 0 || step >= len(ladder) || then <= told || (then-1)%len(ladder) != step {
				t.Fatalf("after %d comes step %d, and then %d were told", told, step, then)
			}
			if wait := ladder.Wait(then); wait < time.Minute || wait > MostAfter*time.Minute {
				t.Fatalf("it waits %s", wait)
			}
			told, seen[step] = then, true
		}
		for i, step := range ladder {
			if step.OnDuty(now) && !seen[i] {
				t.Fatalf("step %d is on duty and was never told", i)
			}
		}
	})
}

func TestSteps(t *testing.T) {
	good := Step{After: 3, Medium: Email, Address: "a@exemple.fr"}
	for name, c := range map[string]struct {
		change func(*Step)
		want   error
	}{
		"good":                {func(*Step) {}, nil},
		"with hours":          {func(s *Step) { s.From, s.Until = "20:00", "08:00" }, nil},
		"no minutes":          {func(s *Step) { s.After = 0 }, ErrAfter},
		"negative minutes":    {func(s *Step) { s.After = -3 }, ErrAfter},
		"days":                {func(s *Step) { s.After = 1440 }, ErrAfter},
		"half of the hours":   {func(s *Step) { s.From = "20:00" }, ErrHours},
		"no time at all":      {func(s *Step) { s.From, s.Until = "20:00", "20:00" }, ErrHours},
		"hours that are none": {func(s *Step) { s.From, s.Until = "20:00", "25:00" }, ErrHours},
		"hours of one digit":  {func(s *Step) { s.From, s.Until = "8:00", "9:00" }, ErrHours},
		"another medium":      {func(s *Step) { s.Medium = Webhook }, ErrAddress},
		"no address":          {func(s *Step) { s.Address = "" }, ErrAddress},
	} {
		step := good
		c.change(&step)
		if err := step.Check(nil); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestReminderSlots(t *testing.T) {
	r := Reminders{Pace: map[Kind]Pace{Overdue: Hourly, Answers: Daily}, Hour: 8}
	for _, c := range []struct {
		kind  Kind
		clock string
		want  string
	}{
		{Overdue, "07:59", "2026-03-17T07"}, {Overdue, "23:10", "2026-03-17T23"},
		{Answers, "07:59", ""}, {Answers, "08:00", "2026-03-17"}, {Answers, "23:10", "2026-03-17"},
		{Unopened, "12:00", ""},
	} {
		if got := r.slot(c.kind, at(c.clock)); got != c.want {
			t.Errorf("%s at %s is of %q, want %q", c.kind, c.clock, got, c.want)
		}
	}
}
