package main

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"recueil/internal/challenge"
)

// story is what reports are made of here: invented, ordinary, of the length people write.
const story = "Bonjour, ça fait plusieurs semaines que ça ne va plus à la maison. Le soir, il crie et il casse des choses, " +
	"et mon petit frère se cache dans l’armoire. Hier j’ai dormi chez une amie parce que j’avais peur de rentrer. " +
	"Je n’en ai parlé à personne d’autre, à part la maman de mon amie. J’aimerais savoir ce que je peux faire. "

// longStory is a text of about 1,800 characters.
var longStory = strings.Repeat(story, 5)

// shortForm is the body of a short form, complete but for its token.
var shortForm = url.Values{
	"short.where": {"Chez moi, Lille, près de la gare"},
	"short.who":   {"Moi et mon petit frère, 14 et 7 ans"},
	"short.story": {story}, "short.callback": {"06 39 98 12 34 après 17 h"},
}.Encode()

func shortPost(signer challenge.Signer) []byte {
	// The page sets a cookie, so that the receipt is within reach of who keeps it.
	return request("POST", "/m", "__Host-e=-", "_token="+signer.Issue(time.Now())+"&"+shortForm)
}

// acknowledgedShort sends one short form; the receipt's address is the acknowledgement.
func acknowledgedShort(signer challenge.Signer) job {
	return func(l *line, _ int) error {
		a, err := l.send(shortPost(signer))
		return receipted(a, err)
	}
}

func receipted(a answer, err error) error {
	if err != nil {
		return err
	}
	if a.status != 303 || a.location != "/r" {
		return fmt.Errorf("a post was answered by %d %s", a.status, a.location)
	}
	return nil
}

// youngWay are the answers of the young person's way, by an input that their page
// has. Pages that the form leads to and that are not here are sent as they are.
var youngWay = map[string]url.Values{
	"danger_now":       {"danger_now": {"no"}},
	"situation.story":  {"situation.story": {story}, "situation.young_ticks": {"dangerous_person_present"}},
	"place.department": {"place.department": {"59"}, "place.child_now": {"Chez une amie"}, "children.0.age": {"14"}},
	"contact.channel":  {"contact.confidentiality": {"anonymous"}, "contact.channel": {"mailbox"}, "contact.shared_device": {"no"}},
}

// fullWay fills in more: a long text, everything that is offered, and the pages that
// open to who wants to tell more.
var fullWay = map[string]url.Values{
	"danger_now":      {"danger_now": {"no"}},
	"situation.story": {"situation.story": {longStory}, "situation.young_ticks": {"dangerous_person_present", "weapon_or_death_threat"}},
	"place.department": {"place.department": {"59"}, "place.commune": {"Lille"}, "place.address": {"12 rue des Acacias, deuxième étage"},
		"place.child_now": {"Chez une amie, jusqu’à demain soir"}, "children.0.age": {"14"}},
	"situation.dangers": {"situation.dangers": {"psychological_violence", "domestic_violence"}, "situation.frequency": {"repeated"},
		"situation.since": {"this_month"}, "situation.setting": {"home"}, "reporter.last_seen_on": {"this_week"}},
	"children.0.first_name": {"children.0.first_name": {"Camille"}, "children.0.last_name": {"Exemple"}, "children.0.school": {"Collège des Tilleuls, Lille"},
		"children.0.grade": {"4e"}, "children.0.living_place": {"mother"}},
	"suspects.0.relation": {"suspects.0.relation": {"step_parent"}, "suspects.0.name": {"Le compagnon de ma mère"}, "suspects.0.age_guess": {"Environ 40 ans"},
		"suspects.0.lives_with_child": {"yes"}, "suspects.0.has_access_now": {"yes"}},
	"contact.channel": {"contact.confidentiality": {"confidential"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 12 34"},
		"contact.safe_hours": {"Entre 17 h et 19 h, jamais le week-end"}, "contact.may_leave_message": {"no"}, "contact.alias": {"Camille"}, "contact.shared_device": {"yes"}},
}

// A visitor is a browser without JavaScript on a line of its own.
type visitor struct {
	line   *line
	cookie string
	pages  int
}

func (v *visitor) do(method, path, form string) (answer, error) {
	a, err := v.line.send(request(method, path, v.cookie, form))
	if a.cookie != "" {
		v.cookie = a.cookie
	}
	v.pages++
	return a, err
}

func (v *visitor) open(path string) (string, error) {
	a, err := v.do("GET", path, "")
	if err != nil {
		return "", err
	}
	if a.status != 200 {
		return "", fmt.Errorf("%s answers %d", path, a.status)
	}
	return a.page()
}

// send posts a form and returns where it leads.
func (v *visitor) send(path string, form url.Values) (string, error) {
	a, err := v.do("POST", path, form.Encode())
	if err == nil && a.status != 303 {
		err = fmt.Errorf("a form sent to %s answers %d", path, a.status)
	}
	return a.location, err
}

// fill walks from the home page to the check page and returns what that page sends.
func (v *visitor) fill(way map[string]url.Values, more bool) (url.Values, error) {
	if _, err := v.open("/"); err != nil {
		return nil, err
	}
	if _, err := v.send("/", url.Values{"door": {"self"}}); err != nil {
		return nil, err
	}
	if _, err := v.open("/a"); err != nil {
		return nil, err
	}
	next := "/e/1"
	for range 20 {
		page, err := v.open(next)
		if err != nil {
			return nil, err
		}
		if next == "/v" && more {
			a, err := v.do("GET", "/v?plus=1", "")
			if err != nil || a.status != 303 {
				return nil, fmt.Errorf("telling more answers %d: %w", a.status, err)
			}
			next, more = a.location, false
			continue
		}
		if next == "/v" {
			return url.Values{"_draft": {hidden(page, "_draft")}}, nil
		}
		form := url.Values{"_door": {hidden(page, "_door")}, "_base": {hidden(page, "_base")}}
		for marker, answers := range way {
			if strings.Contains(page, `name="`+marker+`"`) {
				maps.Copy(form, answers)
			}
		}
		if next, err = v.send(next, form); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the form does not end: after twenty pages at %s", next)
}

// journey goes the whole young way and reads the receipt.
func journey(way map[string]url.Values) job {
	return func(l *line, _ int) error {
		v := &visitor{line: l}
		form, err := v.fill(way, false)
		if err != nil {
			return err
		}
		a, err := v.do("POST", "/v", form.Encode())
		if err := receipted(a, err); err != nil {
			return err
		}
		_, err = v.open("/r")
		return err
	}
}
