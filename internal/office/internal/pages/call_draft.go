package pages

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/call"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

var (
	errNoCallKey    = &web.Problem{Status: http.StatusForbidden, Key: "office.error.no_call_key"}
	errCallDamaged  = &web.Problem{Status: http.StatusConflict, Key: "office.error.call_damaged"}  // the report it is about
	errCallUnopened = &web.Problem{Status: http.StatusConflict, Key: "office.error.call_unopened"} // its own draft
	errOtherCall    = &web.Problem{Status: http.StatusConflict, Key: "office.error.other_call"}

	// errCallSent says that a call was sent from another page.
	errCallSent = errors.New("the call was sent")
)

// A heldCall is the row of a call with what is sealed in it.
type heldCall struct {
	archive.Call
	draft call.Draft
}

// loadCall opens a call.
func (s *Server) loadCall(c echo.Context, v *visit, id report.ID) (*heldCall, error) {
	row, err := s.Archive.Call(c.Request().Context(), id, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	return s.openCall(v, row)
}

func (s *Server) openCall(v *visit, row archive.Call) (*heldCall, error) {
	identity, ok := v.keys.Identity(row.TeamID, row.Epoch)
	if !ok {
		return nil, errNoCallKey
	}
	plain, err := unseal.Body(identity, row.Body)
	if err != nil {
		return nil, &web.Problem{Status: errCallUnopened.Status, Key: errCallUnopened.Key, Err: err}
	}
	defer clear(plain)
	draft, err := call.Decode(plain, row.ID)
	if err != nil {
		return nil, &web.Problem{Status: errCallUnopened.Status, Key: errCallUnopened.Key, Err: err}
	}
	if row.SentAt != nil && draft.Receipt == nil {
		return nil, errCallUnopened
	}
	return &heldCall{row, draft}, nil
}

// unopened reports whether an error says that the draft of a call does not open.
func unopened(err error) bool {
	var p *web.Problem
	return errors.As(err, &p) && (p.Key == errCallUnopened.Key || p.Key == errNoCallKey.Key)
}

// sealCall seals a draft to the team that receives reports, of which its listener is.
func (s *Server) sealCall(v *visit, d *call.Draft) (archive.Call, error) {
	to := s.Desk.Trust.File().Receiving()
	if _, ok := v.keys.Identity(to.TeamID, to.Number); !ok {
		return archive.Call{}, errNoCallKey
	}
	plain, err := d.Encode()
	if err != nil {
		return archive.Call{}, err
	}
	body, err := seal.Draft(plain, to)
	return archive.Call{ID: d.ID, Author: v.ID, TeamID: to.TeamID, Epoch: to.Number, Body: body, SavedAt: s.Now()}, err
}

// A typedCall is a call as a page posted it.
type typedCall struct {
	form     url.Values
	answers  report.Answers
	refused  map[string]string // by name, in words
	revision int
	page     string
	same     report.ID
	promise  call.Promise
	take     bool
}

func newPage() string { return rand.Text() }

func (s *Server) readCall(c echo.Context) (*typedCall, error) {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return nil, err
	}
	return s.typedCall(form), nil
}

func (s *Server) typedCall(form url.Values) *typedCall {
	t := &typedCall{form: form, page: form.Get("page"), take: form.Get("take") != "", refused: map[string]string{}}
	t.revision, _ = strconv.Atoi(form.Get("revision"))
	var refused map[string]string
	t.answers, refused = call.Read(form)
	for name, kind := range refused {
		f, _ := report.Lookup(name)
		t.refused[name] = s.voice.T("problem."+kind, "Max", f.Max)
	}
	if same, err := uuid.Parse(form.Get("same")); err == nil {
		t.same = same
	}
	t.promise = s.readPromise(form, t.refused)
	return t
}

// maxCallNote is in code points: of what is to be said when calling back, or of what
// an emergency service answered.
const maxCallNote = 2000

// readPromise reads when somebody is to be called back, in the time of Paris.
func (s *Server) readPromise(form url.Values, refused map[string]string) (p call.Promise) {
	if p.Note = report.NormaliseText(form.Get("callback_note")); !utf8.ValidString(p.Note) || utf8.RuneCountInString(p.Note) > maxCallNote {
		p.Note, refused["callback_note"] = "", s.voice.T("problem.too_long", "Max", maxCallNote)
	}
	day, hour := form.Get("callback_day"), form.Get("callback_time")
	if day == "" && hour == "" {
		return p
	}
	if day == "" {
		day = s.Now().In(s.paris).Format(time.DateOnly)
	}
	due, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, s.paris)
	if err != nil || due.Year() < 2000 || due.Year() > 2100 {
		refused["callback_time"] = s.voice.T("office.phone.callback.when.wrong")
		return p
	}
	p.Due = due.UTC()
	return p
}

// keepCall saves what was typed, unless that is there already. A page that does not
// know what another saved gets archive.ErrConcurrent, with the call as it is.
func (s *Server) keepCall(c echo.Context, v *visit, id report.ID, t *typedCall) (*heldCall, error) {
	ctx := c.Request().Context()
	h, err := s.loadCall(c, v, id)
	if errors.Is(err, archive.ErrNotFound) {
		if h, err = s.beginCall(c, v, id, t); !errors.Is(err, archive.ErrConcurrent) {
			return h, err
		}
		h, err = s.loadCall(c, v, id)
	}
	switch {
	case err != nil:
		return nil, err
	case h.SentAt != nil:
		return h, errCallSent
	case h.Author != v.ID:
		return nil, errOtherCall
	}
	draft := h.draft
	t.put(&draft)
	same := alike(&draft, &h.draft)
	switch {
	case same && h.DroppedAt == nil:
		return h, nil
	case !same && t.revision != h.Revision && t.page != h.draft.Page:
		return h, archive.ErrConcurrent
	}
	draft.Page = t.page
	row, err := s.sealCall(v, &draft)
	if err != nil {
		return nil, err
	}
	row.Revision = h.Revision
	saved, err := s.Archive.SaveCall(ctx, row)
	if err != nil {
		return h, err
	}
	row.Revision, row.BegunAt = saved, h.BegunAt
	return &heldCall{row, draft}, nil
}

// put lays what was typed over a draft. What was refused stays as it was.
func (t *typedCall) put(d *call.Draft) {
	before := d.Answers
	d.Answers = t.answers.Clone()
	for name := range t.refused {
		_ = d.Answers.Set(name, before.Get(name)) // it was taken once
	}
	d.Same = t.same
	if t.refused["callback_time"] == "" && t.refused["callback_note"] == "" {
		d.Callback = t.promise
	}
}

// alike reports whether two drafts say the same, whichever page saved them.
func alike(a, b *call.Draft) bool {
	one, other := *a, *b
	one.Page, other.Page = "", ""
	first, err := one.Encode()
	second, failed := other.Encode()
	return err == nil && failed == nil && slices.Equal(first, second)
}

// beginCall stores a call for the first time. A page that was open for so long that
// its call was sent, and the receipt is over, begins another about that report.
func (s *Server) beginCall(c echo.Context, v *visit, id report.ID, t *typedCall) (*heldCall, error) {
	ctx := c.Request().Context()
	draft := call.Draft{ID: id, Page: t.page}
	t.put(&draft)
	switch earlier, err := s.became(ctx, v, id); {
	case err == nil:
		draft.ID, draft.Same = uuid.NewSHA1(id, []byte(t.page)), earlier
	case !errors.Is(err, archive.ErrNotFound):
		return nil, err
	}
	row, err := s.sealCall(v, &draft)
	if err != nil {
		return nil, err
	}
	row.Revision, row.BegunAt = 1, row.SavedAt
	err = s.Trail.Within(ctx, s.callLine(v, "call.begin", draft.ID, row.Body), func(tx pgx.Tx) error { return archive.BeginCall(ctx, tx, row) })
	return &heldCall{row, draft}, err
}

func (s *Server) callLine(v *visit, action string, id report.ID, seen []byte) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "call", ID: id.String(), Seen: seen}
}

// SweepCalls drops the receipts and the drafts whose time is over.
func (s *Server) SweepCalls(ctx context.Context) error { return s.Archive.SweepCalls(ctx, s.Now()) }
