package intake

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/web"
)

type receiptPage struct {
	Frame
	Reference string
	Code      string
	Reading   string // when it will be read; empty: at once
	Urgent    bool
	Added     bool
	Young     bool
	Attested  *Attestation
	Word      bool // the chosen word is asked beside the code
	Square    Square
	Card      []CardLine
	Alone     bool // the card has a page of its own, too
}

// receipt shows reference and code for ten minutes after sending.
func (s *Server) receipt(c echo.Context) error {
	v, err := s.load(c)
	if lost(err) {
		return gone(err)
	}
	if err != nil {
		return err
	}
	if v.Sent == nil {
		return c.Redirect(http.StatusSeeOther, v.next())
	}
	if c.QueryParam("a") != "" {
		return s.showAttestation(c, v)
	}
	if c.QueryParam("c") != "" {
		return s.showCard(c, v)
	}
	return s.showReceipt(c, v)
}

func (s *Server) showReceipt(c echo.Context, v *visit) error {
	voice := s.voice(&v.draft)
	page := receiptPage{Frame: s.frame(c, voice, voice.T("page.receipt.title")), Reference: seal.FormatReference(v.Reference), Code: v.Code,
		Reading: s.reading(voice), Urgent: v.Sent.Now == 0, Added: v.Sent.Added, Young: v.Door == report.Young, Attested: s.attest(c, v), Word: v.Sent.Word, Card: card(voice, v.Code), Alone: c.Request().Method == http.MethodGet}
	var err error
	if page.Square, err = squareOf(v.Code); err != nil {
		return err
	}
	page.FormPage = true
	if c.Request().Method != http.MethodGet {
		page.Languages = nil // asked for again it would not be there, and the code with it
	}
	return s.render(c, voice, http.StatusOK, "receipt", page)
}

// reading says in words when somebody reads what is written now: nothing when that
// is at once. It promises what the opening hours hold, and nothing else.
func (s *Server) reading(voice *web.Voice) string {
	at, open := s.Hours.NextReading(s.Now())
	if open {
		return ""
	}
	clock := clockInWords(voice, at)
	now := s.Now().In(at.Location())
	switch {
	case sameDay(at, now):
		return voice.T("when.today", "Time", clock)
	case sameDay(at, now.AddDate(0, 0, 1)):
		return voice.T("when.tomorrow", "Time", clock)
	case at.Sub(now) < 6*24*time.Hour:
		return voice.T("when.weekday", "Weekday", voice.T("weekday."+itoa(int(at.Weekday()))), "Time", clock)
	}
	return voice.T("when.date", "Day", at.Day(), "Month", voice.T("month."+itoa(int(at.Month()))), "Time", clock)
}

func clockInWords(voice *web.Voice, at time.Time) string {
	if at.Minute() == 0 {
		return voice.T("when.time.sharp", "Hour", at.Hour())
	}
	return voice.T("when.time", "Hour", at.Hour(), "Minute", at.Format("04"))
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }
