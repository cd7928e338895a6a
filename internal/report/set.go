package report

import (
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

var validate = sync.OnceValue(func() *validator.Validate { return validator.New() })

// ruleOf writes a field's limits in the validator's language.
func ruleOf(f Field) string {
	switch {
	case f.Name == "place.department":
		return "alphanum,max=7"
	case f.Kind == Radio || f.Kind == Select:
		return "oneof=" + strings.Join(f.Codes, " ")
	case f.Kind == Multi:
		return "dive,oneof=" + strings.Join(f.Codes, " ")
	}
	return ""
}

// Set stores the answer to one question, replacing what was there; empty values
// clear it. A name is that of [Fields] with a number in the place of N. Dates take
// day, month and year (numbers, or French or English month names); a commune takes
// its label and, when known, its code. The error is a *FieldError, and then
// nothing was changed.
func (a *Answers) Set(name string, values []string) error {
	f, n, err := locate(name)
	if err != nil {
		return err
	}
	if f.Group != "" && n < 0 {
		return &FieldError{name, UnknownField}
	}
	clean := make([]string, 0, len(values))
	for _, v := range values {
		if !utf8.ValidString(v) {
			return &FieldError{name, InvalidUTF8}
		}
		if f.Max > 0 && len(v) > f.Max && utf8.RuneCountInString(v) > f.Max {
			return &FieldError{name, TooLong}
		}
		clean = append(clean, NormaliseText(v))
	}
	return f.store(a, name, n, clean)
}

func (f Field) store(a *Answers, name string, n int, values []string) error {
	switch f.Kind {
	case Multi:
		return f.storeMulti(a, name, n, values)
	case DateParts:
		if len(values) == 1 {
			values = Date(values[0]).Parts()
		}
		return f.assign(a, n, string(joinDate(values)))
	case DateOrPeriodKind:
		return f.storeDateOrPeriod(a, name, n, values)
	case CommuneKind:
		var c Commune
		if len(values) > 0 {
			c.Label = strings.TrimSpace(values[0])
		}
		if len(values) > 1 && c.Label != "" {
			c.Code = strings.TrimSpace(values[1])
		}
		f.leaf(reflect.ValueOf(a).Elem(), n).Set(reflect.ValueOf(c))
		return nil
	}
	value := firstFilled(values)
	if f.Kind != LongText {
		value = strings.TrimSpace(value)
	}
	if f.Kind == LongText && strings.TrimSpace(value) == "" {
		value = ""
	}
	if f.rule != "" && value != "" {
		if err := validate().Var(value, f.rule); err != nil || (f.Name == "place.department" && !isDepartment(value)) {
			return &FieldError{name, UnknownCode}
		}
	}
	return f.assign(a, n, value)
}

func (f Field) storeMulti(a *Answers, name string, n int, values []string) error {
	chosen := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			chosen = append(chosen, v)
		}
	}
	if err := validate().Var(chosen, f.rule); err != nil {
		return &FieldError{name, UnknownCode}
	}
	if len(chosen) == 0 && n >= f.count(a) {
		return nil // clearing what is not there adds no item
	}
	leaf := f.leaf(reflect.ValueOf(a).Elem(), n)
	ordered := reflect.MakeSlice(leaf.Type(), 0, len(chosen))
	for _, code := range f.Codes { // each once, in the order of the list
		for _, v := range chosen {
			if v == code {
				ordered = reflect.Append(ordered, reflect.ValueOf(v).Convert(leaf.Type().Elem()))
				break
			}
		}
	}
	if ordered.Len() == 0 {
		ordered = reflect.Zero(leaf.Type())
	}
	leaf.Set(ordered)
	return nil
}

// storeDateOrPeriod takes a code, a date as stored, three parts, or a code and
// three parts, of which a date that was typed counts.
func (f Field) storeDateOrPeriod(a *Answers, name string, n int, values []string) error {
	code := ""
	if len(values) == 1 || len(values) == 4 {
		code, values = values[0], values[1:]
	}
	if date := joinDate(values); date != "" {
		return f.assign(a, n, string(date))
	}
	if code == "" {
		return f.assign(a, n, "")
	}
	if _, isDate := Date(code).Time(); !isDate && !strings.Contains(code, unknownDateSeparator) {
		if err := validate().Var(code, "oneof="+strings.Join(f.Codes, " ")); err != nil {
			return &FieldError{name, UnknownCode}
		}
	}
	return f.assign(a, n, code)
}

func joinDate(values []string) Date {
	if len(values) != 3 {
		return ""
	}
	return dateOf(values[0], values[1], values[2])
}

func (f Field) assign(a *Answers, n int, value string) error {
	if value == "" && n >= f.count(a) {
		return nil // clearing what is not there adds no item
	}
	f.leaf(reflect.ValueOf(a).Elem(), n).SetString(value)
	return nil
}

// count returns how many items the field's group has; outside groups, where the
// item's number is -1, none.
func (f Field) count(a *Answers) int {
	if f.Group == "" {
		return 0
	}
	return a.groupValue(f.Group).Len()
}

// leaf walks to the field's place, adding items up to n where they are missing.
func (f Field) leaf(at reflect.Value, n int) reflect.Value {
	for _, i := range f.path {
		if i < 0 {
			for at.Len() <= n {
				at.Set(reflect.Append(at, reflect.Zero(at.Type().Elem())))
			}
			at = at.Index(n)
			continue
		}
		at = at.Field(i)
	}
	return at
}

func firstFilled(values []string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// isDepartment checks the shape only; the form offers the official list.
func isDepartment(code string) bool {
	if code == "abroad" || code == "unknown" {
		return true
	}
	if len(code) < 2 || len(code) > 3 {
		return false
	}
	for i, c := range code {
		if (c < '0' || c > '9') && !(i == 1 && len(code) == 2 && (c == 'A' || c == 'B')) && !(i == 2 && c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// NormaliseText turns CRLF and CR into LF, keeps tabs, and puts U+FFFD in the
// place of every other control character. All else is ordinary text.
func NormaliseText(s string) string {
	if !strings.ContainsFunc(s, isControl) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case isControl(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

func isControl(r rune) bool {
	return (r < 0x20 && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0)
}
