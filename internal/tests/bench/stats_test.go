package main

import (
	"runtime"
	"testing"
	"time"
)

func milliseconds(values ...int) []time.Duration {
	var d []time.Duration
	for _, v := range values {
		d = append(d, time.Duration(v)*time.Millisecond)
	}
	return d
}

func TestPercentileIsNearestRank(t *testing.T) {
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = 100 - i // from the greatest to the least: order must not matter
	}
	for name, c := range map[string]struct {
		values []int
		p      float64
		want   int
	}{
		"nothing":                          {nil, 50, 0},
		"one value is every percentile":    {[]int{7}, 99, 7},
		"zero is the least":                {[]int{3, 1, 2}, 0, 1},
		"half of four is the second":       {[]int{4, 1, 3, 2}, 50, 2},
		"half of five is the third":        {[]int{5, 1, 4, 2, 3}, 50, 3},
		"99 of a hundred is not the worst": {hundred, 99, 99},
		"99.1 of a hundred is the worst":   {hundred, 99.1, 100},
		"99 of ten is the worst":           {[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 99, 10},
	} {
		t.Run(name, func(t *testing.T) {
			if got := percentile(milliseconds(c.values...), c.p); got != time.Duration(c.want)*time.Millisecond {
				t.Errorf("got %s, want %d ms", got, c.want)
			}
		})
	}
}

func TestPercentileLeavesItsInputAlone(t *testing.T) {
	values := milliseconds(3, 1, 2)
	percentile(values, 50)
	if values[0] != 3*time.Millisecond {
		t.Error("the values were sorted in place")
	}
}

func TestMedian(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   float64
	}{
		"nothing":                    {nil, 0},
		"odd":                        {[]float64{9, 1, 5}, 5},
		"even is the mean of two":    {[]float64{4, 1, 3, 2}, 2.5},
		"one bad turn does not pull": {[]float64{0.7, 0.71, 0.72, 0.69, 0.1}, 0.7},
	} {
		t.Run(name, func(t *testing.T) {
			if got := median(c.values); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestRatiosPairTurns(t *testing.T) {
	turn := func(n int, took time.Duration) sample { return sample{took: took, waits: make([]time.Duration, n)} }
	got := ratios(
		[]sample{turn(100, time.Second), turn(30, time.Second)},
		[]sample{turn(400, 2*time.Second), turn(60, time.Second), turn(9, time.Second)})
	if len(got) != 2 || got[0] != 0.5 || got[1] != 0.5 {
		t.Errorf("got %v, want 0.5 and 0.5: each turn against its neighbour", got)
	}
	if got := ratios([]sample{turn(1, time.Second)}, []sample{{}}); len(got) != 0 {
		t.Errorf("a side that did not run gave %v", got)
	}
}

func TestTotalsWeighTurnsByTime(t *testing.T) {
	sum := total([]sample{
		{took: time.Second, waits: make([]time.Duration, 10), cpu: 20 * time.Millisecond},
		{took: 3 * time.Second, waits: make([]time.Duration, 70), cpu: 60 * time.Millisecond},
	})
	if sum.rate() != 20 {
		t.Errorf("80 answers in 4 s are %v a second", sum.rate())
	}
	if sum.each(sum.cpu) != time.Millisecond {
		t.Errorf("80 ms for 80 answers are %s each", sum.each(sum.cpu))
	}
	if (sample{}).rate() != 0 || (sample{}).each(time.Second) != 0 {
		t.Error("nothing measured is not 0")
	}
}

func TestCPUTimeOfAProcessWithAnyName(t *testing.T) {
	const line = "4242 (a (b) c) S 1 4242 4242 0 -1 4194304 900 0 0 0 1234 567 8 9 20 0 7 0 5000 1 2 3"
	got, err := parseCPU(line)
	if err != nil || got != (1234+567)*10*time.Millisecond {
		t.Errorf("got %s, %v; want 18.01 s: user and system, children left out", got, err)
	}
	for _, broken := range []string{"", "4242", "4242 (x) S 1 2 3", "4242 (x) S 1 2 3 4 5 6 7 8 9 10 a b 1 1"} {
		if _, err := parseCPU(broken); err == nil {
			t.Errorf("%q was read as a time", broken)
		}
	}
}

func TestMachineTimeLeavesIdlingOut(t *testing.T) {
	got, err := parseMachineCPU("cpu  100 20 30 99999 88888 4 5 6 700 800\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
	if err != nil || got != 165*10*time.Millisecond {
		t.Errorf("got %s, %v; want 1.65 s: without idle and iowait, and guests, who are users already", got, err)
	}
	for _, broken := range []string{"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 x 7 8"} {
		if _, err := parseMachineCPU(broken); err == nil {
			t.Errorf("%q was read as times", broken)
		}
	}
	s := sample{took: time.Second, others: time.Duration(runtime.NumCPU()) * 250 * time.Millisecond}
	if s.disturbed() != 0.25 {
		t.Errorf("a quarter of each processor is %v of the machine", s.disturbed())
	}
}

func TestResidentMemory(t *testing.T) {
	got, err := parseRSS("Name:\tintake\nVmPeak:\t  99 kB\nVmRSS:\t   24680 kB\nThreads:\t9\n")
	if err != nil || got != 24680<<10 {
		t.Errorf("got %d, %v", got, err)
	}
	if _, err := parseRSS("Name:\tintake\n"); err == nil {
		t.Error("a status without memory was read")
	}
}

func TestArrivalsKeepTheirRate(t *testing.T) {
	const rate, seconds = 500.0, 20
	at := arrivals(rate, seconds*time.Second)
	if n := float64(len(at)); n < 0.95*rate*seconds || n > 1.05*rate*seconds {
		t.Errorf("%v arrivals in %d s, want about %v", n, seconds, rate*seconds)
	}
	for i := 1; i < len(at); i++ {
		if at[i] < at[i-1] {
			t.Fatal("time runs backwards")
		}
	}
	if at[len(at)-1] >= seconds*time.Second {
		t.Error("one arrives after the end")
	}
}
