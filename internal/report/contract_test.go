package report_test

import (
	"encoding/csv"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recueil/internal/report"
)

// The published list and the code must agree row by row, both ways.
func TestFieldsAreThePublishedList(t *testing.T) {
	file, err := os.Open("testdata/fields.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.LazyQuotes = true // the last column is prose
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:]
	fields := report.Fields()
	if len(rows) != len(fields) || len(rows) < 72 {
		t.Fatalf("%d rows, %d fields", len(rows), len(fields))
	}
	asked := map[string]report.Asked{"required": report.Required, "asked": report.Prominent, "offered": report.Offered, "-": report.Never, "": report.Never}
	kinds := map[string]report.Kind{"radio": report.Radio, "period": report.Radio, "multi": report.Multi, "select": report.Select,
		"long text": report.LongText, "phone": report.PhoneNumber, "email": report.Email, "date": report.DateParts,
		"date in three fields": report.DateParts, "date or period": report.DateOrPeriodKind, "commune": report.CommuneKind}
	text := regexp.MustCompile(`^text (\d+)$`)
	for i, row := range rows {
		f := fields[i]
		if f.Name != row[0] || f.Page != row[3] {
			t.Errorf("row %d: %s on %s, the list has %s on %s", i, f.Name, f.Page, row[0], row[3])
			continue
		}
		kind, limit := kinds[row[1]], 0
		if m := text.FindStringSubmatch(row[1]); m != nil {
			kind = report.Text
			limit, _ = strconv.Atoi(m[1])
		}
		if f.Kind != kind || limit > 0 && f.Max != limit {
			t.Errorf("%s is %s %d, the list has %s", f.Name, f.Kind, f.Max, row[1])
		}
		if f.Name != "place.department" && strings.Join(f.Codes, "|") != row[2] {
			t.Errorf("%s has codes %v, the list %s", f.Name, f.Codes, row[2])
		}
		for j, door := range report.Doors() {
			if f.Asked[door] != asked[row[4+j]] {
				t.Errorf("%s at the door %s: %v, the list has %s", f.Name, door, f.Asked[door], row[4+j])
			}
		}
	}
}

// Every code of the list has its Go constant: a list that grows must meet the code.
func TestEveryCodeIsTyped(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Fields() {
		if f.Name == "children.N.age" {
			continue // numbers
		}
		for _, code := range f.Codes {
			if !strings.Contains(string(source), `"`+code+`"`) {
				t.Errorf("%s: no constant for %s", f.Name, code)
			}
		}
	}
}
