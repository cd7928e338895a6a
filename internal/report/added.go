package report

import (
	"errors"
	"unicode/utf8"
)

// An Added is what a reporter brings later with his code: a body of its own, whose
// Answers are empty. Nothing in it replaces, lowers or closes anything; what it says
// of ways to reach him stands beside the old ones, unverified.
type Added struct {
	Message ID             `json:"message,omitzero"`  // of staff's message that it answers
	Text    string         `json:"text,omitempty"`    // an answer, or facts remembered
	Contact string         `json:"contact,omitempty"` // another way to be reached
	Channel ContactChannel `json:"channel,omitempty"` // that Contact is for
	Hours   string         `json:"safe_hours,omitempty"`
	Wish    Wish           `json:"wish,omitempty"`
}

// A Wish is what the reporter asks of us.
type Wish string

// The wishes.
const (
	WishCallBack  Wish = "call_back"
	WishNoContact Wish = "no_contact"
)

// Limits of an addition, in code points.
const (
	MaxAddedText    = MaxLongText
	MaxAddedContact = 200
)

// Empty reports whether nothing was added, files apart.
func (a *Added) Empty() bool { return *a == Added{} || *a == Added{Message: a.Message} }

// Normalise makes ordinary text of what was typed, as [NormaliseText] does.
func (a *Added) Normalise() {
	a.Text, a.Contact, a.Hours = NormaliseText(a.Text), NormaliseText(a.Contact), NormaliseText(a.Hours)
}

func (a *Added) verify() error {
	switch {
	case a.Wish != "" && a.Wish != WishCallBack && a.Wish != WishNoContact,
		a.Channel != "" && a.Channel != ContactChannelPhone && a.Channel != ContactChannelSms && a.Channel != ContactChannelEmail,
		!utf8.ValidString(a.Text + a.Contact + a.Hours),
		utf8.RuneCountInString(a.Text) > MaxAddedText,
		utf8.RuneCountInString(a.Contact) > MaxAddedContact, utf8.RuneCountInString(a.Hours) > MaxAddedContact:
		return errors.New("decoding a report: what was added is none")
	}
	return nil
}
