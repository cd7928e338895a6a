package pages

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/web"
)

const (
	// verifiedAtOnce is how many lines one request checks, in about half a second. A
	// longer trail is checked in parts; the form on the page goes on with the next.
	verifiedAtOnce = 50_000
	verifyTime     = 20 * time.Second
	shownFindings  = 100
)

type verificationPage struct {
	Frame
	Read     int64 // lines so far, in all parts
	Newest   int64
	Findings []findingRow
	Found    int // in all parts
	More     bool
	LastSeq  int64
	LastHead string
	Busy     bool // somebody else's is running on this server
}

type findingRow struct {
	Seq  int64
	Text string
}

// A progress is what a part of a verification hands on to the next, in its form: its
// reader is the auditor himself, who would mislead nobody else.
type progress struct {
	at    audit.Position
	read  int64
	found int
}

func readProgress(form url.Values) progress {
	var p progress
	p.at.Seq, _ = strconv.ParseInt(form.Get("seq"), 10, 64)
	p.read, _ = strconv.ParseInt(form.Get("read"), 10, 64)
	p.found, _ = strconv.Atoi(form.Get("found"))
	head, err := hex.DecodeString(form.Get("head"))
	if err != nil || len(head) != 32 || p.at.Seq <= 0 || p.read < 0 || p.found < 0 {
		return progress{}
	}
	p.at.Head = head
	return p
}

func (s *Server) verifyTrail(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	select {
	case s.verifying <- struct{}{}:
		defer func() { <-s.verifying }()
	default:
		return s.render(c, http.StatusConflict, "verification", verificationPage{Frame: s.frame(c, s.voice.T("office.verify.title")), Busy: true})
	}
	before := readProgress(form)
	ctx, stop := context.WithTimeout(c.Request().Context(), verifyTime)
	defer stop()
	result, err := s.Trail.VerifyPart(ctx, before.at, verifiedAtOnce)
	if err != nil {
		return err
	}
	page := verificationPage{Read: before.read + result.Lines, Newest: result.Newest, Found: before.found + len(result.Findings), More: result.More(),
		LastSeq: result.Last.Seq, LastHead: hex.EncodeToString(result.Last.Head)}
	page.Frame = s.frame(c, s.voice.T("office.verify.title"))
	for _, f := range result.Findings[:min(len(result.Findings), shownFindings)] {
		page.Findings = append(page.Findings, findingRow{f.Seq, s.voice.T("office.verify." + f.Kind)})
	}
	if !page.More {
		event := audit.Event{At: s.Now(), Actor: v.ID, Action: "trail.verified", Object: "trail", ID: strconv.FormatInt(page.LastSeq, 10), Detail: strconv.Itoa(page.Found)}
		if err := s.Trail.Append(c.Request().Context(), event); err != nil {
			return err
		}
	}
	return s.render(c, http.StatusOK, "verification", page)
}
