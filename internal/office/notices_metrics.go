package office

import (
	"sync"

	"recueil/internal/metrics"
	"recueil/internal/office/internal/notify"
	"recueil/internal/web"
)

// observer is nil where nobody counts.
func observer(set *metrics.Set) web.Observer {
	if set == nil {
		return nil
	}
	return set.Observe
}

// A meter counts notices, and shows what the last look of this process found. Several
// offices see the same house: take the greatest of what they show.
type meter struct {
	notices *metrics.Counter
	mu      sync.Mutex
	waits   notify.Waiting
}

// meterOf adds the metrics of the office.
func meterOf(set *metrics.Set) notify.Meter {
	if set == nil {
		return nil
	}
	var known [][]string
	for _, kind := range notify.Kinds() {
		for _, medium := range []notify.Medium{notify.Email, notify.Webhook} {
			known = append(known, []string{string(kind), string(medium), "sent"}, []string{string(kind), string(medium), "failed"})
		}
	}
	m := &meter{notices: set.Counter("recueil_notices_total", "Attempts to send a notice, by its kind, the way it went, and how it ended.", []string{"kind", "medium", "outcome"}, known...)}
	set.Gauge("recueil_alarms_open", "Reports of urgency 0 that nobody has opened, and whose alarm was raised.", func() float64 { return float64(m.last().Alarms) })
	set.Gauge("recueil_unopened_urgent_seconds", "How long the oldest report of urgency 0 that nobody has opened waits; 0 when there is none.", func() float64 { return m.last().Oldest.Seconds() })
	set.Gauge("recueil_overdue", "Reports that should have been taken up by now, counted up to 1000.", func() float64 { return float64(m.last().Overdue) })
	return m
}

func (m *meter) last() notify.Waiting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waits
}

// Told counts an attempt to send.
func (m *meter) Told(kind notify.Kind, medium notify.Medium, sent bool) {
	outcome := "failed"
	if sent {
		outcome = "sent"
	}
	m.notices.Add(string(kind), string(medium), outcome)
}

// Waits keeps what a look found.
func (m *meter) Waits(w notify.Waiting) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waits = w
}
