// Package unseal opens what package seal closed. With keyring it is the only place
// of the house that decrypts; the compiler keeps both out of the public side.
//
// age binds no context: whoever writes the database could swap two bodies. So the
// id and the urgency inside are compared with the row, and each part begins with a
// header that says which part it is. What does not fit is damaged, one report or
// one part, never a failed page. Times and reference that were changed in a row
// hide nothing: the sealed ones count, and the change is told.
package unseal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// ErrDamaged says that a sealed body does not open, or is not what its row says.
var ErrDamaged = errors.New("the sealed body is damaged")

// A Row is what the database says of a sealed body.
type Row struct {
	ID         report.ID
	Urgency    report.Urgency
	Reference  string
	ReceivedAt time.Time
	DueAt      time.Time
	Sealed     *report.Urgency // where a coordinator set Urgency since
	Body       []byte
}

// Columns of a row that may be found altered.
const (
	Reference  = "reference"
	ReceivedAt = "received_at"
	DueAt      = "due_at"
)

// Altered lists the columns that no longer say what was sealed with an opened
// report. Whoever writes the database could let an urgent one wait by them.
func (row Row) Altered(r *report.Report) (columns []string) {
	if row.Reference != r.Reference {
		columns = append(columns, Reference)
	}
	if !row.ReceivedAt.Equal(r.ReceivedAt) {
		columns = append(columns, ReceivedAt)
	}
	if !row.DueAt.Equal(row.Urgency.Due(r.ReceivedAt)) {
		columns = append(columns, DueAt)
	}
	return columns
}

// sealed is the urgency that the body must hold. Where a coordinator set another, his
// sealed decision tells of it; whether there is one is for who reads the parts.
func (row Row) sealed() report.Urgency {
	if row.Sealed != nil {
		return *row.Sealed
	}
	return row.Urgency
}

// Report opens a report and checks it against its row.
func Report(identity age.Identity, row Row) (report.Report, error) {
	r, err := open(identity, row.Body)
	if err != nil {
		return report.Report{}, fmt.Errorf("opening report %s: %w", row.ID, err)
	}
	if err := row.Check(&r); err != nil {
		return report.Report{}, err
	}
	return r, nil
}

// Check refuses what was opened for a row and is another's, or of another urgency.
func (row Row) Check(r *report.Report) error {
	if r.ID != row.ID {
		return fmt.Errorf("opening report %s: %w: it is the body of another", row.ID, ErrDamaged)
	}
	if r.Urgency != row.sealed() {
		return fmt.Errorf("opening report %s: %w: its urgency was changed from outside", row.ID, ErrDamaged)
	}
	return nil
}

// Addition opens what a reporter added later: a body of its own id, or the report
// itself sent once more with changed text.
func Addition(identity age.Identity, id, reportID report.ID, body []byte) (report.Report, error) {
	r, err := open(identity, body)
	if err != nil {
		return report.Report{}, fmt.Errorf("opening addition %s: %w", id, err)
	}
	if r.ID != id && r.ID != reportID {
		return report.Report{}, fmt.Errorf("opening addition %s: %w: it is another body", id, ErrDamaged)
	}
	return r, nil
}

func open(identity age.Identity, body []byte) (report.Report, error) {
	plain, err := decrypt(body, identity)
	if err != nil {
		return report.Report{}, err
	}
	defer clear(plain)
	r, err := report.Decode(plain)
	if err != nil {
		return report.Report{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return r, nil
}

// Part opens one part and checks that its header is the expected one, but for the place
// in the sequence, which it tells: that is for who knows what stands around it.
func Part(expected seal.PartHeader, key secret.Key, body []byte) (content []byte, sequence int, err error) {
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(key).Reveal())
	if err != nil {
		return nil, 0, fmt.Errorf("opening part %s: %w", expected.Part, err)
	}
	// A planted factor of 22 would cost half a minute and four gigabytes.
	identity.SetMaxWorkFactor(1)
	plain, err := decrypt(body, identity)
	if err != nil {
		return nil, 0, fmt.Errorf("opening part %s: %w", expected.Part, err)
	}
	line, content, found := bytes.Cut(plain, []byte("\n"))
	var header seal.PartHeader
	known := found && json.Unmarshal(line, &header) == nil
	sequence = header.Sequence
	if header.Sequence = expected.Sequence; !known || header != expected {
		return nil, 0, fmt.Errorf("opening part %s: %w: it is another part", expected.Part, ErrDamaged)
	}
	return content, sequence, nil
}

// decrypt bounds what it reads. age's own errors may name an identity's kind, never
// a word; they are kept for the operator.
func decrypt(body []byte, identity age.Identity) ([]byte, error) {
	if len(body) > envelope.MaxBody {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrDamaged, envelope.MaxBody)
	}
	plain, err := age.Decrypt(bytes.NewReader(body), identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	content := make([]byte, 0, len(body))
	buffer := bytes.NewBuffer(content)
	if _, err := io.Copy(buffer, plain); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return buffer.Bytes(), nil
}
