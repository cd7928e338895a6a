package pages

import (
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/transmission"
)

// What was prepared once is not typed twice: whoever prepares a file, after a withdrawal,
// a refusal, or because it came back, begins with what was taken out and chosen then.

// takenUp is the proposal that the preview of a request begins with, or nil.
func (l *leaving) takenUp(c echo.Context) *sent {
	for _, t := range l.sent {
		if t.part.ID.String() == c.QueryParam("reprise") {
			return t
		}
	}
	return nil
}

// begin is what stands on the preview before anything is typed: what names a child who
// wrote and did not allow it is left out beforehand.
func (l *leaving) begin(file *transmission.File, v *visit, again *sent) preparing {
	typed := preparing{Version: l.row.Version}
	if again != nil {
		typed.Redactions, typed.Omitted = strings.Join(again.what.Redactions, "\n"), again.what.Omitted
		for _, f := range l.held {
			for _, p := range again.what.Pieces {
				if f.listed.ID == p.ID {
					typed.Pieces = append(typed.Pieces, p.ID.String())
				}
			}
		}
		if again.part.Author == v.ID { // only he read it; the whole is read anew by everybody
			typed.Read = again.what.Read
		}
	}
	withheld := l.withheld()
	for _, section := range file.Sections {
		if again != nil && !l.since(section.Of, again) {
			continue // it was decided then
		}
		for _, a := range section.Answers {
			if by := withheld[section.Of]; by != nil && transmission.OwnCase(&by.Answers) && transmission.Names(a.Field) {
				typed.Omitted = append(typed.Omitted, answerKey(&section, &a))
			}
		}
	}
	return typed
}

// since reports whether an addition came after a proposal.
func (l *leaving) since(addition uuid.UUID, t *sent) bool {
	for _, a := range l.additions {
		if a.row.ID == addition {
			return !a.row.ReceivedAt.Before(t.part.CreatedAt)
		}
	}
	return false
}
