package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// What is typed and ticked on the way of a file outlives the session, without a script.
func TestWhatIsTypedForATransmissionOutlivesTheSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	prepare, sent := path(r)+"/transmission/"+to, path(r)+"/transmission"
	agent := d.as("a.diallo").open(prepare).want(200, "")
	values := agent.ticks()
	values["redactions"] = []string{"Odile Tremblay\n" + strings.Repeat("un passage long\n", 1200)}
	values["omit"] = []string{agent.doc.Find(`input[name="omit"]`).First().AttrOr("value", "")}
	d.clock.Add(time.Hour)
	agent.submit("form.preparing", values).want(http.StatusUnauthorized, "")
	agent.logIn("a.diallo", passphrase)
	given := agent.fields("form.preparing")
	if !strings.HasPrefix(agent.at, prepare) || given.Get("redactions") != values.Get("redactions") || given.Get("omit") != values.Get("omit") || len(given["read"]) != len(values["read"]) || given.Get("whole") != "yes" {
		t.Fatalf("after the log-in stands %s with %d bytes, %q, %q", agent.at, len(given.Get("redactions")), given["omit"], given["read"])
	}
	agent.submit("form.preparing", url.Values{"redactions": {"Odile Tremblay"}, "act": {"propose"}}).want(200, sent)

	// again ends the session before a form of the page is sent, and logs in once more.
	again := func(b *browser, login, form string, typed url.Values) {
		b.open(sent).want(200, sent)
		d.clock.Add(time.Hour)
		b.submit(form, typed).want(http.StatusUnauthorized, "")
		b.logIn(login, passphrase)
		if given := b.fields(form); !strings.HasPrefix(b.at, sent+"?") || b.text(".notice:not([hidden])") == "" {
			t.Fatalf("%s: after the log-in stands %s", form, b.at)
		} else {
			for name := range typed {
				if given.Get(name) != typed.Get(name) {
					t.Errorf("%s: %s comes back as %q", form, name, given[name])
				}
			}
		}
		b.submit(form, nil).want(200, "")
	}
	coordinator := d.as("c.martin")
	again(coordinator, "c.martin", "form.refusing", url.Values{"reason": {"Le nom manque."}})
	agent = d.as("a.diallo").propose(r, to, nil).want(200, sent)
	again(agent, "a.diallo", "form.withdrawing", url.Values{"reason": {"Une faute."}})
	agent.propose(r, to, nil).want(200, sent)
	coordinator = d.as("c.martin").open(sent).submit(`form[action$="/validation"]`, nil).want(200, sent)
	again(coordinator, "c.martin", "form.acknowledging", url.Values{"reference": {"IP-117"}, "on": {"2026-03-17"}})
	again(coordinator, "c.martin", "form.feeding", url.Values{"outcome": {"judge_seized"}, "reason": {"Le juge l’a reçu."}})
	again(coordinator, "c.martin", "form.finishing", url.Values{"reason": {"Suivi ailleurs."}})
	if got := ask[string](d, "select status from reports"); got != "closed" {
		t.Errorf("in the end the report is %s", got)
	}
}
