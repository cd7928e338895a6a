package intake

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// Mailboxes hands over what staff wrote to the holder of a code. It is the inbox.
type Mailboxes interface {
	OpenMailbox(ctx context.Context, lookup [32]byte) (inbox.Mailbox, error)
	Messages(ctx context.Context, lookup [32]byte, now time.Time) ([]inbox.Message, error)
	NoteRead(ctx context.Context, lookup [32]byte, now time.Time) error
}

// How long a mailbox stays open after it was last looked at, and what was typed
// before the code was right.
const (
	adultBox = 30 * time.Minute
	youngBox = 15 * time.Minute
)

// boxVersion counts the shapes of box.
const boxVersion = 1

// A box is a mailbox that somebody opened with his code. It lies sealed among the
// drafts under a cookie of its own, so that the form somebody fills in beside it is
// not disturbed. Without a code it only keeps what was typed until the code is right.
type box struct {
	Version  int               `json:"version"`
	Code     string            `json:"code,omitempty"`
	Report   report.ID         `json:"report"`
	Voice    string            `json:"voice,omitempty"` // how the reporter is spoken to
	Typed    map[string]string `json:"typed,omitempty"` // not sent yet, by the name of the input
	Again    *boxAgain         `json:"again,omitempty"` // a page to be shown once more
	Sent     []sentFromBox     `json:"sent,omitempty"`
	Parcel   parcel            `json:"parcel,omitzero"` // files that were not sent yet
	SealedAt time.Time         `json:"sealed_at"`

	// What a page carries beside: the root of the ids of what is sent from it, and the
	// messages that it shows.
	Seed  []byte      `json:"seed,omitempty"`
	Known []report.ID `json:"known,omitempty"`
}

// sentFromBox notes that something was sent, and never what.
type sentFromBox struct {
	ID   report.ID `json:"id"`
	Name string    `json:"name"` // of the input
	At   time.Time `json:"at"`
}

// A boxAgain is a page of the mailbox to be shown once more by a GET, as [again] is
// for the form. What was typed lies in the box itself.
type boxAgain struct {
	At     string            `json:"at"`
	Status int               `json:"status"`
	Errors map[string]string `json:"errors,omitempty"`
	Notice string            `json:"notice,omitempty"`
	Leave  bool              `json:"leave,omitempty"` // what is asked about may stay as it is
}

// A boxVisit is a box with the token that opens it.
type boxVisit struct {
	box
	token    secret.Key
	revision int // 0 while it is not stored
	reads    string
}

func newBox() *boxVisit { return &boxVisit{token: secret.New(), box: box{Version: boxVersion}} }

// boxCookie opens a mailbox, as [cookieName] opens a draft.
const boxCookie = "__Host-b"

func setBoxCookie(c echo.Context, token secret.Key) {
	putCookie(c, boxCookie, markedValue(c, boxCookie, token))
}

// boxKey makes another key of the token, so that neither kind of row opens as the other.
func boxKey(token secret.Key) secret.Key { return token.Derive("recueil open mailbox") }

func boxID(token secret.Key) [32]byte { return reply.DraftID(boxKey(token)) }

func (b *box) life() time.Duration {
	if b.Voice == voiceAdult {
		return adultBox
	}
	return youngBox // or nobody knows yet who writes
}

func (b *box) code() (seal.Code, error) { return seal.ParseCode(b.Code) }

// loadBox finds the mailbox that the visitor opened. The errors are those of [Server.load].
func (s *Server) loadBox(c echo.Context) (*boxVisit, error) {
	token, err := tokenIn(c, boxCookie)
	if err != nil {
		return nil, err
	}
	setBoxCookie(c, token)
	ctx, cancel := context.WithTimeout(c.Request().Context(), longest)
	defer cancel()
	sealed, revision, err := s.Drafts.LoadDraft(ctx, boxID(token), s.Now())
	if err != nil {
		return nil, err
	}
	v, err := openBox(token, sealed)
	if err != nil {
		return nil, err
	}
	v.revision, v.reads = revision, s.language(c)
	return v, nil
}

func openBox(token secret.Key, sealed []byte) (*boxVisit, error) {
	plain, err := reply.OpenDraft(boxKey(token), sealed)
	if errors.Is(err, reply.ErrOtherVersion) {
		return nil, errOtherVersion
	}
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	v := &boxVisit{token: token}
	if err := json.Unmarshal(plain, &v.box); err != nil || v.Version != boxVersion {
		return nil, errOtherVersion
	}
	return v, nil
}

func (s *Server) sealBox(token secret.Key, b box) ([]byte, error) {
	b.SealedAt = s.Now()
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, errors.New("writing an open mailbox: it cannot be written as JSON")
	}
	defer clear(plain)
	return reply.SealDraft(boxKey(token), plain)
}

func (s *Server) saveBox(ctx context.Context, v *boxVisit) error {
	sealed, err := s.sealBox(v.token, v.box)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	now := s.Now()
	v.revision, err = s.Drafts.SaveDraft(ctx, inbox.Draft{ID: boxID(v.token), Content: sealed, Revision: v.revision, Expires: now.Add(v.life()), Now: now})
	if err == nil && len(v.Parcel.Files) > 0 {
		err = s.Files.KeepFiles(ctx, v.Parcel.Addition, now.Add(v.life()+fileGrace))
	}
	return err
}

// changeBox applies f to the stored box, as [Server.change] does to a draft: two tabs
// lose nothing.
func (s *Server) changeBox(c echo.Context, f func(*boxVisit)) (*boxVisit, error) {
	for attempt := 1; ; attempt++ {
		v, err := s.loadBox(c)
		if err != nil {
			return nil, err
		}
		f(v)
		err = s.saveBox(c.Request().Context(), v)
		if !errors.Is(err, inbox.ErrConflict) {
			return v, err
		}
		if attempt == manyTaps {
			return v, fmt.Errorf("saving an open mailbox %d times over: %w", attempt, err)
		}
	}
}

// slide lets the box live on. A minute more or less is not worth a write.
func (s *Server) slide(c echo.Context, v *boxVisit) {
	if s.Now().Sub(v.SealedAt) < time.Minute {
		return
	}
	if _, err := s.changeBox(c, func(*boxVisit) {}); err != nil {
		s.Log.Warn("an open mailbox does not live on", "err", err)
	}
}

// carry seals what a page of the box carries, so that what is sent from it can reach
// the spool while the database is away.
func (s *Server) carry(v *boxVisit, known []report.ID) (string, error) {
	seed := secret.New()
	sealed, err := s.sealBox(v.token, box{Version: boxVersion, Code: v.Code, Report: v.Report, Voice: v.Voice, Seed: seed.Bytes(), Known: known})
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// carriedBox opens what a page carries, unless that is older than a box may grow.
func (s *Server) carriedBox(c echo.Context, given string) (*boxVisit, bool) {
	token, err := tokenIn(c, boxCookie)
	if err != nil {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(given)
	if err != nil {
		return nil, false
	}
	v, err := openBox(token, sealed)
	if err != nil || v.Code == "" || len(v.Seed) == 0 {
		return nil, false
	}
	v.reads = s.language(c)
	return v, true
}

// The ways a reporter is spoken to; the tag of his word tells which.
const (
	voiceAdult  = "adult"
	voiceYoung  = "young"
	voiceFriend = "friend"
)

// tone is how the writer of a draft is spoken to when he comes back.
func (d *draft) tone() string {
	switch {
	case d.Door != report.Young:
		return voiceAdult
	case d.Answers.Reporter.Profile == report.ProfileYoungForOther:
		return voiceFriend
	}
	return voiceYoung
}

// boxVoice speaks to the reporter as he was spoken to on the form.
func (s *Server) boxVoice(v *boxVisit) *web.Voice {
	spoken, known := s.voices[v.reads]
	if !known {
		spoken = s.voices[defaultLanguage]
	}
	switch v.Voice {
	case voiceYoung:
		return spoken.young
	case voiceFriend:
		return spoken.friend
	}
	return spoken.adult
}

// keep keeps what was typed until it is sent, and says whether there was room. Where
// another tab has put something else there meanwhile, both stay; base is the
// fingerprint of what the page began with.
func (b *box) keep(name, typed, base string) bool {
	before := b.Typed[name]
	switch {
	case typed == before, fingerprint(typed) == base: // nothing new
		return true
	case fingerprint(before) == base, strings.HasPrefix(typed, before):
	case typed == "":
		return true
	default:
		typed = before + "\n\n" + typed
	}
	size := len(typed)
	for other, text := range b.Typed {
		if other != name {
			size += len(text)
		}
	}
	if size > mostAgain {
		return false
	}
	if b.Typed == nil {
		b.Typed = map[string]string{}
	}
	if b.Typed[name] = typed; typed == "" {
		delete(b.Typed, name)
	}
	return true
}

// fingerprint tells whether a text changed.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// lastSent returns when something was last sent from an input.
func (b *box) lastSent(name string) (time.Time, bool) {
	for i := len(b.Sent) - 1; i >= 0; i-- {
		if b.Sent[i].Name == name {
			return b.Sent[i].At, true
		}
	}
	return time.Time{}, false
}
