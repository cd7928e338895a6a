package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/report"
)

const serviceForm = "form.editing"

func shelter() url.Values {
	return url.Values{"department": {"59"}, "name": {"Point d’écoute des Tilleuls"}, "offers": {"Accueil sans rendez-vous, 12 à 21 ans"},
		"phone": {"01 99 00 12 34"}, "address": {"3 rue des Tilleuls, Lille"}, "source": {"appel au service"}, "verified": {"2026-03-10"}}
}

func TestALocalServiceIsListedWithWhenItWasChecked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin").open("/services/nouveau").want(200, "/services/nouveau")
	entered := b.fields(serviceForm)
	for name, value := range shelter() {
		entered[name] = value
	}
	b.post("/services/nouveau", entered).want(200, "/services?dep=59")
	b.post("/services/nouveau", entered).want(200, "/services?dep=59") // the second tap
	if n := ask[int](d, "select count(*) from local_services"); n != 1 {
		t.Fatalf("%d entries are stored", n)
	}
	if got := b.text(".services tbody"); !strings.Contains(got, "Point d’écoute des Tilleuls") || !strings.Contains(got, "vérifié le 10 mars 2026") {
		t.Errorf("the list says %q", got)
	}
	if b.open("/services?dep=13"); b.doc.Find(".services").Length() != 0 {
		t.Error("another département lists it")
	}
	d.clock.Add(365 * 24 * time.Hour)
	if b = d.as("t.colin").open("/services"); b.doc.Find(".services .badge.is-warning").Length() != 1 {
		t.Error("after a year it still counts as checked")
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'service.write'"); n != 1 {
		t.Errorf("the trail has %d writings", n)
	}
}

func TestALocalServiceThatNobodyCheckedIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin")
	for field, value := range map[string]string{"department": "99", "name": " ", "source": "", "verified": "2026-02-31", "phone": strings.Repeat("0", 41), "offers": "a\x00b"} {
		typed := shelter()
		typed.Set(field, value)
		b.post("/services/nouveau", typed)
		if b.status != 422 || b.doc.Find(`.error-summary a[href="#`+field+`"]`).Length() != 1 {
			t.Errorf("%s: %d, %q", field, b.status, b.text(".error-summary"))
		}
		if kept := b.doc.Find("#address").AttrOr("value", ""); kept != "3 rue des Tilleuls, Lille" {
			t.Errorf("%s: the address reads %q", field, kept)
		}
	}
	for day, want := range map[string]string{"2027-01-01": "pas encore venu", "2025-01-01": "plus d’un an"} {
		typed := shelter()
		typed.Set("verified", day)
		if b.post("/services/nouveau", typed); b.status != 422 || !strings.Contains(b.text(".error-summary"), want) {
			t.Errorf("%s: %d, %q", day, b.status, b.text(".error-summary"))
		}
	}
	if n := ask[int](d, "select count(*) from local_services"); n != 0 {
		t.Errorf("%d entries are stored", n)
	}
}

func TestTwoWhoChangeALocalServiceSeeEachOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("t.colin")
	b.post("/services/nouveau", shelter()).want(200, "/services?dep=59")
	address := b.doc.Find(".services a").AttrOr("href", "")
	mine := b.open(address).fields(serviceForm)
	mine.Set("department", "59")
	mine.Set("phone", "01 99 00 55 55")
	theirs := url.Values{}
	for name, value := range mine {
		theirs[name] = value
	}
	theirs.Set("phone", "01 99 00 77 77")
	b.post(address, theirs).want(200, "/services?dep=59")
	b.post(address, mine).want(409, address)
	if !strings.Contains(b.text("main > .notice"), "01 99 00 77 77") || b.doc.Find("#phone").AttrOr("value", "") != "01 99 00 55 55" {
		t.Errorf("the page says %q and keeps %q", b.text("main > .notice"), b.doc.Find("#phone").AttrOr("value", ""))
	}
	again := b.fields(serviceForm)
	again.Set("department", "59")
	b.post(address, again).want(200, "/services?dep=59")
	if got := b.text(".services tbody"); !strings.Contains(got, "01 99 00 55 55") {
		t.Errorf("after the choice it says %q", got)
	}
	if b.open("/services/" + report.NewID().String()); b.status != 404 {
		t.Errorf("an entry that is not there answers %d", b.status)
	}
	if a := d.as("a.diallo").open("/services"); a.status != 403 {
		t.Errorf("a listener is answered %d", a.status)
	}
}
