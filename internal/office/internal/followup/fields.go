package followup

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Type says how a field is asked.
type Type string

// The types.
const (
	Line       Type = "line"
	Text       Type = "text"
	One        Type = "one"
	Many       Type = "many"
	Day        Type = "day"
	Hour       Type = "hour"
	Minutes    Type = "minutes"
	Phone      Type = "phone"
	Years      Type = "years"
	Department Type = "department"
	File       Type = "file" // stands beside what is said, in Entry.File
)

// A Field is one thing that is asked.
type Field struct {
	Name     string
	Type     Type
	Required bool
	Codes    []string // of One and Many
	Least    int      // of Minutes
}

// How long texts may be, in code points.
const (
	MostLine = 200
	MostText = 5000
)

var people = []string{"young_person", "mother", "father", "relative", "friend", "professional"}

// Orientations are where somebody may be led.
var Orientations = []string{"concern_sent", "advice", "linked_to_child_welfare", "documentation", "local_service", "prosecutor", "complaint_supported", "care", "housing", "missing_child_116000"}

// forms is the one table of what each kind asks, in the order of the screen.
var forms = map[Kind][]Field{
	Opening: {
		{Name: "label", Type: Line, Required: true},
		{Name: "origin", Type: One, Required: true, Codes: []string{"referral", "phone", "partner"}},
		{Name: "partner", Type: Line},
		{Name: "department", Type: Department},
		{Name: "age", Type: Years},
		{Name: "consent", Type: One, Required: true, Codes: []string{"young_person", "parents", "both", "not_asked", "refused"}},
		{Name: "situation", Type: Text},
		{Name: "alias", Type: Line},
		{Name: "phone", Type: Phone},
		{Name: "hours", Type: Line},
		{Name: "voicemail", Type: One, Codes: []string{"neutral", "none"}},
		{Name: "voicemail_text", Type: Line},
		{Name: "never", Type: Text},
	},
	Contact: {
		{Name: "day", Type: Day, Required: true},
		{Name: "hour", Type: Hour, Required: true},
		{Name: "way", Type: One, Required: true, Codes: []string{"call_made", "call_received", "no_answer", "sms", "email", "visit", "interview", "video", "letter"}},
		{Name: "with", Type: Many, Codes: people},
		{Name: "minutes", Type: Minutes},
		{Name: "note", Type: Text, Required: true},
	},
	Appointment: {
		{Name: "day", Type: Day, Required: true},
		{Name: "hour", Type: Hour, Required: true},
		{Name: "minutes", Type: Minutes, Required: true, Least: 5},
		{Name: "place", Type: One, Required: true, Codes: []string{"unit", "visit", "phone", "video", "partner"}},
		{Name: "with", Type: Many, Codes: people},
		{Name: "note", Type: Text},
	},
	Outcome: {
		{Name: "status", Type: One, Required: true, Codes: []string{Done, NoShow, Cancelled}},
		{Name: "note", Type: Text},
	},
	Plan: {
		{Name: "step", Type: Line, Required: true},
		{Name: "owner", Type: Line, Required: true},
		{Name: "due", Type: Day},
		{Name: "state", Type: One, Required: true, Codes: []string{ToDo, Done, Dropped}},
		{Name: "note", Type: Text},
	},
	Review: {
		{Name: "day", Type: Day, Required: true},
		{Name: "present", Type: Line},
		{Name: "note", Type: Text, Required: true},
		{Name: "next", Type: Day},
	},
	Document: {
		{Name: "title", Type: Line}, // or the name of the file
		{Name: "note", Type: Text},
		{Name: "file", Type: File},
	},
	Orientation: {
		{Name: "towards", Type: One, Required: true, Codes: Orientations},
		{Name: "service", Type: Line},
		{Name: "note", Type: Text},
	},
	Handover: {
		{Name: "note", Type: Text},
	},
	Closing: {
		{Name: "reason", Type: One, Required: true, Codes: []string{"goals_reached", "relayed", "moved", "grown_up", "refused", "no_contact"}},
		{Name: "note", Type: Text, Required: true},
	},
	Reopening: {
		{Name: "way", Type: One, Required: true, Codes: []string{"call_made", "call_received", "sms", "email", "visit", "letter"}},
		{Name: "with", Type: Many, Codes: people},
		{Name: "note", Type: Text, Required: true},
	},
	Share: {
		{Name: "note", Type: Text, Required: true},
	},
	Report: {
		{Name: "extent", Type: One, Required: true, Codes: []string{"masked", "whole"}},
		{Name: "danger", Type: One, Required: true, Codes: []string{"yes", "no", "unknown"}},
		{Name: "child_now", Type: Line},
		{Name: "note", Type: Text, Required: true},
	},
}

// HandedTo is what an entry of a hand-over says by itself: the name of the new lead.
const HandedTo = "to"

// OpinionFields is what an opinion asks: its words.
var OpinionFields = []Field{{Name: "note", Type: Text, Required: true}}

// Fields lists what a kind asks.
func Fields(k Kind) []Field { return forms[k] }

// A Fault is what is wrong with one field; What is a code.
type Fault struct{ Field, What string }

var (
	phone = regexp.MustCompile(`^\+?[0-9 .()-]{4,30}$`)
	codes = regexp.MustCompile(`^[0-9][0-9AB][0-9]?$`)
)

// Check keeps of what was given what the fields ask, and says what is wrong.
func Check(fields []Field, given func(name string) []string) (said Said, faults []Fault) {
	for _, f := range fields {
		if f.Type == File {
			continue
		}
		var values []string
		for _, value := range given(f.Name) {
			value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
			if value != "" {
				values = append(values, value)
			}
		}
		if f.Type != Many && len(values) > 1 {
			values = values[:1]
		}
		if len(values) == 0 {
			if f.Required {
				faults = append(faults, Fault{f.Name, missing(f)})
			}
			continue
		}
		said = append(said, Answer{f.Name, values})
		for _, value := range values {
			if what := f.wrong(value); what != "" {
				faults = append(faults, Fault{f.Name, what})
				break
			}
		}
	}
	return said, faults
}

func missing(f Field) string {
	if f.Type == One {
		return "choose"
	}
	return "empty"
}

func (f Field) wrong(value string) string {
	most := MostLine
	if f.Type == Text {
		most = MostText
	}
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return "unreadable"
	}
	if utf8.RuneCountInString(value) > most {
		return "long"
	}
	switch f.Type {
	case One, Many:
		for _, code := range f.Codes {
			if code == value {
				return ""
			}
		}
		return "choose"
	case Day:
		if day, err := time.Parse(time.DateOnly, value); err != nil || day.Year() < 2000 || day.Year() > 2100 {
			return "day"
		}
	case Hour:
		if _, err := time.Parse("15:04", value); err != nil {
			return "hour"
		}
	case Minutes:
		if n, err := strconv.Atoi(value); err != nil || n < f.Least || n > 12*60 {
			return "minutes"
		}
	case Years:
		if n, err := strconv.Atoi(value); err != nil || n < 0 || n > 25 {
			return "years"
		}
	case Phone:
		if !phone.MatchString(value) {
			return "phone"
		}
	case Department:
		if !codes.MatchString(value) {
			return "choose"
		}
	}
	return ""
}
