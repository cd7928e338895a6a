package referral

import (
	"encoding/json"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// AdditionFormat is the version of the JSON of what is passed on.
const AdditionFormat = "recueil.referral_addition/1"

// An Addition is what was added to a report and passed on to the unit that has it. Of a
// whole referral it is as it came, in Report; of a masked one it is what a person wrote
// in its place, in Text.
type Addition struct {
	ID       uuid.UUID
	Referral uuid.UUID
	Masked   bool
	At       time.Time // when it came, not when it was passed on
	Report   *report.Report
	Text     string
	Files    []File
}

type additionWire struct {
	Format   string          `json:"format"`
	ID       uuid.UUID       `json:"id"`
	Referral uuid.UUID       `json:"referral"`
	Masked   bool            `json:"masked"`
	At       time.Time       `json:"at"`
	Report   json.RawMessage `json:"report,omitempty"`
	Text     string          `json:"text,omitempty"`
	Files    []wireFile      `json:"files,omitempty"`
	Check    string          `json:"check"`
}

// SealAddition closes it for a unit, with a check under the link as a letter has. An
// addition that still carries a case key, or a masked one that carries more than text
// and files, is refused.
func SealAddition(link secret.Key, a *Addition, to trust.Epoch) ([]byte, error) {
	if link.IsZero() || a.Masked == (a.Report != nil) || a.Report != nil && !a.Report.CaseKey.IsZero() {
		return nil, fmt.Errorf("sealing addition %s: it carries a key or an answer that is not the unit's, or has no link", a.ID)
	}
	w := additionWire{Format: AdditionFormat, ID: a.ID, Referral: a.Referral, Masked: a.Masked, At: a.At.UTC().Truncate(time.Microsecond), Text: a.Text, Files: wireFiles(a.Files)}
	if a.Report != nil {
		var err error
		if w.Report, err = a.Report.Encode(); err != nil {
			return nil, fmt.Errorf("sealing addition %s: %w", a.ID, err)
		}
	}
	w.Check = check(link, AdditionFormat, w)
	return sealed(a.ID, w, to)
}

// OpenAddition opens what was passed on with a referral. The errors are those of
// [OpenLetter].
func OpenAddition(identity age.Identity, of *Body, id uuid.UUID, body []byte) (*Addition, error) {
	plain, err := unseal.Body(identity, body)
	if err != nil {
		return nil, fmt.Errorf("opening addition %s: %w", id, err)
	}
	defer clear(plain)
	var w additionWire
	if json.Unmarshal(plain, &w) != nil || w.Format != AdditionFormat || w.ID != id || w.Referral != of.ID || w.Masked != of.Masked {
		return nil, fmt.Errorf("opening addition %s: %w: it is another", id, unseal.ErrDamaged)
	}
	tag := w.Check
	w.Check = ""
	if !checks(tag, of.Link, AdditionFormat, w) {
		return nil, fmt.Errorf("opening addition %s: %w", id, ErrForged)
	}
	a := &Addition{ID: w.ID, Referral: w.Referral, Masked: w.Masked, At: w.At, Text: w.Text}
	if w.Report != nil {
		r, err := report.Decode(w.Report)
		if err != nil {
			return nil, fmt.Errorf("opening addition %s: %w: %w", id, unseal.ErrDamaged, err)
		}
		a.Report = &r
	}
	if a.Files, err = openFiles(w.Files); err != nil {
		return nil, fmt.Errorf("opening addition %s: %w: %w", id, unseal.ErrDamaged, err)
	}
	return a, nil
}
