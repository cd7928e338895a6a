package territory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const ordinary = `{
	"weekly": {"monday": ["09:00-12:30", "14:00-18:00"], "friday": ["14:00-18:00", "09:00-12:30"], "saturday": ["00:00-24:00"]},
	"public_holidays": ["10:00-12:00"],
	"dates": {"2026-12-25": [], "2026-11-23": ["07:00-08:00"]}
}`

func TestNextReading(t *testing.T) {
	for name, c := range map[string]struct {
		hours, now, want string
		open             bool
	}{
		"during the hours it is now":             {ordinary, "2026-11-27T10:00:00+01:00", "2026-11-27T10:00:00+01:00", true},
		"the first minute is open":               {ordinary, "2026-11-27T09:00:00+01:00", "2026-11-27T09:00:00+01:00", true},
		"the last minute is closed":              {ordinary, "2026-11-27T12:30:00+01:00", "2026-11-27T14:00:00+01:00", false},
		"spans are read in any order":            {ordinary, "2026-11-27T08:00:00+01:00", "2026-11-27T09:00:00+01:00", false},
		"a whole day up to midnight":             {ordinary, "2026-11-28T23:59:59+01:00", "2026-11-28T23:59:59+01:00", true},
		"closed days are passed over":            {ordinary, "2026-11-29T00:00:00+01:00", "2026-11-30T09:00:00+01:00", false},
		"a visitor elsewhere reads Paris time":   {ordinary, "2026-11-27T04:30:00-04:00", "2026-11-27T09:30:00+01:00", true},
		"a named date wins over its weekday":     {ordinary, "2026-11-23T06:00:00+01:00", "2026-11-23T07:00:00+01:00", false},
		"a public holiday has its own hours":     {ordinary, "2027-03-29T09:30:00+02:00", "2027-03-29T10:00:00+02:00", false}, // Easter Monday
		"a named date wins over a holiday":       {ordinary, "2026-12-25T10:30:00+01:00", "2026-12-26T00:00:00+01:00", false},
		"a holiday opens on a closed weekday":    {ordinary, "2027-05-06T09:00:00+02:00", "2027-05-06T10:00:00+02:00", false}, // Ascension, a Thursday
		"nine is nine when clocks go forward":    {`{"weekly":{"sunday":["09:00-10:00"]}}`, "2027-03-28T00:30:00+01:00", "2027-03-28T09:00:00+02:00", false},
		"nine is nine when clocks go back":       {`{"weekly":{"sunday":["09:00-10:00"]}}`, "2026-10-25T00:30:00+02:00", "2026-10-25T09:00:00+01:00", false},
		"holidays left out are ordinary days":    {`{"weekly":{"friday":["09:00-10:00"]}}`, "2026-12-25T08:00:00+01:00", "2026-12-25T09:00:00+01:00", false},
		"an empty list closes the holidays":      {`{"weekly":{"friday":["09:00-10:00"]},"public_holidays":[]}`, "2026-12-25T08:00:00+01:00", "2027-01-08T09:00:00+01:00", false},
		"a year of closed days gives no promise": {`{"weekly":{"monday":["09:00-09:01"]},"dates":` + everyMondayClosed() + `}`, "2026-11-23T08:00:00+01:00", "0001-01-01T00:00:00Z", false},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := ParseHours([]byte(c.hours))
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			at, open := h.NextReading(now)
			if got := at.Format(time.RFC3339); got != c.want || open != c.open {
				t.Errorf("%s, open %v; want %s, open %v", got, open, c.want, c.open)
			}
		})
	}
}

func everyMondayClosed() string {
	var dates []string
	for day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 7) {
		dates = append(dates, `"`+day.Format(time.DateOnly)+`":[]`)
	}
	return "{" + strings.Join(dates, ",") + "}"
}

func TestTheDefaultIsEveryDayFromEightToTen(t *testing.T) {
	h := DefaultHours()
	paris, _ := time.LoadLocation("Europe/Paris")
	for day := range 366 {
		for hour := range 24 {
			now := time.Date(2027, 1, 1+day, hour, 30, 0, 0, paris)
			if _, open := h.NextReading(now); open != (hour >= 8 && hour < 22) {
				t.Fatalf("%s: open is %v", now, open)
			}
		}
	}
}

func TestHoursThatPromiseNothingSay(t *testing.T) {
	if at, open := (Hours{}).NextReading(time.Now()); open || !at.IsZero() {
		t.Errorf("hours never given promise %s, open %v", at, open)
	}
}

func TestParseHoursRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"no JSON":                {`08:00`, "reading the JSON"},
		"an unknown key":         {`{"weekly":{"monday":["08:00-09:00"]},"holiday":[]}`, "holiday"},
		"something after":        {`{"weekly":{"monday":["08:00-09:00"]}} {}`, "follows"},
		"an unknown day":         {`{"weekly":{"lundi":["08:00-09:00"]}}`, "lundi"},
		"no open day":            {`{"weekly":{"monday":[]}}`, "never be read"},
		"a span backwards":       {`{"weekly":{"monday":["22:00-06:00"]}}`, "22:00-06:00"},
		"an empty span":          {`{"weekly":{"monday":["08:00-08:00"]}}`, "08:00-08:00"},
		"an hour that is none":   {`{"weekly":{"monday":["08:00-25:00"]}}`, "08:00-25:00"},
		"a span without an end":  {`{"weekly":{"monday":["08:00"]}}`, "08:00"},
		"a date that is none":    {`{"weekly":{"monday":["08:00-09:00"]},"dates":{"2026-02-30":[]}}`, "2026-02-30"},
		"holidays with no hours": {`{"weekly":{"monday":["08:00-09:00"]},"public_holidays":["fermé"]}`, "public_holidays"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseHours([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that names %q", err, c.says)
			}
		})
	}
}

func TestLoadHoursNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hours.json")
	if _, err := LoadHours(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a missing file gave %v", err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadHours(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("an empty week gave %v", err)
	}
	if _, err := LoadHours(""); err != nil {
		t.Errorf("the default gave %v", err)
	}
}
