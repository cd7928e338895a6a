package pages_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAuditorsReadWhoDidWhatAndNoWordOfAReport(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, young())
	d.as("a.diallo").open(path(r)).want(200, "")
	d.browser().logIn("a.diallo", "une fausse phrase de passe")
	b := d.as("j.moreau").want(200, "/journal")
	got := b.text(".trail")
	for _, want := range []string{"Awa Diallo", "dossier ouvert", r.ID.String(), "connexion refusée", "Jo Moreau"} {
		if !strings.Contains(got, want) {
			t.Errorf("the trail does not show %q", want)
		}
	}
	if strings.Contains(b.body, "Léa") || strings.Contains(b.body, "Je n’ose pas") {
		t.Error("the trail shows a word of the report")
	}
	for name, c := range map[string]struct {
		query string
		lines int
		has   string
	}{
		"by person": {"qui=" + d.staffID("a.diallo").String() + "&quoi=report.open", 1, "dossier ouvert"},
		"by act":    {"quoi=login.failed", 1, "connexion refusée"},
		"by object": {"objet=" + r.ID.String(), 1, "dossier ouvert"},
		"by day":    {"quoi=report.open&du=2026-03-17&au=2026-03-17", 1, "17/03/2026 23:15:00"},
		"too late":  {"quoi=report.open&du=2026-03-18", 0, ""},
		"too early": {"quoi=report.open&au=2026-03-16", 0, ""},
	} {
		b.open("/journal?"+c.query).want(200, "")
		if n := b.doc.Find(".trail tbody tr").Length(); n != c.lines || !strings.Contains(b.text(".trail"), c.has) {
			t.Errorf("%s: %d lines, %q", name, n, b.text(".trail"))
		}
	}
	for query, field := range map[string]string{"qui=moi": "qui", "quoi=DROP+TABLE": "quoi", "objet=%27": "objet", "du=hier": "du", "du=2026-03-18&au=2026-03-17": "au"} {
		b.open("/journal?"+query).want(http.StatusUnprocessableEntity, "")
		if b.doc.Find(`.error-summary a[href="#`+field+`"]`).Length() != 1 || b.doc.Find("#"+field).AttrOr("aria-invalid", "") != "true" {
			t.Errorf("%s: the page says %q", query, b.text(".error-summary"))
		}
		b.open("/journal/export?"+query).want(http.StatusUnprocessableEntity, "")
	}
}

func TestTheTrailIsReadPageByPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("j.moreau")
	d.exec("select count(audit_append(now(), null, 'x', 'x', n::text, null, '')) from generate_series(1, 120) n")
	seen := map[string]bool{}
	b.open("/journal?quoi=x").want(200, "")
	for page := 0; ; page++ {
		for _, seq := range b.texts(".trail tbody th") {
			if seen[seq] {
				t.Errorf("line %s comes twice", seq)
			}
			seen[seq] = true
		}
		older, more := b.doc.Find(`.pages a:contains("Plus ancien")`).Attr("href")
		if !more || page > 5 {
			break
		}
		b.open(older).want(200, "")
	}
	if len(seen) != 120 {
		t.Errorf("%d lines were read", len(seen))
	}
	if newest := b.doc.Find(`.pages a:contains("Le plus récent")`).AttrOr("href", ""); newest != "/journal?quoi=x" {
		t.Errorf("the way back is %q", newest)
	}
}

func TestTheTrailIsExported(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.exec("update staff set display_name = '=1+1' where login = 'a.diallo'")
	d.as("a.diallo")
	b := d.as("j.moreau").open("/journal/export?quoi=login").want(200, "")
	if kind := b.answer.Get("Content-Type"); kind != "text/csv; charset=utf-8" || !strings.Contains(b.answer.Get("Content-Disposition"), `filename="journal.csv"`) {
		t.Errorf("sent as %s, %s", kind, b.answer.Get("Content-Disposition"))
	}
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.body, "\ufeff")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 3 || rows[0][4] != "action" || rows[2][3] != "'=1+1" || rows[2][4] != "login" {
		t.Fatalf("%v %q", err, rows)
	}
	if got := ask[string](d, "select detail from audit_events where action = 'trail.exported'"); got != "2" {
		t.Errorf("the export is audited with %s lines", got)
	}
}

func TestTheTrailIsVerified(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("j.moreau")
	b.submit(`form[action="/journal/verification"]`, nil).want(200, "/journal/verification")
	if got := b.text(".notice"); !strings.Contains(got, "Aucune ligne ne manque") {
		t.Errorf("a whole trail: %q", got)
	}
	if d.audited("trail.verified") != 1 {
		t.Error("the verification is not audited")
	}
	d.exec("update audit_events set detail = 'autre' where seq = 2")
	b.open("/journal").submit(`form[action="/journal/verification"]`, nil).want(200, "")
	if got := b.text("main"); !strings.Contains(got, "1 ligne n’est plus") || !strings.Contains(got, "Ligne 2 : changée") {
		t.Errorf("a changed line: %q", got)
	}
}

// More lines than one request takes are verified in parts, and the screens answer
// meanwhile.
func TestALongTrailIsVerifiedInParts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("j.moreau")
	for range 50 { // all in one transaction would wade through 50,000 versions of the head
		d.exec("select count(audit_append(now(), null, 'x', 'x', n::text, null, '')) from generate_series(1, 1002) n")
	}
	d.exec("update audit_events set detail = 'autre' where seq = 50050")
	start := time.Now()
	b.open("/journal").want(200, "")
	t.Logf("the page of %d lines took %s", ask[int](d, "select count(*) from audit_events"), time.Since(start))
	start = time.Now()
	b.submit(`form[action="/journal/verification"]`, nil).want(200, "")
	t.Logf("one part took %s", time.Since(start))
	if got := b.text(".notice"); !strings.Contains(got, "La suite reste à relire") {
		t.Fatalf("the first part: %q", b.text("main"))
	}
	b.submit(`main form[action="/journal/verification"]`, nil).want(200, "")
	if got := b.text("main"); !strings.Contains(got, "1 ligne n’est plus") || !strings.Contains(got, "Ligne 50050") || !strings.Contains(got, fmt.Sprint(ask[int](d, "select count(*) - 1 from audit_events"))+" lignes relues") {
		t.Errorf("both parts: %q", got)
	}
	// A form that was made up begins anew.
	b.post("/journal/verification", url.Values{"seq": {"50060"}, "head": {"zz"}, "read": {"-1"}, "found": {"0"}}).want(200, "")
	if got := b.text(".notice"); !strings.Contains(got, "La suite reste à relire") {
		t.Errorf("a made up form: %q", got)
	}
}
