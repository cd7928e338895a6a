package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/envelope"
	"recueil/internal/office"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// The demo unit has work of some weeks: one situation that it follows, and one that waits
// for its answer. Its weeks are lived before the servers start, by the real screens on a
// clock of their own, so that every time in them is what it says it is.

// A playing is the house on that clock.
type playing struct {
	ctx    context.Context
	pool   *pgxpool.Pool
	trust  *trust.File
	now    atomic.Pointer[time.Time]
	office string // its address
}

// playUnit lives them. The accounts lose one backup code each, and sign in with it.
func (c *devCommand) playUnit(ctx context.Context, ownerURL string, people []devStaff) error {
	house, err := c.house(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	p := &playing{ctx: ctx, pool: house.Pool, trust: house.Trust.File()}
	p.at(time.Now())
	const long = 1000 * time.Hour // no session ends while the clock jumps
	screens, err := office.New(office.Config{Pool: house.Pool, Trust: house.Trust, ShredDir: house.ShredDir, Program: "/proc/self/exe", Idle: long, Absolute: long,
		Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: func() time.Time { return *p.now.Load() }, Log: house.Log})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for the demo unit: %w", err)
	}
	p.office = "http://" + listener.Addr().String()
	server := &http.Server{Handler: screens, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener)
	defer server.Close()
	defer screens.EndStreams()
	seats := map[string]*seat{}
	for _, login := range []string{"noe", "sarah", "lise"} {
		if seats[login], err = p.seat(people, login); err != nil {
			return err
		}
	}
	if err := p.follow(seats); err != nil {
		return fmt.Errorf("living the weeks of the demo unit: %w", err)
	}
	return nil
}

func (p *playing) at(t time.Time) { p.now.Store(&t) }

// follow is the weeks themselves.
func (p *playing) follow(seats map[string]*seat) error {
	noe, sarah, lise := seats["noe"], seats["sarah"], seats["lise"]
	now := time.Now()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return err
	}
	y, m, d := now.In(paris).Date()
	on := func(days, hour, minute int) time.Time { return time.Date(y, m, d+days, hour, minute, 0, 0, paris) }
	day := func(days int) string { return on(days, 12, 0).Format(time.DateOnly) }

	followed, err := p.receive(demoFollowed, on(-23, 9, 40))
	if err != nil {
		return err
	}
	p.at(on(-23, 10, 5))
	noe.post("/dossiers/"+followed+"/prise-en-charge", url.Values{"version": {"1"}})
	noe.fill("/dossiers/"+followed+"/demande", `form[action$="/demande"]`, url.Values{"unit": {"cellule"}, "extent": {"masked"}, "reread": {"1"},
		"reason": {"Un accompagnement éducatif et psychologique est demandé. Elle accepte d’en parler."}})
	p.at(on(-22, 9, 15))
	sarah.open("/demandes").follow("main ol.cards a").send(`form[action$="/accord"]`, nil)
	record, _, _ := strings.Cut(sarah.at, "?")
	add := func(s *seat, act string, typed url.Values) {
		s.fill(record+"/ajouter/"+act, ".record-form form", typed)
	}
	p.at(on(-22, 9, 40))
	add(sarah, "ouverture", url.Values{"said.label": {"Iris"}, "said.consent": {"young_person"}, "said.alias": {"Camille, du club de danse"}, "said.phone": {"06 39 98 31 40"},
		"said.hours": {"le mercredi, de 14 h à 17 h"}, "said.voicemail": {"none"}, "said.never": {"Ne pas appeler le soir."}})
	p.at(on(-20, 15, 30))
	add(sarah, "contact", url.Values{"said.day": {day(-20)}, "said.hour": {"15:00"}, "said.way": {"call_made"}, "said.with": {"young_person"}, "said.minutes": {"25"},
		"said.note": {"Elle veut reprendre les cours et ne plus répondre à cet homme. Elle préfère venir ici."}})
	add(sarah, "rendez-vous", url.Values{"said.day": {day(-13)}, "said.hour": {"14:30"}, "said.minutes": {"60"}, "said.place": {"unit"}, "said.with": {"young_person"}})
	p.at(on(-13, 16, 0))
	sarah.open(record).follow(".planned .does a").send(".record-form form", url.Values{"said.status": {"no_show"}, "said.note": {"Prévenue la veille par SMS, elle n’est pas venue."}})
	p.at(on(-12, 10, 20))
	add(sarah, "contact", url.Values{"said.day": {day(-12)}, "said.hour": {"10:10"}, "said.way": {"call_received"}, "said.with": {"young_person"}, "said.minutes": {"10"},
		"said.note": {"Elle rappelle : elle avait eu peur d’être suivie. Nouveau rendez-vous voulu, près du lycée."}})
	add(sarah, "plan", url.Values{"said.step": {"Rencontrer la conseillère du lycée avec elle"}, "said.owner": {"Sarah Ollivier"}, "said.due": {day(6)}, "said.state": {"to_do"}})
	p.at(on(-8, 11, 0))
	lise.fill(record+"/avis", ".record-form form", url.Values{"said.note": {"Premier entretien au téléphone. Confiance fragile : garder la même personne et des horaires réguliers."}})
	p.at(on(-2, 9, 30))
	add(sarah, "rendez-vous", url.Values{"said.day": {day(4)}, "said.hour": {"10:30"}, "said.minutes": {"45"}, "said.place": {"partner"}, "said.with": {"young_person"}})

	waiting, err := p.receive(demoWaiting, now.Add(-20*time.Hour))
	if err != nil {
		return err
	}
	p.at(now.Add(-19 * time.Hour))
	noe.post("/dossiers/"+waiting+"/prise-en-charge", url.Values{"version": {"1"}})
	noe.fill("/dossiers/"+waiting+"/demande", `form[action$="/demande"]`, url.Values{"unit": {"cellule"}, "extent": {"whole"},
		"reason": {"Sa tante demande comment l’aider. Elle souhaite être rappelée par la cellule."}})
	for _, s := range []*seat{noe, sarah, lise} {
		s.post("/deconnexion", nil)
		if s.err != nil {
			return s.err
		}
	}
	return nil
}

// receive puts a report where the public side puts it, at a time of its own.
func (p *playing) receive(answers url.Values, at time.Time) (id string, err error) {
	r := report.Report{ID: report.NewID(), Door: report.Relative, Channel: report.Web, Language: "fr", ReceivedAt: at.UTC().Truncate(time.Microsecond)}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		if err := r.Set(name, answers[name]); err != nil {
			return "", err
		}
	}
	r.Marks = r.Check(r.ReceivedAt)
	r.Urgency, r.Rules = report.Assess(&r)
	code := seal.NewCode()
	r.Reference, r.CaseKey, r.ReplyKey = seal.NewReference(), secret.New(), code.ReplyKey()
	e, err := seal.Report(&r, code, p.trust.Receiving(), envelope.Main)
	if err != nil {
		return "", err
	}
	_, err = p.pool.Exec(p.ctx, `with stored as (insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, digest)
			values ($1, $2, $3, $4, 'web', $5, $6, 'main', sha256($9)) returning id),
		granted as (insert into report_grants (report_id, team_id, epoch, body) select id, $7, $8, $9 from stored returning report_id)
		insert into submissions (report_id, tag, received_at) select report_id, $10, $4 from granted`,
		e.ID, e.Reference, e.ReceiptLookup[:], e.ReceivedAt, int16(e.Urgency), e.DueAt, e.TeamID, e.Epoch, e.Body, e.Tag[:])
	return e.ID.String(), err
}

// A seat is a member of the demo staff before the screens. After something failed it
// does nothing more, and keeps the first error.
type seat struct {
	*member
	err error
}

func (p *playing) seat(people []devStaff, login string) (*seat, error) {
	house := devFile{Office: p.office, Staff: people}
	i := slices.IndexFunc(people, func(s devStaff) bool { return s.Login == login && len(s.BackupCodes) > 0 })
	if i < 0 {
		return nil, fmt.Errorf("the demo has no account %s that signs in", login)
	}
	m, err := house.enterAs(p.ctx, &house.Staff[i])
	if err != nil {
		return nil, fmt.Errorf("signing in the demo account %s: %w", login, err)
	}
	return &seat{member: m}, nil
}

func (s *seat) do(act func() error) *seat {
	if s.err == nil {
		s.err = act()
	}
	return s
}

func (s *seat) open(path string) *seat { return s.do(func() error { return s.member.open(path) }) }

func (s *seat) post(path string, form url.Values) *seat {
	return s.do(func() error { return s.member.post(path, form) })
}

// follow opens the first link of a kind.
func (s *seat) follow(links string) *seat {
	return s.do(func() error { return s.member.follow(links) })
}

// send sends a form of the page as it stands, but for what is typed.
func (s *seat) send(form string, typed url.Values) *seat {
	return s.do(func() error { return s.submit(form, typed) })
}

// fill opens a page and sends its form.
func (s *seat) fill(path, form string, typed url.Values) *seat { return s.open(path).send(form, typed) }
