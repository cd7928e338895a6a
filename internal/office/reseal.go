package office

import (
	"context"
	"fmt"

	"filippo.io/age"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// A Resealing seals what lies under a retired epoch to the team's current one, so
// that the retired key can be destroyed. It can be stopped at any moment and begun
// again.
type Resealing struct {
	House
	Team     string
	From     int
	Sponsor  string // log-in name of a coordinator who holds both keys
	Secret   secret.Text
	Progress func(Resealed)
}

// Resealed counts what was sealed again, and names what was left under its old key:
// it does not open, is not what its row says, or another body stands in its place.
type Resealed struct {
	Reports, Additions int
	Records            int // of a unit, and opinions of a profession
	Referrals          int // and letters about them
	Views              int // of the queue, whose names are sealed
	Left               []report.ID
}

// batch is how many bodies share a transaction: openings of the office wait for the
// audit line of each at the end of it.
const batch = 50

// Reseal seals again, batch by batch. A body is removed only after its copy was read
// back from the database and opened, and held the same bytes.
func Reseal(ctx context.Context, r Resealing) (Resealed, error) {
	to, known := r.Trust.File().Current(r.Team)
	if !known {
		return Resealed{}, fmt.Errorf("the trust file has no team %s", r.Team)
	}
	if r.From >= to.Number || r.From < 1 {
		return Resealed{}, fmt.Errorf("epoch %d of %s is not retired; the current one is %d", r.From, r.Team, to.Number)
	}
	if err := r.allUseThisFile(ctx); err != nil {
		return Resealed{}, err
	}
	sponsor, keys, err := r.vouch(ctx, []string{r.Team}, r.Sponsor, r.Secret)
	if err != nil {
		return Resealed{}, err
	}
	older, holds := keys.Identity(r.Team, r.From)
	newer, too := keys.Identity(r.Team, to.Number)
	if !holds || !too {
		return Resealed{}, fmt.Errorf("%s does not hold epochs %d and %d of %s; let somebody vouch who does", r.Sponsor, r.From, to.Number, r.Team)
	}
	work := resealer{r, sponsor.ID, older, newer, to}
	var done Resealed
	for _, additions := range []bool{false, true} {
		after := uuid.Nil
		for {
			last, err := work.next(ctx, additions, after, &done)
			if err != nil {
				return done, err
			}
			if last == uuid.Nil {
				break
			}
			after = last
			if r.Progress != nil {
				r.Progress(done)
			}
		}
	}
	for _, opinions := range []bool{false, true} {
		if err := work.records(ctx, keys, opinions, &done); err != nil {
			return done, err
		}
	}
	if err := work.held(ctx, &done); err != nil {
		return done, err
	}
	err = work.views(ctx, keys, &done)
	return done, err
}

// allUseThisFile refuses while a server could not open what is sealed to the current
// epoch, or still seals to an older one.
func (h House) allUseThisFile(ctx context.Context) error {
	servers, err := readServers(ctx, h.Pool)
	if err != nil {
		return err
	}
	file := h.Trust.File()
	for _, s := range servers {
		if s.TrustVersion != file.Version() || s.TrustFingerprint != file.Fingerprint() {
			return fmt.Errorf("%s %s uses version %d of the trust file, this one is version %d; install the newest everywhere, reload, and name it by --trust-file",
				s.Kind, s.Name, s.TrustVersion, file.Version())
		}
	}
	return nil
}

type resealer struct {
	Resealing
	by           uuid.UUID
	older, newer age.Identity
	to           trust.Epoch
}

// next seals one batch again and returns the last id it looked at, or uuid.Nil at the
// end. What a failed batch did is undone and not counted.
func (r *resealer) next(ctx context.Context, additions bool, after report.ID, done *Resealed) (last report.ID, err error) {
	so := *done
	so.Left = append([]report.ID(nil), done.Left...)
	err = pgx.BeginFunc(ctx, r.Pool, func(tx pgx.Tx) error {
		ids, err := archive.SealedTo(ctx, tx, additions, r.Team, r.From, after, batch)
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		var events []audit.Event
		for _, id := range ids {
			event, err := r.again(ctx, tx, additions, id)
			switch {
			case err != nil:
				return err
			case event == nil:
				so.Left = append(so.Left, id)
				continue
			case additions:
				so.Additions++
			default:
				so.Reports++
			}
			events = append(events, *event)
		}
		// Last, since each holds up the next line of everybody else.
		for _, event := range events {
			if err := audit.AppendIn(ctx, tx, event); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		*done = so
	}
	return last, err
}

// again seals one body again. It returns no event when the body has to stay where it
// is.
func (r *resealer) again(ctx context.Context, tx pgx.Tx, addition bool, id report.ID) (*audit.Event, error) {
	old, err := archive.TakeBody(ctx, tx, addition, id, r.Team, r.From)
	if err != nil {
		return nil, err
	}
	if !r.opens(old) {
		return nil, nil
	}
	next := old
	if next.Sealed, err = unseal.Again(r.older, old.Sealed, r.to); err != nil {
		return nil, err
	}
	stored, fresh, err := archive.PutBody(ctx, tx, next, r.Team, r.From, r.to.Number)
	if err != nil {
		return nil, err
	}
	if err := unseal.Same(r.older, old.Sealed, r.newer, stored); err != nil {
		if fresh { // the copy must not stand, and nothing of this batch
			return nil, fmt.Errorf("reading %s back: %w", id, err)
		}
		r.Log.Warn("another body stands where this one was to go", "id", id)
		return nil, nil
	}
	event := &audit.Event{At: r.Now(), Actor: r.by, Action: "report.resealed", Object: "report", ID: old.ReportID.String(), Seen: stored,
		Detail: fmt.Sprintf("%s %d to %d", r.Team, r.From, r.to.Number)}
	if addition {
		event.Action, event.Object, event.ID = "addition.resealed", "addition", id.String()
		return event, nil
	}
	return event, archive.DropBody(ctx, tx, id, r.Team, r.From)
}

// opens reports whether a body is what its row says.
func (r *resealer) opens(b archive.Body) bool {
	var err error
	if b.Addition {
		_, err = unseal.Addition(r.older, b.ID, b.ReportID, b.Sealed)
	} else {
		_, err = unseal.Report(r.older, unseal.Row{ID: b.ID, Urgency: b.Urgency, Body: b.Sealed})
	}
	if err != nil {
		r.Log.Warn("a body stays under its old key", "id", b.ID, "err", err)
	}
	return err == nil
}
