package notify

import (
	"errors"
	"time"
)

// A Step of the ladder is one contact, alerted when nobody came within minutes of the
// step before it; of the first, within minutes of the report.
type Step struct {
	After   int    `json:"after"` // minutes
	Medium  Medium `json:"medium"`
	Address string `json:"address"`
	From    string `json:"from,omitempty"`  // on duty from then, such as 08:00, in Paris
	Until   string `json:"until,omitempty"` // to then; before From, it is past midnight
}

// The limits of a ladder.
const (
	FirstAfter = 3 // minutes that the design gives an urgency 0
	MostAfter  = 120
	MostSteps  = 8
)

// Errors of what is typed.
var (
	ErrAfter = errors.New("the minutes of a step are not between 1 and 120")
	ErrHours = errors.New("the hours of duty are not two times of a day")
)

// Check refuses a step that could not be followed.
func (s Step) Check(hosts []string) error {
	if s.After < 1 || s.After > MostAfter {
		return ErrAfter
	}
	if err := s.CheckHours(); err != nil {
		return err
	}
	medium, _, err := ParseContact(s.Address, hosts)
	if err == nil && medium != s.Medium {
		err = ErrAddress
	}
	return err
}

// CheckHours refuses hours of duty that are none.
func (s Step) CheckHours() error {
	if (s.From == "") != (s.Until == "") || s.From != "" && s.From == s.Until || !isTime(s.From) || !isTime(s.Until) {
		return ErrHours
	}
	return nil
}

func isTime(text string) bool {
	_, err := time.Parse("15:04", text)
	return text == "" || err == nil && len(text) == 5
}

// OnDuty reports whether the contact of a step is there at a time of the day.
func (s Step) OnDuty(at time.Time) bool {
	clock := at.Format("15:04")
	switch {
	case s.From == "":
		return true
	case s.From < s.Until:
		return s.From <= clock && clock < s.Until
	}
	return s.From <= clock || clock < s.Until
}

// A Ladder is climbed from its first step to its last, and then again.
type Ladder []Step

// At is the step to tell when so many were told before, and how many were then. A
// contact who is not on duty is passed over; when nobody is, the hours do not count:
// rather somebody off duty than nobody.
func (l Ladder) At(told int, at time.Time) (step int, then int) {
	for ahead := range len(l) {
		if l[(told+ahead)%len(l)].OnDuty(at) {
			return (told + ahead) % len(l), told + ahead + 1
		}
	}
	return told % len(l), told + 1
}

// Wait is how long nobody may come before the step that follows so many told.
func (l Ladder) Wait(told int) time.Duration {
	return time.Duration(l[told%len(l)].After) * time.Minute
}
