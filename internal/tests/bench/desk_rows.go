package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

const (
	queueGoal  = 60 * time.Millisecond
	reportGoal = 15 * time.Millisecond
)

// invented are answers of every urgency, as sober as a queue has them.
var invented = []report.Answers{
	{Reporter: report.Reporter{Profile: report.ProfileNeighbour}, Situation: report.Situation{Facts: "Des cris, la nuit, depuis une semaine."}, UrgencySigns: []report.UrgencySign{report.UrgencySignDangerousPersonPresent}, Children: []report.Child{{Age: "6"}, {Age: "9"}}},
	{Reporter: report.Reporter{Profile: report.ProfileParent}, Situation: report.Situation{Facts: "Un bleu au bras."}, UrgencySigns: []report.UrgencySign{report.UrgencySignVisibleInjury}, Children: []report.Child{{Age: "4"}}},
	{Reporter: report.Reporter{Profile: report.ProfileFriend}, Situation: report.Situation{Facts: "Il reste seul le soir.", Dangers: []report.Danger{report.DangerGrossNeglect}}, Children: []report.Child{{Age: "11"}}},
	{Reporter: report.Reporter{Profile: report.ProfileWitness}, Situation: report.Situation{Facts: "Une dispute devant l’école.", Dangers: []report.Danger{report.DangerParentalConflict}}, Children: []report.Child{{Age: "8"}}},
}

// deskStates are the states that stand in the queue, as often as they come.
var deskStates = []string{"received", "received", "received", "received", "in_triage", "in_triage", "awaiting_information", "qualified", "awaiting_validation", "reopened"}

// A sealedRow is a report ready to be copied in, with what only the office will know of it.
type sealedRow struct {
	report, grant []any
	place         string // its département
	told          int    // the answers it has, by their number
}

// fill puts reports straight into the database of the desk: all of them open, five
// minutes apart, one in fifty still to be verified, one in 250 with something added
// that nobody has opened. Each is sealed as the intake seals it.
func (d *desk) fill(ctx context.Context, n int) error {
	rows := make([]sealedRow, n)
	var failed error
	var once sync.Once
	var sealing sync.WaitGroup
	const workers = 2
	for w := range workers {
		sealing.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 7))
			for i := w; i < n && ctx.Err() == nil; i += workers {
				var err error
				if rows[i], err = d.invent(random, i, n); err != nil {
					once.Do(func() { failed = err })
					return
				}
			}
		})
	}
	sealing.Wait()
	if failed != nil || ctx.Err() != nil {
		return fmt.Errorf("sealing %d reports: %w", n, firstOf(ctx, []error{failed}))
	}
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		from := func(part func(sealedRow) []any) pgx.CopyFromSource {
			return pgx.CopyFromSlice(n, func(i int) ([]any, error) { return part(rows[i]), nil })
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"reports"}, []string{"id", "reference", "receipt_lookup", "received_at", "channel", "urgency", "due_at", "lane", "status", "qualification", "assignee"},
			from(func(r sealedRow) []any { return r.report }))
		if err != nil {
			return err
		}
		if _, err = tx.CopyFrom(ctx, pgx.Identifier{"report_grants"}, []string{"report_id", "team_id", "epoch", "body", "granted_at"}, from(func(r sealedRow) []any { return r.grant })); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into additions (id, report_id, team_id, epoch, body, received_at)
			select gen_random_uuid(), id, 'plateau', 1, 'age-encryption.org/v1' || chr(10)::bytea, now() from reports where left(id::text, 2) = '00'`)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing %d reports: %w", n, err)
	}
	if err := d.copyTokens(ctx, rows); err != nil {
		return fmt.Errorf("copying the tokens of %d reports: %w", n, err)
	}
	for _, table := range []string{"reports", "report_grants", "additions"} {
		if _, err := d.pool.Exec(ctx, "vacuum (analyze) "+table); err != nil {
			return err
		}
	}
	return nil
}

func (d *desk) invent(random *rand.Rand, i, n int) (sealedRow, error) {
	told := []int{0, 1, 1, 1, 2, 2, 2, 3, 3, 3}[random.IntN(10)]
	if told == 0 && random.IntN(20) > 0 {
		told = 2 // one in two hundred is for now
	}
	answers := invented[told]
	answers.Place.Department = place(random)
	at := time.Now().Add(-time.Duration(n-i) * 5 * time.Minute).UTC().Truncate(time.Microsecond)
	r := &report.Report{ID: report.NewID(), Reference: seal.NewReference(), Channel: report.Web, Language: "fr", ReceivedAt: at, CaseKey: secret.New(), ReplyKey: secret.New(), Answers: answers}
	if random.IntN(10) == 0 {
		r.Channel = report.Phone
	}
	r.Urgency, r.Rules = report.Assess(r)
	lane, status := "main", deskStates[random.IntN(len(deskStates))]
	if random.IntN(50) == 0 {
		lane = "to_verify"
	}
	e, err := seal.Report(r, seal.NewCode(), d.team, lane)
	if err != nil {
		return sealedRow{}, err
	}
	var qualification, assignee any
	if status == "qualified" || status == "awaiting_validation" {
		qualification = []string{"concern", "concern_urgent", "prosecutor", "first_responders"}[random.IntN(4)]
	}
	switch {
	case status == "received":
	case random.IntN(20) == 0:
		assignee = d.member
	default:
		assignee = uuid.UUID{15: byte(random.IntN(19))}.String()
	}
	return sealedRow{place: answers.Place.Department, told: told,
		report: []any{e.ID, e.Reference, e.ReceiptLookup[:], e.ReceivedAt, string(e.Channel), int16(e.Urgency), e.DueAt, lane, status, qualification, assignee},
		grant:  []any{e.ID, e.TeamID, int32(e.Epoch), e.Body, at}}, nil
}

// deskViews are the addresses that are measured: each filter alone, and some together.
func (d *desk) deskViews() []string {
	views := []string{""}
	for _, name := range []string{"reponses", "en-retard", "a-verifier", "non-attribues", "les-miens", "mon-equipe", "attente", "validation", "sans-retour"} {
		views = append(views, "vue="+name)
	}
	return append(views,
		"urgence=0", "urgence=3", "canal=phone", "voie=principale", "nature=prosecutor", "etat=received", "etat=closed", "etat=in_triage&etat=closed",
		"du="+time.Now().AddDate(0, 0, -7).Format(time.DateOnly), "vue=a-verifier&deplie=1",
		"urgence=1&canal=phone&nature=prosecutor&suivi=moi", "urgence=0&etat=awaiting_validation&canal=phone&retard=1&reponses=1",
		"suivi="+uuid.UUID{15: 3}.String(),
		"dep="+d.places[often], "dep="+d.places[rare], "dep="+d.places[often]+"&urgence=1&etat=received", "dep="+d.places[often]+"&etat=closed",
		"dep="+d.places[rare]+"&vue=non-attribues")
}

// measureDesk times the queue with many reports behind it, and one report opened.
func measureDesk(ctx context.Context, h *house, p plan, t *table) error {
	d, err := openDesk(ctx, h)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.fill(ctx, p.reports); err != nil {
		return err
	}
	if err := h.calm(ctx); err != nil {
		return err
	}
	if err := d.redial(); err != nil {
		return err
	}
	before, err := d.spent()
	if err != nil {
		return err
	}
	var worst time.Duration
	var slowest string
	var ids []string
	views := d.deskViews()
	for _, view := range views {
		var waits []time.Duration
		begun, err := d.spent()
		if err != nil {
			return err
		}
		for range p.looks {
			page, took, err := d.get("/file?" + view)
			if err != nil {
				return err
			}
			waits = append(waits, took)
			if len(waits) == 1 {
				ids = append(ids, addresses(page)...)
			}
		}
		if p.aloud { // on a busy machine the processor time says more than the clock
			ended, err := d.spent()
			if err != nil {
				return err
			}
			looks := time.Duration(p.looks)
			fmt.Fprintf(os.Stderr, "%-90s %s, p95 %s; CPU %s and %s\n", view, short(percentile(waits, 50)), short(percentile(waits[2:], 95)),
				short((ended[0]-begun[0])/looks), short((ended[1]-begun[1])/looks))
		}
		if tail := percentile(waits[2:], 95); tail > worst { // the first two prepare statements
			worst, slowest = tail, view
		}
	}
	t.goal(fmt.Sprintf("queue page with %d reports behind it, 50 rows opened and decrypted, %d filters: p95 of the slowest (%s)", p.reports, len(views), slowest), short(worst), "< 60 ms", worst < queueGoal)
	after, err := d.spent()
	if err != nil {
		return err
	}
	all := time.Duration(p.looks * len(views))
	t.row("queue page: CPU of the office, and of PostgreSQL", short((after[0]-before[0])/all)+", "+short((after[1]-before[1])/all))
	var waits []time.Duration
	for i := range p.opened {
		_, took, err := d.get(ids[(i*37)%len(ids)])
		if err != nil {
			return err
		}
		waits = append(waits, took)
	}
	tail := percentile(waits, 95)
	t.goal("one report opened: p95, median "+short(percentile(waits, 50)), short(tail), "< 15 ms", tail < reportGoal)
	return nil
}

// spent is the processor time that the office and PostgreSQL have used so far.
func (d *desk) spent() (used [2]time.Duration, err error) {
	if used[0], err = d.server.cpu(); err != nil {
		return used, err
	}
	used[1], err = childrenCPU(d.server.database)
	return used, err
}

// addresses are where the rows of a page of the queue lead.
func addresses(page string) (found []string) {
	for _, part := range strings.Split(page, `<a href="/dossiers/`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		found = append(found, "/dossiers/"+id)
	}
	return found
}
