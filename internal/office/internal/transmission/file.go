// Package transmission makes what leaves the house: one file about a report, as PDF
// for people and as JSON for machines, and its sealed form for a recipient who has an
// age key.
//
// A file says what the reporter told, in the order in which it was asked, and what
// staff wrote for it. Who the reporter is stands in it only when he allowed it
// ([Reporters] lists the questions that would tell); passages that a person took out
// are gone from both forms, and the file says that something was taken out. Nothing
// here decides what is sent: a person reads it, and another one agrees.
package transmission

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recueil/internal/report"
)

// FileFormat is the version of the JSON; docs/transmission.schema.json describes it.
const FileFormat = "recueil.transmission/1"

// A File is the content of both forms. Words are those of its language.
type File struct {
	FileFormat    string       `json:"format"`
	ID            uuid.UUID    `json:"id"`
	Language      string       `json:"language"`
	Reference     string       `json:"reference"`
	ReceivedAt    time.Time    `json:"received_at"`
	PreparedAt    time.Time    `json:"prepared_at"`
	Channel       string       `json:"channel"`
	Urgency       int          `json:"urgency"`
	Qualification string       `json:"qualification"`
	To            To           `json:"to"`
	Identity      Identity     `json:"reporter_identity"`
	Sections      []Section    `json:"sections"`
	Notes         []Note       `json:"notes"`
	Attachments   []Attachment `json:"attachments"`
}

// To is whom it is made for.
type To struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Collectivity string `json:"collectivity,omitempty"`
}

// An Identity says whether the file tells who the reporter is: who wrote first. Those
// who called later are named or not by their own leave.
type Identity string

// The identities.
const (
	Disclosed Identity = "disclosed"
	Withheld  Identity = "withheld"
)

// A Section is what was asked on one page, or of one person.
type Section struct {
	Of      uuid.UUID `json:"-"` // the addition that it came with; zero for the report itself
	Heading string    `json:"heading"`
	Answers []Answer  `json:"answers"`
}

// An Answer is one question and what was answered.
type Answer struct {
	Field    string   `json:"field"` // as docs/transmission.md lists them; "added.text" for what came later
	Label    string   `json:"label"`
	Codes    []string `json:"codes,omitempty"` // of a closed question
	Values   []string `json:"values"`          // in words
	Long     bool     `json:"long,omitempty"`  // written freely
	Redacted bool     `json:"redacted,omitempty"`
}

// A Note is one that staff wrote to go along.
type Note struct {
	Part     uuid.UUID `json:"-"` // where it lies in the case
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
	Redacted bool      `json:"redacted,omitempty"`
}

// An Attachment is an original that goes along beside the two forms, byte for byte.
// Where it lies says nothing; its name is as its sender's device called it.
type Attachment struct {
	ID       uuid.UUID `json:"-"` // of the report
	File     string    `json:"file"`
	Name     string    `json:"name"`
	Size     int64     `json:"size"` // in bytes
	SHA256   string    `json:"sha256"`
	Redacted bool      `json:"redacted,omitempty"` // of its name
}

// JSON writes the file for machines.
func (f *File) JSON() ([]byte, error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the file %s: it cannot be written as JSON", f.ID) // json's own words may repeat it
	}
	return append(raw, '\n'), nil
}

// reporters are the questions whose answers tell who wrote, how to reach him, or in
// what relation he stands to the child.
var reporters = []string{"reporter.profile", "short.callback", "exploitation.wants_follow_up_call",
	"professional.name", "professional.role", "professional.sector", "professional.organisation", "professional.work_phone",
	"professional.work_email", "professional.cannot_identify"}

// Reporters reports whether an answer belongs to the reporter rather than to the
// child's situation.
func Reporters(field string) bool {
	return strings.HasPrefix(field, "contact.") || slices.Contains(reporters, field)
}

// Allowed reports whether the reporter allowed his identity to be passed on. Nothing
// answered means no.
func Allowed(a *report.Answers) bool {
	return a.Contact.Confidentiality == report.ConfidentialityMayBePassedOn
}

// OwnCase reports whether the child who writes is the child in danger: then what
// names the child names the reporter too, and a person has to weigh it.
func OwnCase(a *report.Answers) bool { return a.Reporter.Profile == report.ProfileSelf }

// Names reports whether an answer names a child: what is left out unless a person
// decides otherwise, when the child wrote and wants to stay unnamed.
func Names(field string) bool {
	return strings.HasPrefix(field, "children.") &&
		(strings.HasSuffix(field, ".first_name") || strings.HasSuffix(field, ".last_name") || strings.HasSuffix(field, ".birth_date"))
}

// Gap stands where a passage was taken out.
const Gap = "[…]"

// Redact takes passages out of a text, wherever they stand, and says whether it did.
// Capitals and spaces are taken as they are written.
func Redact(text string, passages []string) (string, bool) {
	out := text
	for _, passage := range passages {
		if passage != "" {
			out = strings.ReplaceAll(out, passage, Gap)
		}
	}
	return out, out != text
}

// Redact takes passages out of everything in the file that somebody wrote. What is in
// an attachment stays as it is: only its name changes.
func (f *File) Redact(passages []string) {
	// The longest first: one may stand within another.
	passages = slices.Clone(passages)
	slices.SortStableFunc(passages, func(a, b string) int { return len(b) - len(a) })
	for i := range f.Sections {
		for j := range f.Sections[i].Answers {
			a := &f.Sections[i].Answers[j]
			for k, value := range a.Values {
				if out, cut := Redact(value, passages); cut {
					a.Values[k], a.Codes, a.Redacted = out, nil, true
				}
			}
		}
	}
	for i := range f.Notes {
		if out, cut := Redact(f.Notes[i].Text, passages); cut {
			f.Notes[i].Text, f.Notes[i].Redacted = out, true
		}
	}
	for i := range f.Attachments {
		if out, cut := Redact(f.Attachments[i].Name, passages); cut {
			f.Attachments[i].Name, f.Attachments[i].Redacted = out, true
		}
	}
}

// Texts lists everything in the file that somebody wrote.
func (f *File) Texts() (texts []string) {
	for _, section := range f.Sections {
		for _, a := range section.Answers {
			if a.Codes == nil {
				texts = append(texts, a.Values...)
			}
		}
	}
	for _, n := range f.Notes {
		texts = append(texts, n.Text)
	}
	for _, a := range f.Attachments {
		texts = append(texts, a.Name)
	}
	return texts
}
