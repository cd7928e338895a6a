package pages_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"recueil/internal/metrics"
	"recueil/internal/testing/leak"
)

// What Prometheus is told of a house in which somebody waits and somebody works: how
// many, how long, and no id, no word and no address.
func TestMetricsHoldNoIdAndNoWord(t *testing.T) {
	t.Parallel()
	d, mail, _ := newAlertedDesk(t)
	d.metrics = metrics.New(func() int { return 7 })
	d.server = d.start()
	b := d.as("c.martin")
	b.open("/alertes").saveLadder(url.Values{"after-1": {"3"}, "address-1": {"plateau@exemple.invalid"}})
	r := d.receive(0, marked(t))
	d.clock.Add(4 * time.Minute)
	mail.Refuse(true)
	d.ring()
	mail.Refuse(false)
	d.clock.Add(time.Minute)
	d.ring()
	b.open(path(r) + "/" + marker).open("/file?vue=" + marker).open("/" + marker)
	scrape := func() string {
		w := httptest.NewRecorder()
		d.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	told := scrape()
	for _, line := range []string{`recueil_trust_version 7`, `recueil_alarms_open 1`, `recueil_unopened_urgent_seconds 300`, `recueil_overdue 1`,
		`recueil_notices_total{kind="alarm",medium="email",outcome="failed"} 1`, `recueil_notices_total{kind="alarm",medium="email",outcome="sent"} 1`,
		`recueil_notices_total{kind="overdue",medium="webhook",outcome="sent"} 0`} {
		if !strings.Contains(told, line+"\n") {
			t.Errorf("there is no line %q", line)
		}
	}
	for _, word := range []string{marker, r.ID.String(), r.Reference, "exemple.invalid"} {
		if leak.Of(word).In([]byte(told)) {
			t.Errorf("the metrics hold %q", word)
		}
	}
	labels := regexp.MustCompile(`[a-z]+="([^"]*)"`)
	allowed := regexp.MustCompile(`^(other|/[a-z/:*-]*|[0-9.]+|\+Inf|[1-5]xx|[a-z]+)$`)
	for _, label := range labels.FindAllStringSubmatch(told, -1) {
		if !allowed.MatchString(label[1]) {
			t.Errorf("a label is %q", label[0])
		}
	}
	b.open(path(r)).want(200, path(r))
	if err := d.office.NotifyOnce(context.Background()); err != nil {
		t.Fatal(err)
	}
	if told = scrape(); !strings.Contains(told, "recueil_alarms_open 0\n") || !strings.Contains(told, "recueil_unopened_urgent_seconds 0\n") || !strings.Contains(told, `{route="/dossiers/:id",class="2xx"}`) && !strings.Contains(told, `{class="2xx",route="/dossiers/:id"}`) {
		t.Error("opening the report does not show")
	}
}
