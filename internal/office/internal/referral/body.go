// Package referral makes what one team gives another of a report, and opens it again.
//
// A referral is whole or masked. Whole is the report as it came, with the reply key.
// Masked is a new, smaller report: who wrote it and how to reach him are left out
// whatever is chosen, and of the rest only what a person chose and read again. Neither
// carries the case key: what the platform writes stays the platform's. The files that
// go along are opened by keys of their own, one each.
//
// Whoever can write the database can seal a body to a unit, since age does not say who
// sealed; but he cannot read one, nor have it stand under another id. What the two teams
// write about it later carries a check under the link, a key that this body gives the
// unit and an entry of the case gives the platform: see [Letter].
package referral

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// Format is the version of the sealed JSON. A reader refuses any other.
const Format = "recueil.referral/1"

// A Body is what the unit reads.
type Body struct {
	ID      uuid.UUID // of the referral
	From    string    // the team that gives it, and reads what the unit writes about it
	Masked  bool
	Reason  string
	Wish    string         // whether the reporter wants to be called by the unit: yes, no, later or ""
	Report  *report.Report // as it came, or what is left of it
	Link    secret.Key     // fresh: by it each team knows what the other writes about this
	Files   []File
	Removed int // answers that were left out
}

// A File goes along with a referral. Its key opens it and nothing else.
type File struct {
	report.Attachment
	Owner report.ID // the report or the addition that it came with
	Key   secret.Key
}

type wire struct {
	Format  string          `json:"format"`
	ID      uuid.UUID       `json:"id"`
	From    string          `json:"from,omitempty"` // not in what was sealed before it stood here
	Masked  bool            `json:"masked"`
	Reason  string          `json:"reason"`
	Wish    string          `json:"wish,omitempty"`
	Report  json.RawMessage `json:"report"`
	Link    string          `json:"link_key"`
	Files   []wireFile      `json:"files,omitempty"`
	Removed int             `json:"removed,omitempty"`
}

type wireFile struct {
	report.Attachment
	Owner report.ID `json:"owner"`
	Key   string    `json:"key"`
}

// Seal closes a body for a unit, padded as a report is. A report that still carries a
// case key is refused: nobody is to give one away by mistake.
func Seal(b *Body, to trust.Epoch) ([]byte, error) {
	if !b.Report.CaseKey.IsZero() || b.Masked && (!b.Report.ReplyKey.IsZero() || b.Report.Reference != "") {
		return nil, fmt.Errorf("sealing referral %s: it carries a key or a name that is not the unit's", b.ID)
	}
	if b.Link.IsZero() {
		return nil, fmt.Errorf("sealing referral %s: it has no link", b.ID)
	}
	content, err := b.Report.Encode()
	if err != nil {
		return nil, fmt.Errorf("sealing referral %s: %w", b.ID, err)
	}
	return sealed(b.ID, wire{Format, b.ID, b.From, b.Masked, b.Reason, b.Wish, content, encodeKey(b.Link), wireFiles(b.Files), b.Removed}, to)
}

func wireFiles(files []File) (wired []wireFile) {
	for _, f := range files {
		wired = append(wired, wireFile{f.Attachment, f.Owner, encodeKey(f.Key)})
	}
	return wired
}

func openFiles(wired []wireFile) (files []File, err error) {
	for _, f := range wired {
		key, err := decodeKey(f.Key)
		if err != nil {
			return nil, err
		}
		files = append(files, File{f.Attachment, f.Owner, key})
	}
	return files, nil
}

func sealed(id uuid.UUID, content any, to trust.Epoch) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(content) != nil {
		return nil, fmt.Errorf("sealing %s: it cannot be written as JSON", id) // json's own words may repeat it
	}
	padded := seal.Pad(plain.Bytes())
	defer clear(padded)
	return seal.Again(padded, to)
}

// A Row is what stands in clear beside a body.
type Row struct {
	ID     uuid.UUID
	From   string
	Masked bool
}

// Open opens the body of a referral. The error is unseal.ErrDamaged when it is another
// referral's, or not what its row says: a row that names another team would have what
// the unit writes sealed to that one.
func Open(identity age.Identity, row Row, body []byte) (*Body, error) {
	id := row.ID
	plain, err := unseal.Body(identity, body)
	if err != nil {
		return nil, fmt.Errorf("opening referral %s: %w", id, err)
	}
	defer clear(plain)
	var w wire
	if json.Unmarshal(plain, &w) != nil || w.Format != Format {
		return nil, fmt.Errorf("opening referral %s: %w: it is no %s", id, unseal.ErrDamaged, Format)
	}
	if w.ID != id || w.Masked != row.Masked || w.From != "" && w.From != row.From {
		return nil, fmt.Errorf("opening referral %s: %w: it is the body of another", id, unseal.ErrDamaged)
	}
	b := &Body{ID: w.ID, From: w.From, Masked: w.Masked, Reason: w.Reason, Wish: w.Wish, Removed: w.Removed}
	r, err := report.Decode(w.Report)
	if err != nil {
		return nil, fmt.Errorf("opening referral %s: %w: %w", id, unseal.ErrDamaged, err)
	}
	b.Report = &r
	if b.Link, err = decodeKey(w.Link); err != nil {
		return nil, fmt.Errorf("opening referral %s: %w: %w", id, unseal.ErrDamaged, err)
	}
	if b.Files, err = openFiles(w.Files); err != nil {
		return nil, fmt.Errorf("opening referral %s: %w: %w", id, unseal.ErrDamaged, err)
	}
	return b, nil
}

func encodeKey(k secret.Key) string { return base64.StdEncoding.EncodeToString(k.Bytes()) }

func decodeKey(text string) (secret.Key, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return secret.Key{}, errors.New("a key is not base64")
	}
	return secret.FromBytes(raw)
}
