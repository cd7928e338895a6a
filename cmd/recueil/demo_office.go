package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5"
)

// What leaves the house, in the demo: invented recipients, one file that waits for a
// coordinator, and one whose acknowledgement is late. It is prepared and agreed to on
// the real screens, as two members do.

// demoRecipients are the entries of the directory; the last one nobody vouched for.
var demoRecipients = []url.Values{
	{"kind": {"cell"}, "name": {"CRIP de Loire-Atlantique (exemple)"}, "collectivity": {"44"}, "contact": {"01 99 00 44 10, du lundi au vendredi"}, "source": {"Annuaire inventé pour l’essai"}},
	{"kind": {"cell"}, "name": {"CRIP de Seine-Saint-Denis (exemple)"}, "collectivity": {"93"}, "contact": {"01 99 00 93 10, tous les jours"}, "source": {"Annuaire inventé pour l’essai"}},
	{"kind": {"prosecutor"}, "name": {"Parquet de Nantes (exemple)"}, "collectivity": {"44"}, "contact": {"01 99 00 44 20"}, "source": {"Annuaire inventé pour l’essai"}},
}

// A demoSending is a report that leaves, and how it was found.
type demoSending struct {
	report        demoReport
	qualification string
	reason        string
	recipient     int // of demoRecipients
	late          bool
}

var demoSendings = []demoSending{
	{demoReport{"relative", url.Values{
		"reporter.profile": {"neighbour"}, "danger_now": {"no"}, "reporter.knowledge": {"seen"},
		"situation.facts":       {"Le garçon attend presque chaque soir devant l’immeuble, sans clé ni manteau. Il dit qu’il mange chez qui veut bien."},
		"children.0.first_name": {"Ewen"}, "children.0.age": {"8"}, "place.department": {"44"}, "place.commune": {"Nantes"},
		"situation.dangers": {"gross_neglect"}, "contact.confidentiality": {"confidential"}, "contact.channel": {"none"},
	}}, "concern", "Seul chaque soir, sans repas.", 0, false},
	{demoReport{"relative", url.Values{
		"reporter.profile": {"extended_family"}, "danger_now": {"no"}, "reporter.knowledge": {"child_confided"},
		"situation.facts":       {"Ma nièce dit que son beau-père la réveille la nuit en criant. Elle a peur de rentrer le vendredi."},
		"children.0.first_name": {"Lison"}, "children.0.age": {"10"}, "place.department": {"93"}, "place.commune": {"Saint-Denis"},
		"situation.dangers": {"psychological_violence"}, "contact.confidentiality": {"may_be_passed_on"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 22 81"},
	}}, "concern_urgent", "Peur de rentrer, cris la nuit.", 1, true},
}

// daysLate is by how much the demo's late acknowledgement is.
const daysLate = 4

// passOn fills the directory and lets the reports of demoSendings leave.
func (c *devCommand) passOn(ctx context.Context, house *devFile, ownerURL string) error {
	agent, err := house.enter(ctx, "agent")
	if err != nil {
		return err
	}
	coordinator, err := house.enter(ctx, "coordinator")
	if err != nil {
		return err
	}
	var entries []string
	for i, recipient := range demoRecipients {
		if err := agent.fill("/annuaire/nouveau", "form.editing", recipient); err != nil {
			return err
		}
		entries = append(entries, agent.at[strings.LastIndex(agent.at, "/")+1:])
		if i == len(demoRecipients)-1 {
			continue
		}
		if err := agent.submit(`form[action$="/verification"]`, nil); err != nil {
			return err
		}
	}
	for _, one := range demoSendings {
		report, err := one.prepare(ctx, house.Intake, agent, entries[one.recipient])
		if err != nil {
			return fmt.Errorf("passing a demo report on: %w", err)
		}
		if !one.late {
			continue
		}
		if err := coordinator.fill("/dossiers/"+report+"/transmission", `form[action$="/validation"]`, nil); err != nil {
			return err
		}
		if err := beLate(ctx, ownerURL, report); err != nil {
			return err
		}
	}
	if err := takeCalls(agent, time.Now()); err != nil {
		return err
	}
	for _, member := range []*member{agent, coordinator} {
		if err := member.submit(`form[action="/deconnexion"]`, nil); err != nil {
			return err
		}
	}
	return nil
}

// prepare sends a report, qualifies it and proposes it to a recipient; it returns its id.
func (d demoSending) prepare(ctx context.Context, intake string, agent *member, recipient string) (report string, err error) {
	v := newVisitor(ctx, intake)
	if err := v.send(d.report); err != nil {
		return "", err
	}
	if err := agent.fill("/file/reference", `main form[action="/file/reference"]`, url.Values{"reference": {strings.TrimSpace(v.page.Find("#reference").Text())}}); err != nil {
		return "", err
	}
	if _, report, _ = strings.Cut(agent.at, "/dossiers/"); report == "" {
		return "", fmt.Errorf("the report is not there: at %s", agent.at)
	}
	if err := agent.submit(`form[action$="/prise-en-charge"]`, nil); err != nil {
		return "", err
	}
	answers := url.Values{"choice": {d.qualification}, "reason": {d.reason}}
	if err := agent.fill("/dossiers/"+report+"/decision/qualification", ".deed form", answers); err != nil {
		return "", err
	}
	if err := agent.open("/dossiers/" + report + "/transmission/" + recipient); err != nil {
		return "", err
	}
	ticks := url.Values{"whole": {"yes"}, "act": {"propose"}}
	agent.page.Find("input[name=read]").Each(func(_ int, box *goquery.Selection) { ticks.Add("read", box.AttrOr("value", "")) })
	return report, agent.submit("form.preparing", ticks)
}

// beLate moves the day by which the recipient of a report was to acknowledge it: a demo
// that begins today has no past.
func beLate(ctx context.Context, ownerURL, report string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("moving a day of the demo: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "update expected_replies set due_on = current_date - $2::int where report_id = $1", report, daysLate); err != nil {
		return fmt.Errorf("moving a day of the demo: %w", err)
	}
	return nil
}

// A member is somebody of the demo staff at the back office.
type member struct{ *visitor }

// enter logs the first of a role in, by one of his backup codes: what his app shows
// now is left for who tries the demo.
func (house *devFile) enter(ctx context.Context, role string) (*member, error) {
	i := slices.IndexFunc(house.Staff, func(s devStaff) bool { return s.Role == role && len(s.BackupCodes) > 0 })
	if i < 0 {
		return nil, fmt.Errorf("no demo account of the role %s has a code to log in with", role)
	}
	return house.enterAs(ctx, &house.Staff[i])
}

// enterAs logs a member of the demo staff in.
func (house *devFile) enterAs(ctx context.Context, person *devStaff) (*member, error) {
	m := &member{newVisitor(ctx, house.Office)}
	if err := m.fill("/connexion", "form#connexion", url.Values{"login": {person.Login}, "passphrase": {person.Passphrase}}); err != nil {
		return nil, err
	}
	code := person.BackupCodes[0]
	person.BackupCodes = person.BackupCodes[1:]
	return m, m.submit(`form.card[action="/connexion/verification"]`, url.Values{"code": {code}})
}

func (m *member) fill(path, form string, answers url.Values) error {
	if err := m.open(path); err != nil {
		return err
	}
	return m.submit(form, answers)
}

// submit sends a form of the page at hand as it stands, with these answers.
func (m *member) submit(selector string, answers url.Values) error {
	form, from := m.page.Find(selector).First(), m.at
	action, ok := form.Attr("action")
	if !ok {
		return fmt.Errorf("%s has no %s", m.at, selector)
	}
	typed := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		switch kind := field.AttrOr("type", ""); {
		case field.Is("textarea"):
			typed.Add(name, strings.TrimPrefix(field.Text(), "\n"))
		case field.Is("select"):
			typed.Add(name, field.Find("option[selected]").First().AttrOr("value", ""))
		case kind != "file" && kind != "checkbox" && kind != "radio" || field.Is("[checked]"):
			typed.Add(name, field.AttrOr("value", ""))
		}
	})
	for name, given := range answers {
		typed[name] = given
	}
	if err := m.post(action, typed); err != nil {
		return err
	}
	if m.status != http.StatusOK {
		return fmt.Errorf("%s of %s is refused: %s", selector, from, strings.Join(strings.Fields(m.page.Find(".error-summary li").Text()), " "))
	}
	return nil
}
