package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Calls in the demo, as a listener writes them down: one that he has not finished, one
// that became a report with a call-back promised in an hour, and one that was advice.

// takeCalls leaves them at the desk of the member who is logged in.
func takeCalls(agent *member, now time.Time) error {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return fmt.Errorf("reading the time zone: %w", err)
	}
	back := now.In(paris).Add(time.Hour)
	for _, call := range []struct {
		to      string // behind the address of the call
		answers url.Values
	}{
		{"", url.Values{"situation.facts": {"Une assistante maternelle hésite : une petite fille arrive souvent sans avoir mangé. Elle cherche ses mots, elle rappellera peut-être."},
			"children.0.first_name": {"Maëlys"}, "children.0.age": {"4"}, "place.department": {"72"}}},
		{"/envoi", url.Values{"situation.facts": {"Une mère raconte que son fils ne dort plus depuis les visites du samedi. Elle voudrait savoir quoi faire, et qu’on la rappelle."},
			"reporter.profile": {"parent"}, "children.0.first_name": {"Noam"}, "children.0.age": {"7"}, "place.department": {"69"},
			"contact.channel": {"phone"}, "contact.value": {"06 39 98 40 17"}, "contact.confidentiality": {"confidential"}, "take": {"1"},
			"callback_day": {back.Format(time.DateOnly)}, "callback_time": {back.Format("15:04")}, "callback_note": {"Demander si la visite de samedi a eu lieu."}}},
		{"/fin", url.Values{"outcome": {"advice"}}},
	} {
		if err := agent.write(call.to, call.answers); err != nil {
			return fmt.Errorf("taking a demo call: %w", err)
		}
	}
	return nil
}

// write opens an empty call, fills it in and posts it.
func (m *member) write(to string, answers url.Values) error {
	if err := m.open("/appels/nouveau"); err != nil {
		return err
	}
	form := m.page.Find("form[data-call]").First()
	typed := url.Values{}
	for _, name := range []string{"revision", "page"} {
		typed.Set(name, form.Find("[name="+name+"]").AttrOr("value", ""))
	}
	for name, given := range answers {
		typed[name] = given
	}
	if err := m.post(form.AttrOr("action", "")+to, typed); err != nil {
		return err
	}
	if m.status != http.StatusOK {
		return fmt.Errorf("%s answers %d", m.at, m.status)
	}
	return nil
}
