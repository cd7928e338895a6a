// Package casefile closes and opens what staff write on a case: notes, decisions, and
// whatever else they add. Each entry is one part, an age file under a key that only
// the case key yields, so that it can be stored, referred and re-sealed alone.
//
// A part begins with a header that names its case, its kind and its place among the
// parts of that kind; a part that was swapped, moved or put twice does not open, and
// is one damaged entry on a page that stays readable. One that is gone leaves a gap.
// What is inside is JSON whose format says what it is, padded so that its size says
// little. Parts are never changed: who corrects an entry adds one.
package casefile

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// A Case is something parts belong to, with the key that opens them.
type Case struct {
	ID  uuid.UUID
	Key secret.Key
}

// Of is the case of an opened report.
func Of(r *report.Report) Case { return Case{r.ID, r.CaseKey} }

// An Entry is what a part holds. Its format names the shape of its JSON, such as
// "recueil.note/1"; it is written into the part, and checked on opening.
type Entry interface{ Format() string }

// A Place says which part stands where.
type Place struct {
	Part     uuid.UUID
	Kind     archive.PartKind
	Sequence int // among the parts of its kind on the case, from 1

	run *run // of the list that it stands in
}

// A run remembers, while the parts of one kind are opened in the order of a list, where
// those before were written to stand.
type run struct {
	last    int
	damaged map[uuid.UUID]bool // since that one: each stands where something is missing
	missing map[uuid.UUID]int
}

// Missing is how many parts are gone from before an opened one, without a trace.
func (p Place) Missing() int {
	if p.run == nil {
		return 0
	}
	return p.run.missing[p.Part]
}

// ErrFormat says that a part holds another entry than the expected one. It is no
// damage: parts of one kind may hold several.
var ErrFormat = errors.New("the part holds another entry")

// Seal closes an entry for its place.
func (c Case) Seal(at Place, e Entry) ([]byte, error) {
	content, err := encode(e)
	if err != nil {
		return nil, fmt.Errorf("sealing part %s: the entry cannot be written", at.Part) // json's own words may repeat it
	}
	content = seal.PadPart(content)
	defer clear(content)
	return seal.Part(c.header(at), seal.PartKey(c.Key, string(at.Kind), at.Part), content)
}

// Open opens the part at a place and reads its entry. The error is ErrFormat when it
// is of another format, unseal.ErrDamaged when it is not the part of that place. In a
// list, opened in its order, it is enough to stand behind those that were written before:
// where one was removed, or another planted, that costs nobody what is left.
func (c Case) Open(at Place, body []byte, into Entry) error {
	content, sequence, err := unseal.Part(c.header(at), seal.PartKey(c.Key, string(at.Kind), at.Part), body)
	if err != nil {
		at.fails()
		return err
	}
	if !at.takes(sequence) {
		clear(content)
		return fmt.Errorf("opening part %s: %w: it belongs in another place", at.Part, unseal.ErrDamaged)
	}
	defer clear(content)
	var named struct {
		Format string `json:"format"`
	}
	switch {
	case json.Unmarshal(content, &named) != nil:
		return fmt.Errorf("opening part %s: %w: it is no entry", at.Part, unseal.ErrDamaged)
	case named.Format != into.Format():
		return fmt.Errorf("opening part %s as %s: %w", at.Part, into.Format(), ErrFormat)
	case json.Unmarshal(content, into) != nil:
		return fmt.Errorf("opening part %s: %w: it is no %s", at.Part, unseal.ErrDamaged, into.Format())
	}
	return nil
}

// Places says where each of a case's stored parts stands, oldest first as the archive
// lists them.
func Places(parts []archive.Part) []Place {
	places := make([]Place, len(parts))
	last, runs := map[archive.PartKind]int{}, map[archive.PartKind]*run{}
	for i, part := range parts {
		last[part.Kind]++
		if runs[part.Kind] == nil {
			runs[part.Kind] = &run{damaged: map[uuid.UUID]bool{}, missing: map[uuid.UUID]int{}}
		}
		places[i] = Place{part.ID, part.Kind, last[part.Kind], runs[part.Kind]}
	}
	return places
}

// takes says whether a part may stand at the place, and remembers it. Two have the same
// number where one was written after another had been removed.
func (p Place) takes(sequence int) bool {
	if p.run == nil {
		return sequence == p.Sequence
	}
	if sequence < p.run.last || sequence < 1 {
		return false
	}
	if gap := sequence - p.run.last - 1 - len(p.run.damaged); gap > 0 {
		p.run.missing[p.Part] = gap
	}
	p.run.last = sequence
	clear(p.run.damaged)
	return true
}

func (p Place) fails() {
	if p.run != nil {
		p.run.damaged[p.Part] = true
	}
}

// New makes the part of an entry, to be stored by [archive.AppendPart].
func (c Case) New(kind archive.PartKind, e Entry) archive.NewPart {
	return c.NewAs(report.NewID(), kind, e)
}

// NewAs is New under an id that came with the page, so that a double tap is one entry.
func (c Case) NewAs(id uuid.UUID, kind archive.PartKind, e Entry) archive.NewPart {
	return archive.NewPart{Report: c.ID, ID: id, Kind: kind, Seal: func(sequence int) ([]byte, error) {
		return c.Seal(Place{Part: id, Kind: kind, Sequence: sequence}, e)
	}}
}

func (c Case) header(at Place) seal.PartHeader {
	return seal.PartHeader{Case: c.ID, Part: at.Part, Kind: string(at.Kind), Direction: "internal", Version: 1, Sequence: at.Sequence}
}

// encode writes an entry as one JSON object that begins with its format.
func encode(e Entry) ([]byte, error) {
	format, err := json.Marshal(e.Format())
	if err != nil {
		return nil, err
	}
	fields, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if len(fields) < 2 || fields[0] != '{' {
		return nil, errors.New("an entry is no object")
	}
	content := append([]byte(`{"format":`), format...)
	if len(fields) > 2 {
		content = append(content, ',')
	}
	return append(content, fields[1:]...), nil
}
