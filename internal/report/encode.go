package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

// ErrUnknownFormat says that a body is JSON of another format or version.
var ErrUnknownFormat = errors.New("this is no " + Format)

// wire is the JSON of the sealed body. Keys stand in it as base64: a secret.Key
// itself never marshals, so that no log or page can hold one.
type wire struct {
	Format      string       `json:"format"`
	ID          ID           `json:"id"`
	Reference   string       `json:"reference,omitempty"`
	Door        Door         `json:"door,omitempty"`
	ShortForm   bool         `json:"short_form,omitempty"`
	Channel     Channel      `json:"channel,omitempty"`
	Language    string       `json:"language,omitempty"`
	ReceivedAt  time.Time    `json:"received_at"`
	Urgency     Urgency      `json:"urgency"`
	Rules       []RuleID     `json:"rules,omitempty"`
	Marks       []Mark       `json:"marks,omitempty"`
	CaseKey     string       `json:"case_key,omitempty"`
	ReplyKey    string       `json:"reply_key,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Added       *Added       `json:"added,omitempty"`
	Answers
}

// Encode returns the JSON of the sealed body, its format first.
func (r *Report) Encode() ([]byte, error) {
	w := wire{Format, r.ID, r.Reference, r.Door, r.Short, r.Channel, r.Language, r.ReceivedAt, r.Urgency, r.Rules, r.Marks,
		encodeKey(r.CaseKey), encodeKey(r.ReplyKey), r.Attachments, r.Added, r.Answers}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(w); err != nil {
		return nil, errors.New("encoding a report: its values cannot be written as JSON")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads a sealed body. It refuses what it does not know: another format,
// an unknown field or code, a text over its limit, anything but spaces after the
// end. No error quotes the body.
func Decode(b []byte) (Report, error) {
	var w wire
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimRight(b, " ")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil || w.Format != Format {
		return Report{}, whyUndecoded(b)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("decoding a report: something follows its end")
	}
	caseKey, err := decodeKey(w.CaseKey)
	if err != nil {
		return Report{}, err
	}
	replyKey, err := decodeKey(w.ReplyKey)
	if err != nil {
		return Report{}, err
	}
	r := Report{w.ID, w.Reference, w.Door, w.ShortForm, w.Channel, w.Language, w.ReceivedAt, w.Urgency, w.Rules, w.Marks,
		caseKey, replyKey, w.Attachments, w.Added, w.Answers}
	return r, r.verify()
}

// whyUndecoded says which it is of a body that is no report of this format.
func whyUndecoded(b []byte) error {
	var head struct {
		Format string `json:"format"`
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	if err := decoder.Decode(&head); err != nil {
		return fmt.Errorf("decoding a report: no JSON after %d bytes", decoder.InputOffset())
	}
	if head.Format != Format {
		return fmt.Errorf("decoding a report: %w", ErrUnknownFormat)
	}
	return fmt.Errorf("decoding a report: a field or value is not known to %s", Format)
}

// verify puts every answer through Set again: what the form would not have taken
// was not written by it.
func (r *Report) verify() error {
	if r.ID == uuid.Nil || r.Urgency < 0 || r.Urgency > 3 {
		return errors.New("decoding a report: its id or urgency is none")
	}
	if r.Door != "" && r.Door != Young && r.Door != Relative && r.Door != Professional {
		return errors.New("decoding a report: its door is none")
	}
	if r.Added != nil {
		if err := r.Added.verify(); err != nil {
			return err
		}
	}
	for group, limit := range groupLimits {
		if r.GroupLen(group) > limit {
			return &FieldError{group, TooMany}
		}
	}
	var refused error
	var scratch Answers
	r.Walk(func(_ Field, name string, values []string) {
		if err := scratch.Set(name, values); err != nil && refused == nil {
			refused = fmt.Errorf("decoding a report: %w", err)
		}
	})
	return refused
}

func encodeKey(k secret.Key) string {
	if k.IsZero() {
		return ""
	}
	return base64.StdEncoding.EncodeToString(k.Bytes())
}

func decodeKey(s string) (secret.Key, error) {
	if s == "" {
		return secret.Key{}, nil
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return secret.Key{}, errors.New("decoding a report: a key is not base64")
	}
	return secret.FromBytes(raw)
}
