package territory

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a small container has no time zones of its own

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"
)

// Hours says when somebody reads reports, in the time of Paris. A day's hours are
// those of its date if the file names it, else those of public holidays on one,
// else those of its weekday.
type Hours struct {
	week     [7][]span
	holidays []span
	dates    map[string][]span
	paris    *time.Location
	calendar *cal.Calendar
}

// A span is part of a day, in minutes since midnight by the clock on the wall.
type span struct{ from, to int }

//go:embed hours.json
var defaultHours []byte

// DefaultHours is every day from 8 h to 22 h: what holds until the operator says
// otherwise.
func DefaultHours() Hours {
	h, err := ParseHours(defaultHours)
	if err != nil {
		panic("territory: reading hours.json: " + err.Error())
	}
	return h
}

// LoadHours reads a file of opening hours; an empty path gives the default.
func LoadHours(path string) (Hours, error) {
	if path == "" {
		return DefaultHours(), nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return Hours{}, fmt.Errorf("cannot read the opening hours; name a readable file by --hours-file, or leave it empty: %w", err)
	}
	h, err := ParseHours(content)
	if err != nil {
		return Hours{}, fmt.Errorf("the opening hours in %s are not usable: %w", path, err)
	}
	return h, nil
}

// Clock is a moment on the clocks of Paris.
func (h Hours) Clock(t time.Time) time.Time { return t.In(h.paris) }

// ParseHours reads opening hours from JSON:
//
//	{"weekly": {"monday": ["08:00-12:00", "14:00-24:00"]}, "public_holidays": [], "dates": {"2026-12-24": ["08:00-18:00"]}}
//
// A weekday left out is closed. Public holidays left out are days like others; an
// empty list closes them. A night is two spans, up to 24:00 and from 00:00.
func ParseHours(content []byte) (Hours, error) {
	var file struct {
		Weekly         map[string][]string `json:"weekly"`
		PublicHolidays *[]string           `json:"public_holidays"`
		Dates          map[string][]string `json:"dates"`
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return Hours{}, fmt.Errorf("reading the JSON: %w", err)
	}
	if decoder.More() {
		return Hours{}, errors.New("something follows the JSON object")
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return Hours{}, fmt.Errorf("loading the time zone: %w", err)
	}
	h := Hours{paris: paris, dates: map[string][]span{}}
	open := false
	for name, texts := range file.Weekly {
		day := slices.IndexFunc(weekdays, func(d string) bool { return d == name })
		if day < 0 {
			return Hours{}, fmt.Errorf("%q is no weekday: write monday to sunday", name)
		}
		if h.week[day], err = parseSpans(texts); err != nil {
			return Hours{}, fmt.Errorf("%s: %w", name, err)
		}
		open = open || len(h.week[day]) > 0
	}
	if !open {
		return Hours{}, errors.New("no weekday is open: reports would never be read")
	}
	if file.PublicHolidays != nil {
		h.calendar = &cal.Calendar{Holidays: fr.Holidays}
		if h.holidays, err = parseSpans(*file.PublicHolidays); err != nil {
			return Hours{}, fmt.Errorf("public_holidays: %w", err)
		}
	}
	for date, texts := range file.Dates {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			return Hours{}, fmt.Errorf("%q is no date: write it 2026-12-24", date)
		}
		if h.dates[date], err = parseSpans(texts); err != nil {
			return Hours{}, fmt.Errorf("%s: %w", date, err)
		}
	}
	return h, nil
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func parseSpans(texts []string) ([]span, error) {
	spans := make([]span, 0, len(texts))
	for _, text := range texts {
		first, last, found := strings.Cut(text, "-")
		from, fromErr := parseClock(first)
		to, toErr := parseClock(last)
		if !found || fromErr != nil || toErr != nil || from >= to {
			return nil, fmt.Errorf("%q is no part of a day: write it 08:00-22:00", text)
		}
		spans = append(spans, span{from, to})
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	return spans, nil
}

func parseClock(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

// NextReading returns when somebody next reads reports, in the time of Paris, and
// whether that is already so now. Should no day of the coming year be open, the
// time is zero.
func (h Hours) NextReading(now time.Time) (at time.Time, open bool) {
	if h.paris == nil {
		return time.Time{}, false // no hours were given
	}
	now = now.In(h.paris)
	year, month, day := now.Date()
	for ahead := range 367 {
		midnight := time.Date(year, month, day+ahead, 0, 0, 0, 0, h.paris)
		for _, s := range h.on(midnight) {
			from := clockOn(midnight, s.from)
			if from.After(now) {
				return from, false
			}
			if clockOn(midnight, s.to).After(now) {
				return now, true
			}
		}
	}
	return time.Time{}, false
}

// on returns the hours of one day.
func (h Hours) on(day time.Time) []span {
	if spans, ok := h.dates[day.Format(time.DateOnly)]; ok {
		return spans
	}
	if h.calendar != nil {
		if holiday, _, _ := h.calendar.IsHoliday(day); holiday {
			return h.holidays
		}
	}
	return h.week[day.Weekday()]
}

// clockOn is the moment the clock on the wall shows those minutes: not midnight
// plus minutes, which is an hour off on the two days the clocks change.
func clockOn(midnight time.Time, minutes int) time.Time {
	year, month, day := midnight.Date()
	return time.Date(year, month, day, 0, minutes, 0, 0, midnight.Location())
}
