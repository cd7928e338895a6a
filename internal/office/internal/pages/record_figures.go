package pages

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/stats"
	"recueil/internal/trust"
)

// What a unit did in a year, by one dimension each. Nothing is counted of today: two
// looks at one day would tell what came in between.
type recordFiguresPage struct {
	Frame
	Tabs    []recordTab
	Heading string
	Year    int
	Years   []recordTab
	Export  string
	Figures []recordFigure
}

// A recordFigure is one table with its bars.
type recordFigure struct {
	ID, Title string
	Rows      []figureRow
	Total     string
}

type figureRow struct {
	Label string
	Count string // or that it is hidden
	Share int    // of the greatest, of 100
	Hid   bool
}

// recordCounts is what the entries of a year say, by table and code.
type recordCounts map[string]map[string]int

func (rc recordCounts) add(table, code string) {
	if code == "" {
		code = "unknown"
	}
	if rc[table] == nil {
		rc[table] = map[string]int{}
	}
	rc[table][code]++
}

func (s *Server) recordFigures(c echo.Context, v *visit, unit trust.Team) error {
	year := s.figuresYear(c)
	counts, err := s.countRecords(c.Request().Context(), v, unit.ID, year)
	if err != nil {
		return err
	}
	title := s.voice.T("office.record.figures")
	page := recordFiguresPage{Frame: s.frame(c, title), Tabs: s.unitTabs("figures"), Heading: title, Year: year, Export: "/suivi/chiffres/export?annee=" + strconv.Itoa(year), Figures: s.figuresOf(unit.ID, counts)}
	for y := s.Now().In(s.paris).Year(); y > s.Now().In(s.paris).Year()-3; y-- {
		page.Years = append(page.Years, recordTab{"/suivi/chiffres?annee=" + strconv.Itoa(y), strconv.Itoa(y), y == year})
	}
	return s.render(c, http.StatusOK, "record_figures", page)
}

func (s *Server) figuresYear(c echo.Context) int {
	now := s.Now().In(s.paris).Year()
	if year, err := strconv.Atoi(c.QueryParam("annee")); err == nil && year > 2000 && year <= now {
		return year
	}
	return now
}

// exportFigures writes the same tables for a spreadsheet.
func (s *Server) exportFigures(c echo.Context, v *visit, unit trust.Team) error {
	ctx, year := c.Request().Context(), s.figuresYear(c)
	counts, err := s.countRecords(ctx, v, unit.ID, year)
	if err != nil {
		return err
	}
	if err := s.Trail.Append(ctx, audit.Event{At: s.Now(), Actor: v.ID, Action: "record.figures", Object: "team", ID: unit.ID}); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	c.Response().Header().Set("Content-Disposition", `attachment; filename="chiffres-`+strconv.Itoa(year)+`.csv"`)
	out := csv.NewWriter(c.Response())
	out.Comma = ';'
	for _, f := range s.figuresOf(unit.ID, counts) {
		for _, row := range f.Rows {
			if err := out.Write([]string{f.Title, row.Label, row.Count}); err != nil {
				return err
			}
		}
		if err := out.Write([]string{f.Title, s.voice.T("office.record.total"), f.Total}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// countRecords opens what the unit wrote in a year and keeps nothing of it but counts.
func (s *Server) countRecords(ctx context.Context, v *visit, unit string, year int) (recordCounts, error) {
	from, to := time.Date(year, 1, 1, 0, 0, 0, 0, s.paris), time.Date(year+1, 1, 1, 0, 0, 0, 0, s.paris)
	now := s.Now().In(s.paris)
	if today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.paris); today.Before(to) {
		to = today
	}
	counts := recordCounts{}
	var at uuid.UUID
	var key casefile.Case
	var broken bool
	err := s.Archive.EachEntry(ctx, unit, from, to, func(c archive.CountedEntry) {
		if c.ID != at {
			var err error
			at = c.ID
			key, err = s.recordKey(v, &c.Record)
			broken = err != nil
		}
		var e followup.Entry
		if broken || key.Open(casefile.Place{Part: c.Entry.ID, Kind: recordPart, Sequence: c.Entry.Sequence}, c.Entry.Body, &e) != nil {
			return
		}
		counts.tally(c, e)
	})
	if err != nil {
		return nil, err
	}
	if counts["appointments"], err = s.Archive.CountAppointments(ctx, unit, from, to); err != nil {
		return nil, err
	}
	counts["opinions"], err = s.Archive.CountOpinions(ctx, unit, from, to)
	return counts, err
}

func (rc recordCounts) tally(c archive.CountedEntry, e followup.Entry) {
	switch e.Kind {
	case followup.Opening:
		if c.Entry.ID == c.Opening {
			rc.add("situations", e.Said.Get("origin"))
			rc.add("departments", e.Said.Get("department"))
			rc.add("consents", e.Said.Get("consent"))
		}
	case followup.Contact:
		rc.add("contacts", e.Said.Get("way"))
	case followup.Orientation:
		rc.add("orientations", e.Said.Get("towards"))
	case followup.Closing:
		rc.add("closings", e.Said.Get("reason"))
	}
}

// figureTables are the tables in the order of the screen, each with the kind and field
// whose codes it counts.
var figureTables = []struct {
	name, field string
	kind        followup.Kind
}{
	{"situations", "origin", followup.Opening}, {"departments", "department", followup.Opening}, {"consents", "consent", followup.Opening}, {"contacts", "way", followup.Contact},
	{"appointments", "status", followup.Outcome}, {"orientations", "towards", followup.Orientation}, {"opinions", "", ""}, {"closings", "reason", followup.Closing},
}

func (s *Server) figuresOf(unit string, counts recordCounts) []recordFigure {
	var figures []recordFigure
	for _, table := range figureTables {
		var codes []string
		for _, f := range followup.Fields(table.kind) {
			if f.Name == table.field {
				codes = f.Codes
			}
		}
		if table.name == "opinions" {
			for _, team := range s.Desk.Trust.File().Professions(unit) {
				codes = append(codes, team.ID)
			}
		}
		column := stats.Count(codes, counts[table.name])
		f := recordFigure{ID: table.name, Title: s.voice.T("office.record.figure." + table.name), Total: s.cell(column.Total)}
		greatest := 1
		for _, row := range column.Rows {
			greatest = max(greatest, row.Count)
		}
		for _, row := range column.Rows {
			f.Rows = append(f.Rows, figureRow{s.figureLabel(table.name, table.field, row.Code), s.cell(row.Cell), row.Count * 100 / greatest, row.Hidden})
		}
		figures = append(figures, f)
	}
	return figures
}

func (s *Server) cell(c stats.Cell) string {
	if c.Hidden {
		return s.voice.T("office.record.hidden")
	}
	return itoa(c.Count)
}

func (s *Server) figureLabel(table, field, code string) string {
	switch {
	case code == "unknown":
		return s.voice.T("office.record.unknown")
	case table == "opinions":
		return s.teamName(code)
	case table == "departments":
		return firstOf(s.departmentName(code), code)
	}
	return firstOf(s.recordCode("", field, code), code)
}
