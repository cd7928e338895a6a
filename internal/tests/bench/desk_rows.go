package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
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
	id            report.ID
	place         string // its département
}

// fill puts reports straight into the database of the desk: all of them open, five
// minutes apart, one in fifty still to be verified, one in 256 with something added
// that nobody has opened. Each is sealed as the intake seals it.
func (d *desk) fill(ctx context.Context, n int) ([]sealedRow, error) {
	if err := d.readPlaces(); err != nil {
		return nil, err
	}
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
		return nil, fmt.Errorf("sealing %d reports: %w", n, firstOf(ctx, []error{failed}))
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
			select gen_random_uuid(), id, 'plateau', 1, 'age-encryption.org/v1' || chr(10)::bytea, now() from reports where right(id::text, 2) = '00'`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("storing %d reports: %w", n, err)
	}
	return rows, d.vacuum(ctx)
}

// vacuum leaves the tables as autovacuum would in a while.
func (d *desk) vacuum(ctx context.Context) error {
	for _, table := range []string{"reports", "report_grants", "report_excerpts", "additions"} {
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
	answers.Place.Department = d.place(random)
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
	return sealedRow{id: e.ID, place: answers.Place.Department,
		report: []any{e.ID, e.Reference, e.ReceiptLookup[:], e.ReceivedAt, string(e.Channel), int16(e.Urgency), e.DueAt, lane, status, qualification, assignee},
		grant:  []any{e.ID, e.TeamID, int32(e.Epoch), e.Body, at}}, nil
}
