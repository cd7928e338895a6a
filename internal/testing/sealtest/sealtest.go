// Package sealtest makes teams, reports and envelopes for the tests of other
// packages: real keys, really sealed.
package sealtest

import (
	"testing"
	"time"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// Received is when the reports of tests came in.
var Received = time.Date(2026, 3, 14, 21, 5, 0, 0, time.UTC)

// Team returns the first epoch of a team and the identity that opens it.
func Team(t testing.TB, id string) (trust.Epoch, *age.HybridIdentity) {
	t.Helper()
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return trust.Epoch{TeamID: id, Number: 1, Recipient: identity.Recipient().String()}, identity
}

// Report returns a report with a story, an urgency of 2 and keys of its own.
func Report(story string) *report.Report {
	r := &report.Report{
		ID: report.NewID(), Reference: seal.NewReference(), Door: report.Relative, Channel: report.Web, Language: "fr",
		ReceivedAt: Received, Urgency: 2, Rules: []report.RuleID{"U2-1"}, CaseKey: secret.New(), ReplyKey: secret.New(),
	}
	r.Answers.Short.Story = story
	return r
}

// Seal returns a report's envelope for a team.
func Seal(t testing.TB, r *report.Report, to trust.Epoch) envelope.Envelope {
	t.Helper()
	e, err := seal.Report(r, seal.NewCode(), to, envelope.Main)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
