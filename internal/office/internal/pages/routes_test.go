package pages_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/pages"
	"recueil/internal/report"
)

// An asker is one column of the table of routes: who asks, and what is there for him.
type asker struct {
	column string
	b      *browser
	named  map[string]string // what stands in an address for a name such as :piece
	hidden map[string]string // the same of a report that is restricted to others; nil where his role reads none
}

var parameter = regexp.MustCompile(`:[a-z]+`)

// ofReport are the addresses that name a report, or what belongs to one.
var ofReport = regexp.MustCompile(`^/(dossiers/:id|rappels/:rappel)`)

// asks sends a request as a form without values, or a link, does, and says what it is
// answered with. A redirect is an answer.
func (w *asker) asks(t *testing.T, method, address string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.b.base+address, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("User-Agent", "")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := *w.b.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil { // the next request goes by the same connection
		t.Fatal(err)
	}
	return answer.StatusCode
}

// fill puts what is named into an address; what nobody named is the id of nothing.
func fill(address string, named map[string]string) string {
	room := strings.SplitN(address, "/", 3)[1]
	if strings.Contains(address, ":envoi") {
		room = "envois"
	}
	return parameter.ReplaceAllStringFunc(address, func(name string) string {
		for _, key := range []string{room + name, name} {
			if value, ok := named[key]; ok {
				return value
			}
		}
		return uuid.NewString()
	})
}

// Every address of the office, asked for by everybody: those of the router's own list,
// so that a new one without a row fails.
func TestEveryRouteAnswersEveryRole(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	var columns []string
	for i, line := range strings.Split(strings.TrimSpace(routes), "\n") {
		cells := strings.Fields(line)
		if i == 0 {
			columns = cells[2:]
			continue
		}
		if len(cells) != len(columns)+2 {
			t.Fatalf("the row %q has %d cells of %d", line, len(cells), len(columns)+2)
		}
		rows[cells[0]+" "+cells[1]] = cells[2:]
	}
	var addresses []string
	for _, address := range pages.Routes(t) {
		if !strings.Contains(address, "/decision/:acte") || strings.HasSuffix(address, "/reconnexion") {
			addresses = append(addresses, address)
			continue
		}
		for _, deed := range pages.Deeds() { // each asks for a right of its own
			addresses = append(addresses, strings.Replace(address, ":acte", deed, 1))
		}
	}
	for address := range rows {
		if !slices.Contains(addresses, address) {
			t.Errorf("%s has a row and is no address of the office", address)
		}
	}
	slices.SortStableFunc(addresses, func(a, b string) int { return leaving(a) - leaving(b) })
	askers := newAskers(t)
	for i := range askers {
		if i >= len(columns) || askers[i].column != columns[i] {
			t.Fatalf("the table has the columns %v, and %s is number %d", columns, askers[i].column, i)
		}
	}
	for _, address := range addresses {
		method, path, _ := strings.Cut(address, " ")
		var got []string
		for i := range askers {
			w := &askers[i]
			cell := fmt.Sprint(w.asks(t, method, fill(path, w.named)))
			if w.hidden != nil && ofReport.MatchString(path) {
				cell += fmt.Sprint("/", w.asks(t, method, fill(path, w.hidden)))
			}
			got = append(got, cell)
		}
		if want := rows[address]; !slices.Equal(got, want) {
			t.Errorf("%s answers\n%s\nwant\n%s", address, row(address, got), row(address, want))
		}
	}
}

// leaving puts last what ends a session.
func leaving(address string) int {
	switch {
	case strings.HasSuffix(address, "/deconnexion"):
		return 2
	case strings.HasSuffix(address, "/reconnexion"):
		return 1
	}
	return 0
}

func row(address string, cells []string) string {
	method, path, _ := strings.Cut(address, " ")
	line := fmt.Sprintf("\t%-4s %-52s", method, path)
	for _, cell := range cells {
		line += fmt.Sprintf(" %-7s", cell)
	}
	return strings.TrimRight(line, " ")
}

// newAskers seats everybody at one desk, each in front of things of his own.
func newAskers(t *testing.T) []asker {
	d := newDesk(t)
	seats := map[string]*browser{}
	for _, p := range people {
		seats[p.login] = d.seat(p.login, true)
	}
	photo := sent{"photo.jpg", picture()}
	unit := d.unitThings(seats)
	desk := d.deskThings(seats)
	others := map[string]map[string]string{} // by who does not see it
	theirs := d.receiveWith(photo)
	d.restrict(seats["c.martin"], theirs, "c.martin").want(200, path(theirs))
	others["a.diallo"] = d.about(theirs)
	others["s.leroy"] = others["a.diallo"]
	own := d.receiveWith(photo)
	d.exec("update staff set role = 'coordinator' where login = 'a.diallo'")
	d.restrict(seats["c.martin"], own, "a.diallo").want(200, "/file")
	d.exec("update staff set role = 'agent' where login = 'a.diallo'")
	others["c.martin"] = d.about(own)

	askers := []asker{{column: "stranger", b: d.browser()}, {column: "half", b: d.seat("a.diallo", false)}}
	for _, p := range people {
		w := asker{column: p.login, b: seats[p.login], named: map[string]string{}, hidden: others[p.login]}
		for _, things := range []map[string]string{desk, unit} {
			for name, value := range things {
				w.named[name] = value
			}
		}
		if r := d.receiveWith(photo); p.login == "a.diallo" || p.login == "c.martin" {
			w.b.claim(r)
			for name, value := range d.about(r) {
				w.named[name] = value
			}
			w.named["appels:id"] = report.NewID().String()
			w.b.post("/appels/"+w.named["appels:id"], url.Values{"situation.facts": {"Une voisine appelle."}}).want(200, "")
		} else if w.hidden != nil {
			for name, value := range d.about(r) {
				w.named[name] = value
			}
		}
		askers = append(askers, w)
	}
	for i := range askers {
		if askers[i].named == nil {
			askers[i].named = askers[3].named // of the agent's
		}
	}
	return askers
}

// about names a report and what belongs to it.
func (d *desk) about(r *report.Report) map[string]string {
	d.t.Helper()
	callback := uuid.New()
	d.exec("insert into callbacks (id, report_id, assignee, due_at, created_by, created_at) values ($1, $2, $3, $4, $3, $5)",
		callback, r.ID, d.staffID("c.martin"), d.clock.Now().Add(time.Hour), d.clock.Now())
	return map[string]string{":id": r.ID.String(), ":piece": r.Attachments[0].ID.String(), "rappels:rappel": callback.String()}
}

// deskThings are what the platform has besides reports.
func (d *desk) deskThings(seats map[string]*browser) map[string]string {
	d.t.Helper()
	entry := seats["a.diallo"].addEntry("cell", "CRIP du Nord", "59", "")
	seats["a.diallo"].submit(`form[action$="/verification"]`, nil).want(200, entry)
	to := strings.TrimPrefix(entry, "/annuaire/")
	r := d.receive(time.Hour, lille())
	d.qualify(r, "concern")
	seats["a.diallo"].propose(r, to, nil).want(200, "")
	seats["a.diallo"].open("/file?urgence=1").submit(".keep-view", url.Values{"nom": {"Urgents"}}).want(200, "")
	lot := uuid.New()
	d.exec("insert into bulk_closings (id, author, closed_at) values ($1, $2, $3)", lot, d.staffID("a.diallo"), d.clock.Now())
	address := strings.Split(seats["c.martin"].open(path(r)+"/transmission").form(`form[action*="/envois/"]`).AttrOr("action", ""), "/")
	return map[string]string{":destinataire": to, "envois:id": r.ID.String(), ":envoi": address[4], ":forme": "pdf",
		":vue": ask[string](d, "select id::text from queue_views"), ":lot": lot.String(), "comptes:acte": "role",
		"comptes:compte": d.staffID("s.leroy").String(), "cles:compte": d.staffID("n.roche").String(), "verifications:compte": d.staffID("s.leroy").String()}
}

// unitThings are what the unit has.
func (d *desk) unitThings(seats map[string]*browser) map[string]string {
	d.t.Helper()
	r := d.receive(time.Hour, mother())
	seats["a.diallo"].claim(r).refer(r, nil).want(200, path(r))
	record := seats["t.colin"].openRecord("Marée").recordAt()
	seats["t.colin"].adds(record, "rendez-vous", url.Values{"said.day": {d.day(24 * time.Hour)}, "said.hour": {"14:00"}, "said.minutes": {"45"}, "said.place": {"unit"},
		"said.note": {"Entretien"}, "who": {d.staffID("t.colin").String()}}).want(200, record)
	seats["y.noel"].open(record+"/avis").submit(".record-form form", url.Values{"said.note": {"Elle va mieux."}}).want(200, record)
	seats["t.colin"].open("/services/nouveau").submit(serviceForm, shelter()).want(200, "")
	return map[string]string{":demande": ask[string](d, "select id::text from referrals"), ":suivi": strings.TrimPrefix(record, "/suivi/"), "suivi:acte": "contact",
		":rdv": ask[string](d, "select id::text from record_appointments"), ":avis": ask[string](d, "select id::text from record_opinions"),
		":service": ask[string](d, "select id::text from local_services")}
}
