package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/spool"
	"recueil/internal/trust"
)

type answering struct {
	outcome inbox.Outcome
	err     error
}

func (a *answering) Accept(context.Context, inbox.Delivery) (inbox.Outcome, error) {
	return a.outcome, a.err
}

func TestWhatIsTakenIsCountedOnce(t *testing.T) {
	kept, err := spool.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	to := &answering{}
	trusted, err := trust.NewSource(trust.Options{Path: good(t)["trust-file"]}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c := newCounted(to, trusted, kept)
	for _, each := range []struct {
		kind    envelope.Kind
		outcome inbox.Outcome
		err     error
	}{
		{envelope.Report, inbox.Stored, nil}, {envelope.Report, inbox.Stored, nil}, {envelope.Report, inbox.Spooled, nil}, {envelope.Report, inbox.AlreadyStored, nil},
		{envelope.Report, inbox.Added, nil}, {envelope.Addition, inbox.Added, nil}, {envelope.Addition, inbox.Spooled, nil}, {envelope.Report, 0, errors.New("nowhere")},
	} {
		to.outcome, to.err = each.outcome, each.err
		if outcome, err := c.Accept(t.Context(), inbox.Delivery{Envelope: envelope.Envelope{Kind: each.kind}}); outcome != each.outcome || err != each.err {
			t.Errorf("it answers %d, %v", outcome, err)
		}
	}
	for _, why := range []string{"too_large", "type", "too_large"} {
		c.refuse(why)
	}
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`recueil_accepted_total{kind="report",to="database"} 2`, `recueil_accepted_total{kind="report",to="spool"} 1`,
		`recueil_accepted_total{kind="addition",to="database"} 2`, `recueil_accepted_total{kind="addition",to="spool"} 1`,
		`recueil_files_refused_total{why="too_large"} 2`, `recueil_files_refused_total{why="type"} 1`} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("there is no %q in\n%s", want, w.Body)
		}
	}
}
