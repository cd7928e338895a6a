// Package report is the report itself: what is asked, what was answered, what is
// implausible, how urgent it is. It is pure: no file, no network, no database.
//
// The name of a field is the same everywhere: the input of the form, the path in
// the JSON of the sealed body, the row of the published list of questions
// (testdata/fields.csv is the contract, compared with [Fields] by a test). Nothing
// optional ever blocks a report: [Answers.Set] refuses only what is too large or
// forged, what is implausible is kept and marked ([Answers.Check]), and answers to
// questions that are not shown are dropped ([Answers.Prune]).
package report

import (
	"time"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

// Format is the version of the sealed JSON. A reader refuses any other.
const Format = "recueil.report/1"

// An ID names a report, an addition or a part.
type ID = uuid.UUID

// NewID returns a random ID that sorts by the time it was made.
func NewID() ID { return uuid.Must(uuid.NewV7()) } // fails only without system randomness

// A Door is one of the three entrances of the form; it fixes wording and path.
type Door string

// The three doors.
const (
	Young        Door = "young"
	Relative     Door = "relative"
	Professional Door = "professional"
)

// Doors lists the doors in the order of the home page.
func Doors() []Door { return []Door{Young, Relative, Professional} }

// A Channel is the way a report came.
type Channel string

// The channels.
const (
	Web   Channel = "web"
	Phone Channel = "phone"
	Unit  Channel = "unit" // a follow-up unit, of a contact that came straight to it
)

// A Mark says that a value was kept although it is implausible.
type Mark struct {
	Field string `json:"field"`
	Kind  string `json:"kind"` // its words stand in the catalogue under "mark."
}

// An Attachment is a file that belongs to a report; its bytes are sealed apart.
type Attachment struct {
	ID     ID     `json:"id"`
	Name   string `json:"name,omitempty"` // as the sender's device called it
	Type   string `json:"type,omitempty"` // decided by content
	Size   int64  `json:"size"`           // of the original
	SHA256 string `json:"sha256"`         // of the original, in hexadecimal
	Stored int64  `json:"stored"`         // bytes of the sealed file
}

// A Report is everything that is sealed for the team.
type Report struct {
	ID          ID
	Reference   string // 8 Crockford base32 characters, to be quoted on the phone
	Door        Door   // empty when the short form was written without a door
	Short       bool   // written on the short form
	Channel     Channel
	Language    string // of the pages it was written on
	ReceivedAt  time.Time
	Urgency     Urgency
	Rules       []RuleID // which fired, in the order of the table
	Marks       []Mark
	CaseKey     secret.Key // root of the keys of everything staff add
	ReplyKey    secret.Key // seals what staff write to the reporter
	Attachments []Attachment
	Added       *Added // what came later by the receipt code; then there are no answers

	Answers
}
