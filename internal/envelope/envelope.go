// Package envelope is what may leave the intake: an id, the few columns that stand
// in clear, and an age file. It refuses anything else, so that no path to the
// database or to the spool can carry a word that was not sealed before.
package envelope

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/google/uuid"

	"recueil/internal/report"
)

// ErrNotSealed says that a body is no age file.
var ErrNotSealed = errors.New("the body is not an age file")

// A Kind is a report or something added to one later.
type Kind string

// The kinds.
const (
	Report   Kind = "report"
	Addition Kind = "addition"
)

// Lanes of the queue.
const (
	Main     = "main"
	ToVerify = "to_verify"
)

// MaxBody bounds a sealed body: all long texts at their limit fit several times.
const MaxBody = 8 << 20

var ageHeader = []byte("age-encryption.org/v1\n")

// reference is what the table takes for one.
var reference = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{8}$`)

// An Envelope is one sealed report or addition. For an addition only the ids, the
// time, the tag, the team and the body count.
type Envelope struct {
	Kind          Kind
	ID            report.ID
	ReportID      report.ID // equals ID for a report
	Reference     string
	ReceiptLookup [32]byte // hash under which the receipt code finds the report
	ReceivedAt    time.Time
	DueAt         time.Time
	Channel       report.Channel
	Urgency       report.Urgency
	Lane          string
	Tag           [32]byte // keyed hash of the answers: tells the same text sent twice
	WordTag       [32]byte // keyed hash of the word that opens the mailbox with the code; zero: nobody was asked
	TeamID        string
	Epoch         int
	Body          []byte
}

// Check refuses an envelope that the database would refuse, or that is not sealed.
func (e *Envelope) Check() error {
	switch {
	case !bytes.HasPrefix(e.Body, ageHeader):
		return ErrNotSealed
	case len(e.Body) > MaxBody:
		return fmt.Errorf("the body is longer than %d bytes", MaxBody)
	case e.ID == uuid.Nil || e.ReportID == uuid.Nil:
		return errors.New("the envelope has no id")
	case e.TeamID == "" || e.Epoch < 1:
		return errors.New("the envelope names no team")
	case e.ReceivedAt.IsZero():
		return errors.New("the envelope has no time")
	}
	switch e.Kind {
	case Addition:
		return nil
	case Report:
	default:
		return errors.New("the envelope is of no known kind")
	}
	switch {
	case e.ID != e.ReportID:
		return errors.New("the envelope of a report names another report")
	case !reference.MatchString(e.Reference):
		return errors.New("the envelope has no reference")
	case e.Urgency < 0 || e.Urgency > 3 || e.DueAt.IsZero():
		return errors.New("the envelope has no urgency")
	case e.Channel != report.Web && e.Channel != report.Phone && e.Channel != report.Unit, e.Lane != Main && e.Lane != ToVerify:
		return errors.New("the envelope has no channel or lane")
	}
	return nil
}

// AsAddition turns the envelope of a report whose id is already taken into one of
// an addition to it: what was sent again with changed text joins the first text.
// The addition's id comes from the tag, so that the same change is one addition.
func (e Envelope) AsAddition() Envelope {
	e.Kind, e.ID = Addition, uuid.NewSHA1(e.ReportID, e.Tag[:])
	return e
}

// file is the form on disk. Only the body is long, and it is sealed.
type file struct {
	Format        string         `json:"format"`
	Kind          Kind           `json:"kind"`
	ID            report.ID      `json:"id"`
	ReportID      report.ID      `json:"report_id"`
	Reference     string         `json:"reference,omitempty"`
	ReceiptLookup string         `json:"receipt_lookup,omitempty"`
	ReceivedAt    time.Time      `json:"received_at"`
	DueAt         time.Time      `json:"due_at,omitzero"`
	Channel       report.Channel `json:"channel,omitempty"`
	Urgency       report.Urgency `json:"urgency"`
	Lane          string         `json:"lane,omitempty"`
	Tag           string         `json:"tag"`
	WordTag       string         `json:"word_tag,omitempty"`
	TeamID        string         `json:"team"`
	Epoch         int            `json:"epoch"`
	Body          []byte         `json:"body"`
}

const fileFormat = "recueil.envelope/1"

// MarshalBinary writes the envelope for the spool.
func (e *Envelope) MarshalBinary() ([]byte, error) {
	if err := e.Check(); err != nil {
		return nil, fmt.Errorf("writing an envelope: %w", err)
	}
	wordTag := ""
	if e.WordTag != [32]byte{} {
		wordTag = encode(e.WordTag)
	}
	return json.Marshal(file{fileFormat, e.Kind, e.ID, e.ReportID, e.Reference, encode(e.ReceiptLookup), e.ReceivedAt, e.DueAt,
		e.Channel, e.Urgency, e.Lane, encode(e.Tag), wordTag, e.TeamID, e.Epoch, e.Body})
}

// UnmarshalBinary reads what MarshalBinary wrote, and nothing else.
func (e *Envelope) UnmarshalBinary(b []byte) error {
	var f file
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil || f.Format != fileFormat {
		return errors.New("reading an envelope: this is none of " + fileFormat)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("reading an envelope: something follows its end")
	}
	read := Envelope{Kind: f.Kind, ID: f.ID, ReportID: f.ReportID, Reference: f.Reference, ReceivedAt: f.ReceivedAt, DueAt: f.DueAt,
		Channel: f.Channel, Urgency: f.Urgency, Lane: f.Lane, TeamID: f.TeamID, Epoch: f.Epoch, Body: f.Body}
	if !decode(f.ReceiptLookup, &read.ReceiptLookup) || !decode(f.Tag, &read.Tag) || f.WordTag != "" && !decode(f.WordTag, &read.WordTag) {
		return errors.New("reading an envelope: a hash is not 32 bytes long")
	}
	if err := read.Check(); err != nil {
		return fmt.Errorf("reading an envelope: %w", err)
	}
	*e = read
	return nil
}

func encode(hash [32]byte) string { return base64.StdEncoding.EncodeToString(hash[:]) }

func decode(s string, into *[32]byte) bool {
	raw, err := base64.StdEncoding.DecodeString(s)
	return err == nil && copy(into[:], raw) == 32 && len(raw) == 32
}
