package main

import (
	"context"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/metrics"
	"recueil/internal/spool"
	"recueil/internal/trust"
)

// counted takes what the public hands in, and counts it.
type counted struct {
	*metrics.Set
	to       intake.Receiver
	taken    *metrics.Counter
	refusals *metrics.Counter
}

func newCounted(to intake.Receiver, trusted *trust.Source, kept *spool.Spool) *counted {
	set := metrics.New(func() int { return trusted.File().Version() })
	set.Gauge("recueil_spool_waiting", "Sealed reports and additions that wait on this disk for the database.", func() float64 { return float64(kept.Len()) })
	var known [][]string
	for _, kind := range []string{"report", "addition"} {
		known = append(known, []string{kind, "database"}, []string{kind, "spool"})
	}
	return &counted{set, to,
		set.Counter("recueil_accepted_total", "Reports and additions that are durable, by where they went. What was there already is not counted.", []string{"kind", "to"}, known...),
		set.Counter("recueil_files_refused_total", "Files that were not taken, by why.", []string{"why"})}
}

// Accept is the Deposit's.
func (c *counted) Accept(ctx context.Context, d inbox.Delivery) (inbox.Outcome, error) {
	outcome, err := c.to.Accept(ctx, d)
	kind, where := "report", "database"
	if d.Envelope.Kind == envelope.Addition || outcome == inbox.Added {
		kind = "addition"
	}
	if outcome == inbox.Spooled {
		where = "spool"
	}
	if err == nil && outcome != inbox.AlreadyStored {
		c.taken.Add(kind, where)
	}
	return outcome, err
}

func (c *counted) refuse(why string) { c.refusals.Add(why) }
