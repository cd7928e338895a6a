package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Date is "2011-03-09" when what was typed is a date, and otherwise the three
// parts as typed, joined by single spaces: a date that cannot be is kept.
type Date string

// DateOrPeriod is a code of Period or a Date.
type DateOrPeriod string

// Time returns the date, and whether it is one.
func (d Date) Time() (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	return t, err == nil
}

// Parts gives back day, month and year as the three inputs show them.
func (d Date) Parts() []string {
	if d == "" {
		return nil
	}
	if t, ok := d.Time(); ok {
		return []string{strconv.Itoa(t.Day()), strconv.Itoa(int(t.Month())), strconv.Itoa(t.Year())}
	}
	parts := strings.SplitN(string(d), unknownDateSeparator, 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return parts
}

// The parts of what is no date stay apart, so that each goes back to its input: a
// slash within a part has no spaces beside it.
const unknownDateSeparator = " / "

var spacedSlash = regexp.MustCompile(`\s*/\s*`)

func dateOf(day, month, year string) Date {
	for _, part := range []*string{&day, &month, &year} {
		*part = spacedSlash.ReplaceAllString(strings.TrimSpace(*part), "/")
	}
	if day == "" && month == "" && year == "" {
		return ""
	}
	d, dayErr := strconv.Atoi(day)
	m, monthOK := monthOf(month)
	y, yearErr := strconv.Atoi(year)
	if dayErr == nil && monthOK && yearErr == nil && y >= 1000 && y <= 9999 {
		t := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if t.Day() == d && t.Month() == m {
			return Date(fmt.Sprintf("%04d-%02d-%02d", y, int(m), d))
		}
	}
	return Date(day + unknownDateSeparator + month + unknownDateSeparator + year)
}

var monthStarts = [...][]string{
	{"janv", "jan"}, {"févr", "fevr", "feb", "fev", "fév"}, {"mars", "mar"}, {"avr", "apr"}, {"mai", "may"}, {"juin", "jun"},
	{"juil", "jul"}, {"août", "aout", "aug"}, {"sept", "sep"}, {"oct"}, {"nov"}, {"déc", "dec"},
}

// monthOf reads a number or the beginning of a French or English month name.
func monthOf(s string) (time.Month, bool) {
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	if n, err := strconv.Atoi(s); err == nil {
		return time.Month(n), n >= 1 && n <= 12
	}
	for i, starts := range monthStarts {
		for _, start := range starts {
			if strings.HasPrefix(s, start) {
				return time.Month(i + 1), true
			}
		}
	}
	return 0, false
}
