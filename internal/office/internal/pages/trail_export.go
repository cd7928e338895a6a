package pages

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
)

// mostExported bounds a file: some 20 MB. It is made whole before it is sent, so that
// none is ever cut off in the middle.
const mostExported = 100_000

// exportTrail answers with the lines that the filters choose, the newest first. It
// is itself a line of the trail.
func (s *Server) exportTrail(c echo.Context, v *visit) error {
	_, query, problems := s.readTrailFilter(c.QueryParams())
	if problems != nil {
		return s.trail(c, v)
	}
	ctx := c.Request().Context()
	var file bytes.Buffer
	file.WriteString("\ufeff") // spreadsheets then read UTF-8
	out := csv.NewWriter(&file)
	out.Comma = ';'
	write := func(cells ...string) error {
		for i := range cells {
			cells[i] = plainCell(cells[i])
		}
		return out.Write(cells)
	}
	if err := write("seq", "at", "actor", "actor_name", "action", "object_type", "object_id", "object_name", "detail", "head"); err != nil {
		return err
	}
	count := 0
	err := s.Trail.Each(ctx, query, mostExported, func(l audit.Line) error {
		count++
		actor := ""
		if l.Actor != nil {
			actor = l.Actor.String()
		}
		return write(strconv.FormatInt(l.Seq, 10), l.At.UTC().Format("2006-01-02T15:04:05.000000Z"), actor, l.ActorName, l.Action, l.ObjectType, l.ObjectID, l.ObjectName, l.Detail, hex.EncodeToString(l.Head))
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: v.ID, Action: "trail.exported", Object: "trail", Detail: strconv.Itoa(count)}); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="journal.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", file.Bytes())
}

// plainCell keeps a spreadsheet from taking a name for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
