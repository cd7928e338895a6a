package intake

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// How long a draft lives after it was last saved, and a receipt after sending.
const (
	adultDraft  = 24 * time.Hour
	youngDraft  = time.Hour
	receiptLife = 10 * time.Minute
)

// draftVersion counts the shapes of draft; one of another shape is not guessed at.
const draftVersion = 1

var (
	errNoCookie     = errors.New("no draft cookie came along")
	errOtherVersion = errors.New("the draft is of another version")
)

// A draft is what one visitor has written so far. It exists in clear only while a
// request is answered.
type draft struct {
	Version   int                 `json:"version"`
	Door      report.Door         `json:"door"`
	ID        report.ID           `json:"id"`
	Reference string              `json:"reference"`
	Code      string              `json:"code"` // the receipt code, made with the draft
	CaseKey   []byte              `json:"case_key,omitempty"`
	Answers   report.Answers      `json:"answers"`
	Visited   []int               `json:"visited,omitempty"`  // steps answered so far
	Asked     []string            `json:"asked,omitempty"`    // what was asked about once already
	Extras    bool                `json:"extras,omitempty"`   // a young person wants to tell more
	Long      bool                `json:"long,omitempty"`     // a professional fills in all steps on one page
	Word      string              `json:"word,omitempty"`     // chosen to be asked beside the code; empty: none
	Files     []report.Attachment `json:"files,omitempty"`    // sealed and stored already
	Language  string              `json:"language,omitempty"` // of the page that was answered last
	Again     *again              `json:"again,omitempty"`    // a page to be shown once more
	SealedAt  time.Time           `json:"sealed_at"`
	Copied    int                 `json:"copied,omitempty"` // in the copy that a page carries: of which revision
	Sent      *sent               `json:"sent,omitempty"`   // what is left is a tombstone: the receipt

	reads string // the language of the pages its writer is shown, which each request says anew
}

// sent is what a tombstone remembers beside the receipt itself.
type sent struct {
	At    time.Time      `json:"at"`
	Tag   []byte         `json:"tag"`
	Short bool           `json:"short,omitempty"`
	Now   report.Urgency `json:"urgency"`
	Added bool           `json:"added,omitempty"`
	Word  bool           `json:"word,omitempty"`  // one was chosen
	Other bool           `json:"other,omitempty"` // a young person wrote for a friend
	Bases map[int]string `json:"bases,omitempty"` // what each page's answers were, hashed
	Files []report.ID    `json:"files,omitempty"` // listed in it
	Form  report.ID      `json:"form,omitzero"`   // of the short form, where the report has another id
}

// A visit is a draft with the token that opens it.
type visit struct {
	draft
	token    secret.Key
	revision int                // 0 while it is not stored
	sealed   *inbox.Attestation // of what this request sealed
	form     report.ID          // of the short form that a draft with files is sent by
	unread   bool               // its draft could not be read, and so could not its receipt
}

func newVisit(d report.Door) *visit {
	caseKey := secret.New()
	return &visit{token: secret.New(), draft: draft{Version: draftVersion, Door: d, ID: report.NewID(),
		Reference: seal.NewReference(), Code: seal.NewCode().Reveal(), CaseKey: caseKey.Bytes()}}
}

func (d *draft) life() time.Duration {
	switch {
	case d.Sent != nil:
		return receiptLife
	case d.Door == report.Young, d.Door == "": // nobody knows yet who writes
		return youngDraft
	}
	return adultDraft
}

// code reads the draft's receipt code back.
func (d *draft) code() (seal.Code, error) { return seal.ParseCode(d.Code) }

// cookieName begins with __Host-, which a browser accepts over a secure connection
// and for the whole host only. It says nothing else.
const cookieName = "__Host-e"

func setCookie(c echo.Context, token secret.Key) {
	sendCookie(c, markedValue(c, cookieName, token))
}

func cookieValue(token secret.Key) string { return base64.RawURLEncoding.EncodeToString(token.Bytes()) }

// markedValue is a cookie's value as it came, with its mark.
func markedValue(c echo.Context, name string, token secret.Key) string {
	value := cookieValue(token)
	if before, err := c.Cookie(name); err == nil && before.Value == value+onItsWay {
		return before.Value
	}
	return value
}

// onItsWay ends the cookie of a draft, or of a mailbox, that was sent while the database
// was away: its row is still there as it was, and its files belong to what is on some disk.
const onItsWay = "."

func isOnItsWay(c echo.Context, name string) bool {
	cookie, err := c.Cookie(name)
	return err == nil && strings.HasSuffix(cookie.Value, onItsWay)
}

// noDraft is the cookie of a visitor who began nothing. It only tells whether the
// browser keeps cookies, and keeps the page that sets it out of its cache.
const noDraft = "-"

func sendCookie(c echo.Context, value string) { putCookie(c, cookieName, value) }

func putCookie(c echo.Context, name, value string) {
	cookie := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode}
	if _, err := c.Cookie(name); err != nil {
		// A cookie that replaces another keeps the page out of Chromium's back-forward
		// cache, one that is merely added does not: so the first comes twice.
		c.SetCookie(cookie)
	}
	c.SetCookie(cookie)
}

func dropCookie(c echo.Context) { expireCookie(c, cookieName) }

func expireCookie(c echo.Context, name string) {
	c.SetCookie(&http.Cookie{Name: name, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode})
}

func cookieToken(c echo.Context) (secret.Key, error) { return tokenIn(c, cookieName) }

// tokenIn reads the secret that a cookie holds.
func tokenIn(c echo.Context, name string) (secret.Key, error) {
	cookie, err := c.Cookie(name)
	if err != nil || cookie.Value == noDraft {
		return secret.Key{}, errNoCookie
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimSuffix(cookie.Value, onItsWay))
	if err != nil {
		return secret.Key{}, reply.ErrForged
	}
	token, err := secret.FromBytes(raw)
	if err != nil {
		return secret.Key{}, reply.ErrForged
	}
	return token, nil
}

// load finds the visitor's draft and refreshes the cookie. The errors are
// errNoCookie, inbox.ErrNoDraft, reply.ErrForged, errOtherVersion, and
// postgres.ErrUnavailable.
func (s *Server) load(c echo.Context) (*visit, error) {
	token, err := cookieToken(c)
	if err != nil {
		return nil, err
	}
	setCookie(c, token)
	v, err := s.read(c.Request().Context(), token)
	if err != nil {
		return nil, err
	}
	v.reads = s.language(c)
	return v, nil
}

func (s *Server) read(ctx context.Context, token secret.Key) (*visit, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	sealed, revision, err := s.Drafts.LoadDraft(ctx, reply.DraftID(token), s.Now())
	if err != nil {
		return nil, err
	}
	return open(token, sealed, revision)
}

// How long a database that says nothing is waited for: by a page that is whole
// without it, and by one that needs it.
const (
	patience = 500 * time.Millisecond
	longest  = 5 * time.Second
)

// peek finds the draft in progress for a page that needs none: nil when there is
// none, or when it cannot be had at once.
func (s *Server) peek(c echo.Context) *visit {
	if v := s.glance(c); v != nil && v.Sent == nil {
		return v
	}
	return nil
}

// glance is peek for a page that only wants to know whom it speaks to: a receipt will
// do, too.
func (s *Server) glance(c echo.Context) *visit {
	token, err := cookieToken(c)
	if err != nil {
		return nil
	}
	setCookie(c, token)
	ctx, cancel := context.WithTimeout(c.Request().Context(), patience)
	defer cancel()
	v, err := s.read(ctx, token)
	if err != nil {
		return nil
	}
	v.reads = s.language(c)
	return v
}

func open(token secret.Key, sealed []byte, revision int) (*visit, error) {
	plain, err := reply.OpenDraft(token, sealed)
	if errors.Is(err, reply.ErrOtherVersion) {
		return nil, errOtherVersion
	}
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	v := &visit{token: token, revision: revision}
	if err := json.Unmarshal(plain, &v.draft); err != nil || v.Version != draftVersion {
		return nil, errOtherVersion
	}
	return v, nil
}

func (v *visit) seal() ([]byte, error) {
	plain, err := json.Marshal(&v.draft)
	if err != nil {
		return nil, errors.New("writing a draft: its values cannot be written as JSON")
	}
	defer clear(plain)
	return reply.SealDraft(v.token, plain)
}

// write is the draft as the inbox stores it.
func (s *Server) write(v *visit) (inbox.Draft, error) {
	now := s.Now()
	v.SealedAt = now
	sealed, err := v.seal()
	if err != nil {
		return inbox.Draft{}, err
	}
	return inbox.Draft{ID: reply.DraftID(v.token), Content: sealed, Revision: v.revision, Expires: now.Add(v.life()), Now: now}, nil
}

func draftID(v *visit) [32]byte { return reply.DraftID(v.token) }

func (s *Server) save(ctx context.Context, v *visit) error {
	w, err := s.write(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	revision, err := s.Drafts.SaveDraft(ctx, w)
	if err != nil {
		return err
	}
	v.revision = revision
	return s.keepFiles(ctx, v)
}

// keepFiles makes the files of a draft live as long as it does.
func (s *Server) keepFiles(ctx context.Context, v *visit) error {
	if len(v.Files) == 0 || v.Sent != nil {
		return nil
	}
	return s.Files.KeepFiles(ctx, v.ID, s.Now().Add(v.life()+fileGrace))
}

// manyTaps is how often a draft is read again because another request saved it
// first; each time, at least one of them got through.
const manyTaps = 20

// change applies f to the visitor's stored draft. When another tab saved in
// between, the draft is read again and f applied to that: the tabs fill in
// different pages, and neither loses.
func (s *Server) change(c echo.Context, f func(*visit) error) (*visit, error) {
	for attempt := 1; ; attempt++ {
		v, err := s.load(c)
		if err != nil {
			return nil, err
		}
		if err := f(v); err != nil {
			return v, err
		}
		err = s.save(c.Request().Context(), v)
		if !errors.Is(err, inbox.ErrConflict) {
			return v, err
		}
		if attempt == manyTaps {
			return v, fmt.Errorf("saving a draft %d times over: %w", attempt, err)
		}
	}
}

// lost reports whether err means that there is no draft to go on with, whatever
// the reason.
func lost(err error) bool {
	return errors.Is(err, errNoCookie) || errors.Is(err, inbox.ErrNoDraft) || errors.Is(err, reply.ErrForged) || errors.Is(err, errOtherVersion)
}
