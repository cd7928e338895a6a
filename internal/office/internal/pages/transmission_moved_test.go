package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whoever writes of a transmission while a colleague takes its next step is told so, and
// finds what he typed.
func TestWhatWasTypedOfATransmissionOutlivesItsState(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	preparing := agent.open(path(r)+"/transmission/"+to).want(200, "").fields("form.preparing")
	agent.propose(r, to, nil).want(200, path(r)+"/transmission")
	preparing.Set("redactions", "Ma sœur Odile Tremblay")
	agent.post(path(r)+"/transmission/"+to, preparing).want(http.StatusConflict, "")
	if got := agent.text(".told.card"); got != "Ma sœur Odile Tremblay" {
		t.Errorf("who prepares what was proposed finds %q", got)
	}
	refusing := coordinator.open(path(r) + "/transmission").fields("form.refusing")
	refusing.Set("reason", "Il manque l’école.")
	address := coordinator.form("form.refusing").AttrOr("action", "")
	d.as("a.diallo").open(path(r)+"/transmission").submit("form.withdrawing", url.Values{"reason": {"Je complète."}}).want(200, "")
	for _, again := range []bool{true, false} {
		coordinator.post(address, refusing).want(http.StatusConflict, "")
		if got := coordinator.text(".told.card"); got != "Il manque l’école." || !strings.Contains(coordinator.text(".notice.is-warning"), "n’en est plus là") {
			t.Errorf("who refuses what was withdrawn finds %q under %q", got, coordinator.text(".notice.is-warning"))
		}
		if again { // and another is proposed, which is not what he refused
			agent.propose(r, to, nil).want(200, path(r)+"/transmission")
		}
	}
	coordinator.post(strings.Replace(address, "/envois/", "/envois/0", 1), refusing).want(http.StatusNotFound, "")
}
