package pages

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/envelope"
	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/call"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// sendCall makes a report of a call, or adds it to the report it is about. First it is
// saved: whatever happens then, it is not lost.
func (s *Server) sendCall(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	typed, err := s.readCall(c)
	if err != nil {
		return err
	}
	h, err := s.keepCall(c, v, id, typed)
	if errors.Is(err, errCallSent) && s.sameCall(h, typed) {
		return goTo(c, callAddress(h.ID)+"/recu")
	}
	if err != nil {
		return s.callRefused(c, v, id, typed, h, err)
	}
	if len(typed.refused) > 0 {
		return s.showCall(c, v, callScreen{status: http.StatusUnprocessableEntity, held: h, typed: typed})
	}
	if answers := h.draft.Complete(); !answers.Sendable() {
		nothing := []problem{{"situation-facts", s.voice.T("office.phone.nothing")}}
		return s.showCall(c, v, callScreen{status: http.StatusUnprocessableEntity, held: h, typed: typed, problems: nothing})
	}
	p := &sending{s: s, v: v, held: h, take: typed.take}
	if err := p.store(c.Request().Context()); errors.Is(err, archive.ErrNotFound) && h.draft.Same != uuid.Nil {
		// What it was about is no longer there for him.
		typed.same = uuid.Nil
		return s.showCall(c, v, callScreen{status: http.StatusConflict, held: h, typed: typed, notice: s.voice.T("office.phone.same.gone")})
	} else if err != nil {
		return s.callRefused(c, v, id, typed, h, err)
	}
	return goTo(c, callAddress(h.draft.ID)+"/recu")
}

// sameCall reports whether a page holds what was sent from another, as the second
// press of its button does.
func (s *Server) sameCall(h *heldCall, t *typedCall) bool {
	draft := call.Draft{ID: h.ID}
	t.put(&draft)
	return bytes.Equal(callTag(&draft), h.draft.Receipt.Tag)
}

// callTag tells the same call sent twice. It is compared within the sealed receipt
// only, and so needs no key.
func callTag(d *call.Draft) []byte {
	answers := d.Complete()
	tag := seal.Tag(&answers, secret.Key{})
	return tag[:]
}

// A sending is a call on its way to the queue.
type sending struct {
	s    *Server
	v    *visit
	held *heldCall
	take bool

	report   report.Report // as it is sealed; of a call about another report, that one's
	envelope envelope.Envelope
	receipt  call.Receipt
}

// store does everything that belongs to sending at once: the report lies in the queue
// with all that was noted beside it, and the receipt in the draft's place, or nothing
// happened. A second press waits for the first, and finds its receipt.
func (p *sending) store(ctx context.Context) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	return p.s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		row, err := archive.HoldCall(ctx, tx, p.held.ID)
		switch {
		case err != nil:
			return nil, err
		case row.SentAt != nil:
			return nil, nil
		case row.Revision != p.held.Revision:
			return nil, archive.ErrConcurrent
		}
		lines, err := p.put(ctx, tx)
		if err != nil {
			return nil, err
		}
		more, err := p.noted(ctx, tx)
		if err != nil {
			return nil, err
		}
		return append(lines, more...), p.bury(ctx, tx)
	})
}

// prepare seals the call, for a report of its own or for the one it is about.
func (p *sending) prepare(ctx context.Context) error {
	at := p.s.Now().UTC().Truncate(1000)
	draft := &p.held.draft
	r := draft.Report(at, p.s.voice.Lang)
	p.receipt = call.Receipt{Report: r.ID, Tag: callTag(draft)}
	if draft.Same != uuid.Nil {
		return p.prepareSame(ctx, r)
	}
	code := seal.NewCode()
	r.Reference, r.CaseKey, r.ReplyKey = seal.NewReference(), secret.New(), code.ReplyKey()
	p.receipt.Reference, p.receipt.Code = r.Reference, code.Reveal()
	p.report = r
	var err error
	p.envelope, err = seal.Report(&r, code, p.s.Desk.Trust.File().Receiving(), envelope.Main)
	return err
}

// prepareSame seals a call to the team that has the report, as what its reporter adds is
// sealed: also that of a report which is restricted to some of the team.
func (p *sending) prepareSame(ctx context.Context, r report.Report) error {
	found, err := p.s.Archive.Get(ctx, p.held.draft.Same, p.v.keys.Teams())
	if err != nil {
		return err
	}
	first, err := p.s.unseal(p.v, &found)
	if err != nil {
		return errCallDamaged
	}
	team := found.TeamID
	if found.Restricted != nil {
		team = *found.Restricted
	}
	to, ok := p.s.Desk.Trust.File().Current(team)
	if !ok {
		return errNoCallKey
	}
	addition := r.ID
	r.ID, r.Reference = first.ID, first.Reference
	p.receipt.Report, p.receipt.Reference = first.ID, first.Reference
	p.report = *first
	p.envelope, err = seal.Addition(&r, addition, to)
	return err
}

// put stores the sealed call, and makes it its listener's where he wants that.
func (p *sending) put(ctx context.Context, tx pgx.Tx) ([]audit.Event, error) {
	e, s, v := &p.envelope, p.s, p.v
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "call.send", Object: "report", ID: e.ReportID.String(), Seen: e.Body}
	if e.Kind == envelope.Addition {
		line.Action = "call.add"
		return []audit.Event{line}, archive.AddCall(ctx, tx, e, v.ID)
	}
	if err := archive.SendCall(ctx, tx, e); err != nil {
		return nil, err
	}
	lines := []audit.Event{line}
	if p.take {
		claim := audit.Event{At: s.Now(), Actor: v.ID, Action: "report.claim", Object: "report", ID: e.ID.String()}
		return append(lines, claim), archive.ClaimSent(ctx, tx, e.ID, v.ID, s.Now().Add(triage.LeaseTime))
	}
	return lines, nil
}

// noted stores what was done during the call: who was called for help, and when
// somebody is to be called back.
func (p *sending) noted(ctx context.Context, tx pgx.Tx) (lines []audit.Event, err error) {
	draft, of := &p.held.draft, casefile.Of(&p.report)
	for _, relay := range draft.Relays {
		line, err := p.s.storeRelay(ctx, tx, p.v, of, relay)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	if !draft.Callback.Due.IsZero() {
		line, err := p.s.storePromise(ctx, tx, p.v, of, promised{ID: report.NewID(), Due: draft.Callback.Due, Assignee: p.v.ID, Note: draft.Callback.Note})
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (p *sending) bury(ctx context.Context, tx pgx.Tx) error {
	row, err := p.s.sealCall(p.v, &call.Draft{ID: p.held.ID, Receipt: &p.receipt})
	if err != nil {
		return err
	}
	return archive.BuryCall(ctx, tx, row, p.s.Now())
}

// A receiptPage is what may be read aloud to the caller: once, and for ten minutes.
type receiptPage struct {
	Frame
	Address   string
	Report    string // its address
	Reference []spelled
	Code      []spelled // none for a call that joined a report
	Joined    bool
	Until     string
}

// A spelled is one group of a code, with the words that tell its letters apart on a
// bad line.
type spelled struct {
	Group string
	Words string
}

func (s *Server) callReceipt(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	h, err := s.loadCall(c, v, id)
	if errors.Is(err, archive.ErrNotFound) {
		return s.afterCall(c, v, id, err)
	}
	if err != nil {
		return err
	}
	if h.SentAt == nil {
		return c.Redirect(http.StatusSeeOther, callAddress(id))
	}
	receipt := h.draft.Receipt
	address := "/dossiers/" + receipt.Report.String()
	if h.Author != v.ID || !s.Now().Before(h.SentAt.Add(archive.ReceiptTime)) {
		return c.Redirect(http.StatusSeeOther, address)
	}
	page := receiptPage{Frame: s.frame(c, s.voice.T("office.phone.receipt.title")), Address: callAddress(id), Report: address,
		Reference: s.spell(seal.FormatReference(receipt.Reference)), Code: s.spell(receipt.Code), Joined: receipt.Code == "",
		Until: s.clock(h.SentAt.Add(archive.ReceiptTime))}
	return s.render(c, http.StatusOK, "call_receipt", page)
}

// forgetReceipt takes the code off the screen and out of the database.
func (s *Server) forgetReceipt(c echo.Context, v *visit) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.Archive.ForgetReceipt(c.Request().Context(), id, v.ID); err != nil {
		return err
	}
	return goTo(c, "/appels")
}
