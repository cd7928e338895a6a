package pages_test

import (
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestWhatCannotBeReachedIsRefused(t *testing.T) {
	t.Parallel()
	d, _, pager := newAlertedDesk(t)
	b := d.as("c.martin")
	for name, c := range map[string]struct {
		values url.Values
		field  string
	}{
		"no address":            {url.Values{"address-1": {"plateau"}}, "address-1"},
		"a script":              {url.Values{"address-1": {"javascript:alert(1)"}}, "address-1"},
		"a header in it":        {url.Values{"address-1": {"a@exemple.invalid\r\nBcc: b@exemple.invalid"}}, "address-1"},
		"two addresses":         {url.Values{"address-1": {"a@exemple.invalid, b@exemple.invalid"}}, "address-1"},
		"http elsewhere":        {url.Values{"address-1": {"http://astreinte.example/"}}, "address-1"},
		"another host":          {url.Values{"address-1": {"https://autre.example/"}}, "address-1"},
		"a token in it":         {url.Values{"address-1": {pager.URL + "/?token=x"}}, "address-1"},
		"a byte of no text":     {url.Values{"address-1": {"a\x00@exemple.invalid"}}, "address-1"},
		"no minutes":            {url.Values{"address-1": {"a@exemple.invalid"}, "after-1": {"0"}}, "after-1"},
		"minutes in words":      {url.Values{"address-1": {"a@exemple.invalid"}, "after-1": {"trois"}}, "after-1"},
		"a day of minutes":      {url.Values{"address-1": {"a@exemple.invalid"}, "after-1": {"1440"}}, "after-1"},
		"half of the duty":      {url.Values{"address-1": {"a@exemple.invalid"}, "from-1": {"20:00"}}, "from-1"},
		"hours that are none":   {url.Values{"address-1": {"a@exemple.invalid"}, "from-1": {"26:00"}, "until-1": {"27:00"}}, "from-1"},
		"the team's is none":    {url.Values{"address": {"javascript:alert(1)"}}, "address"},
		"a language of no text": {url.Values{"language": {"tlh"}}, "language"},
	} {
		b.open("/alertes").saveLadder(c.values).want(422, "/alertes")
		if link := b.doc.Find(`.error-summary a[href="#` + c.field + `"]`); link.Length() != 1 || b.doc.Find("#"+c.field).Length() != 1 {
			t.Errorf("%s: the summary is %q", name, b.text(".error-summary"))
		}
		if typed := c.values.Get(c.field); c.field != "language" && !strings.ContainsAny(typed, "\r\x00") && b.doc.Find("#"+c.field).AttrOr("value", "") != typed {
			t.Errorf("%s: what was typed is not kept: %q", name, b.doc.Find("#"+c.field).AttrOr("value", ""))
		}
		if !strings.HasPrefix(b.text("title"), "Erreur") {
			t.Errorf("%s: the title is %q", name, b.text("title"))
		}
	}
	if steps := ask[string](d, "select steps::text from notice_settings"); steps != "[]" {
		t.Errorf("it was kept: %s", steps)
	}
}

func TestWhatCannotLeaveIsNoSuccess(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("c.martin").open("/alertes").saveLadder(url.Values{"after-1": {"3"}, "address-1": {"nuit@exemple.invalid"}}).want(200, "/alertes?fait=enregistre")
	if got := b.text("[data-stuck]"); !strings.Contains(got, "nuit@exemple.invalid") || !strings.HasPrefix(got, "C’est enregistré.") || b.doc.Find(".notice.is-done").Length() != 0 {
		t.Errorf("after saving the page says %q and %q", got, b.text(".notice.is-done"))
	}
	if got := b.open("/alertes").text("[data-stuck]"); !strings.HasPrefix(got, "Rien ne peut partir d’ici vers") {
		t.Errorf("later it says %q", got)
	}
}

func TestFailuresAreSeen(t *testing.T) {
	t.Parallel()
	d, mail, _ := newAlertedDesk(t)
	camille, awa := d.as("c.martin"), d.as("a.diallo")
	r := d.receive(0, now())
	d.clock.Add(4 * time.Minute)
	d.ring()
	if said := camille.open("/file").text(".untold"); !strings.Contains(said, "aucune adresse") {
		t.Errorf("nobody can be told, and the queue says %q", said)
	}
	camille.open("/alertes").saveLadder(url.Values{"after-1": {"3"}, "address-1": {"plateau@exemple.invalid"}}).want(200, "/alertes?fait=enregistre")
	mail.Refuse(true)
	camille.submit(`form[action="/alertes/essai"]`, nil).want(200, "/alertes?fait=refused")
	if said := camille.text(".notice.is-error"); !strings.Contains(said, "refuse cette adresse") {
		t.Errorf("the test ends with %q", said)
	}
	d.ring()
	if said := camille.open("/file").text(".untold"); !strings.Contains(said, "plateau@exemple.invalid") {
		t.Errorf("nothing arrives, and the queue says %q", said)
	}
	if awa.open("/file").doc.Find(".untold").Length() != 0 {
		t.Error("an agent is told of what he cannot mend")
	}
	if rows := camille.open("/alertes").text(".recent tbody"); !strings.Contains(rows, "pas parti") || !strings.Contains(rows, "refuse cette adresse") {
		t.Errorf("the page lists %q", rows)
	}
	if got := d.log.String(); strings.Contains(got, r.ID.String()) && strings.Contains(got, "plateau@") {
		t.Error("the log ties an address to a report")
	}
	mail.Refuse(false)
	camille.submit(`form[action="/alertes/essai"]`, nil).want(200, "/alertes?fait=essai")
	d.clock.Add(time.Minute)
	d.ring()
	if camille.open("/file").doc.Find(".untold").Length() != 0 {
		t.Error("what works again is still trouble")
	}
	camille.post("/alertes/essai", url.Values{"to": {"inconnu@exemple.invalid"}}).want(200, "/alertes")
	for _, letter := range mail.Got() {
		if letter.To != "plateau@exemple.invalid" {
			t.Errorf("%s was written to", letter.To)
		}
	}
}

func TestWhatIsNotReachedAtAllIsSeen(t *testing.T) {
	t.Parallel()
	d, _, pager := newAlertedDesk(t)
	hook := pager.URL + "/alerte"
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.notices.SMTPServer = gone.Addr().String()
	gone.Close()
	pager.Close()
	d.server = d.start()
	b := d.as("c.martin").open("/alertes")
	b.saveLadder(url.Values{"after-1": {"3"}, "address-1": {"plateau@exemple.invalid"}, "after-2": {"1"}, "address-2": {hook}}).want(200, "/alertes?fait=enregistre")
	d.receive(0, now())
	for range 2 {
		d.clock.Add(4 * time.Minute)
		d.ring()
	}
	if said := b.open("/file").text(".untold"); !strings.Contains(said, "plateau@exemple.invalid") || !strings.Contains(said, hook) {
		t.Errorf("the queue says %q", said)
	}
	if rows := b.open("/alertes").text(".recent tbody"); strings.Count(rows, "le serveur ne répond pas") < 2 {
		t.Errorf("the page lists %q", rows)
	}
	if len(b.open("/file").rows()) != 1 {
		t.Error("what nobody was told of is not in the queue")
	}
}

func TestWithoutSettingsThePageSaysThatNothingLeaves(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("c.martin").open("/alertes").want(200, "/alertes")
	if said := b.text(".media"); strings.Contains(said, "Prêt") || !strings.Contains(said, "aucun serveur de courrier") {
		t.Errorf("it says %q", said)
	}
	b.saveLadder(url.Values{"address-1": {"plateau@exemple.invalid"}}).want(200, "/alertes?fait=enregistre")
	if b.doc.Find(`form[action="/alertes/essai"]`).Length() != 0 {
		t.Error("a test is offered that cannot leave")
	}
	b.post("/alertes/essai", url.Values{"to": {"plateau@exemple.invalid"}}).want(200, "/alertes?fait=unset")
	d.receive(0, now())
	d.clock.Add(6 * time.Minute)
	d.ring()
	d.clock.Add(3 * time.Minute)
	d.ring()
	if said := b.open("/file").text(".untold"); !strings.Contains(said, "plateau@exemple.invalid") {
		t.Errorf("an alarm that nobody can send is not seen: %q", said)
	}
}
