package pages

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/seal"
)

// What is waited for from recipients, overdue first. Nothing is opened for it: whom
// a report went to stands on its own page.
type repliesPage struct {
	Frame
	Overdue []replyRow
	Later   []replyRow
}

type replyRow struct {
	Address   string
	Reference string
	Kind      string
	Due       string
	Late      string // how many days, in words
	Chased    string
	Assignee  string
}

func (s *Server) replies(c echo.Context, v *visit) error {
	listed, err := s.Archive.ExpectedReplies(c.Request().Context(), v.keys.Teams())
	if err != nil {
		return err
	}
	page := repliesPage{Frame: s.frame(c, s.voice.T("office.replies.title"))}
	today := s.today()
	for _, e := range listed {
		row := s.replyRow(e, today)
		if row.Late != "" {
			page.Overdue = append(page.Overdue, row)
		} else {
			page.Later = append(page.Later, row)
		}
	}
	return s.render(c, http.StatusOK, "replies", page)
}

func (s *Server) replyRow(e archive.ExpectedReply, today time.Time) replyRow {
	row := replyRow{Address: "/dossiers/" + e.ReportID.String() + "/transmission", Reference: seal.FormatReference(e.Reference),
		Kind: s.voice.T("office.replies.kind." + string(e.Kind)), Due: s.day(e.DueOn)}
	if days := daysBetween(e.DueOn, today); days > 0 {
		row.Late = s.voice.T("office.replies.late", "Count", days)
	}
	if e.ChasedOn != nil {
		row.Chased = s.voice.T("office.replies.chased", "Day", s.day(*e.ChasedOn))
	}
	if e.AssigneeName != nil {
		row.Assignee = *e.AssigneeName
	}
	return row
}
