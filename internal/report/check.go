package report

import (
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// The kinds of implausible values. Their words stand in the catalogue under "mark.".
const (
	ImplausibleAge   = "implausible_age"
	FutureDate       = "future_date"
	ImpossibleDate   = "impossible_date"
	NotAPhone        = "not_a_phone"
	NotAnEmail       = "not_an_email"
	NotASchoolCode   = "not_a_school_code"
	NoContact        = "no_contact"
	UnknownCommune   = "unknown_commune"   // no official code came with its name
	CommuneElsewhere = "commune_elsewhere" // not in the département that was chosen
	implausibleAgeAt = 21                  // 18 to 20 years pass
)

// earliestToday is how far ahead of UTC today begins somewhere in France: a date is
// not in the future for somebody who writes from Wallis.
const earliestToday = 12 * time.Hour

// Check finds the values that are probably not what was meant. A page asks about
// each once; sent all the same, they are kept and marked for staff.
func (a *Answers) Check(now time.Time) []Mark {
	var marks []Mark
	a.Walk(func(f Field, name string, values []string) {
		if kind := f.implausible(values, now); kind != "" {
			marks = append(marks, Mark{name, kind})
		}
	})
	if kind := a.Place.implausibleCommune(); kind != "" {
		marks = append(marks, Mark{"place.commune", kind})
	}
	c := a.Contact
	if !blank(c.Value) {
		if _, ok := NormalisePhone(c.Value); !ok && (c.Channel == ContactChannelPhone || c.Channel == ContactChannelSms) {
			marks = append(marks, Mark{"contact.value", NotAPhone})
		}
		if c.Channel == ContactChannelEmail && !isEmail(c.Value) {
			marks = append(marks, Mark{"contact.value", NotAnEmail})
		}
	}
	if blank(c.Value) && (c.Channel == ContactChannelPhone || c.Channel == ContactChannelSms || c.Channel == ContactChannelEmail) {
		marks = append(marks, Mark{"contact.value", NoContact})
	}
	return marks
}

// implausibleCommune knows no list: a name that the list knows comes with its
// code, and the code begins with that of its département.
func (p Place) implausibleCommune() string {
	switch {
	case p.Commune.Label == "" || p.Department == "abroad":
		return ""
	case p.Commune.Code == "":
		return UnknownCommune
	case p.Department != "" && p.Department != "unknown" && !strings.HasPrefix(p.Commune.Code, p.Department):
		return CommuneElsewhere
	}
	return ""
}

func (f Field) implausible(values []string, now time.Time) string {
	switch f.Kind {
	case DateParts, DateOrPeriodKind:
		date := Date(values[0])
		if f.Kind == DateParts {
			date = joinDate(values)
		} else if !strings.Contains(values[0], unknownDateSeparator) && !strings.Contains(values[0], "-") {
			return "" // a period
		}
		t, ok := date.Time()
		switch {
		case !ok:
			return ImpossibleDate
		case t.After(now.Add(earliestToday)):
			return FutureDate
		case f.Name == "children.N.birth_date" && yearsBetween(t, now) >= implausibleAgeAt:
			return ImplausibleAge
		}
	case PhoneNumber:
		if _, ok := NormalisePhone(values[0]); !ok {
			return NotAPhone
		}
	case Email:
		if !isEmail(values[0]) {
			return NotAnEmail
		}
	}
	if f.Name == "children.N.school" && looksLikeSchoolCode(values[0]) && !isSchoolCode(values[0]) {
		return NotASchoolCode
	}
	return ""
}

// NormalisePhone returns a telephone number in E.164, read as French unless it
// begins with a country code, and whether it can be one.
func NormalisePhone(s string) (string, bool) {
	if digits, ok := national(s); ok {
		return "+33" + digits[1:], true
	}
	n, err := phonenumbers.Parse(s, "FR")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// national reads ten digits as nearly everybody here writes them, with spaces, dots or
// hyphens between them at most. All else is for the library, which takes fifty times as long.
func national(s string) (string, bool) {
	digits := make([]byte, 0, 10)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && len(digits) < cap(digits):
			digits = append(digits, c)
		case c != ' ' && c != '.' && c != '-':
			return "", false
		}
	}
	return string(digits), len(digits) == cap(digits) && digits[0] == '0' && digits[1] != '0'
}

func isEmail(s string) bool {
	address, err := mail.ParseAddress(strings.TrimSpace(s))
	return err == nil && address.Name == "" && strings.Contains(address.Address, ".")
}

// A national school code is seven digits and a check letter: the number modulo 23
// chooses it from this alphabet (Répertoire national des établissements).
const schoolLetters = "ABCDEFGHJKLMNPRSTUVWXYZ"

func looksLikeSchoolCode(s string) bool {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if len(s) != 8 || s[7] < 'A' || s[7] > 'Z' {
		return false
	}
	_, err := strconv.Atoi(strings.NewReplacer("A", "0", "B", "0").Replace(s[:7]))
	return err == nil
}

func isSchoolCode(s string) bool {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	n, err := strconv.Atoi(s[:7])
	if err != nil {
		return true // Corsican codes carry a letter; their check letter is not verified
	}
	return schoolLetters[n%23] == s[7]
}

func yearsBetween(birth, now time.Time) int {
	years := now.Year() - birth.Year()
	if now.YearDay() < birth.AddDate(years, 0, 0).YearDay() {
		years--
	}
	return years
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number that the list of codes already vouches for.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
