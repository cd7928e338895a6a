// Package seal turns a report into an envelope: JSON, padded, one age file to the
// receiving team. It knows recipients only; nothing in it can open what it sealed,
// and a test of the linked intake binary holds it to that.
package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/bits"

	"filippo.io/age"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// padFloor is the least size of a body: most reports are shorter, and all of those
// look alike.
const padFloor = 8 << 10

// partFloor is the least size of an entry of a case.
const partFloor = 1 << 10

// Report seals a report to a team for the given lane.
func Report(r *report.Report, code Code, to trust.Epoch, lane string) (envelope.Envelope, error) {
	body, err := sealed(r, to)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return envelope.Envelope{
		Kind: envelope.Report, ID: r.ID, ReportID: r.ID, Reference: r.Reference, ReceiptLookup: code.Lookup(),
		ReceivedAt: r.ReceivedAt, DueAt: r.Urgency.Due(r.ReceivedAt), Channel: r.Channel, Urgency: r.Urgency, Lane: lane,
		Tag: Tag(&r.Answers, r.ReplyKey), TeamID: to.TeamID, Epoch: to.Number, Body: body,
	}, nil
}

// Addition seals what a reporter sends later, as a small report of its own. The
// keys of the report it belongs to stay out of it; one that came by the receipt code
// has a case key of its own, for its files.
func Addition(r *report.Report, id report.ID, to trust.Epoch) (envelope.Envelope, error) {
	tag := Tag(&r.Answers, r.ReplyKey)
	small := *r
	small.ID, small.ReplyKey = id, secret.Key{}
	if r.Added == nil {
		small.CaseKey = secret.Key{}
	} else {
		tag = addedTag(id, r.ReplyKey)
	}
	body, err := sealed(&small, to)
	if err != nil {
		return envelope.Envelope{}, err
	}
	return envelope.Envelope{Kind: envelope.Addition, ID: id, ReportID: r.ID, ReceivedAt: r.ReceivedAt, Tag: tag,
		TeamID: to.TeamID, Epoch: to.Number, Body: body}, nil
}

func sealed(r *report.Report, to trust.Epoch) ([]byte, error) {
	recipient, err := to.AgeRecipient()
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", r.ID, err)
	}
	plain, err := r.Encode()
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", r.ID, err)
	}
	plain = Pad(plain)
	defer clear(plain)
	return encrypt(plain, recipient)
}

// Again seals what was in a body to another key, byte for byte: padding and ids stay.
func Again(plain []byte, to trust.Epoch) ([]byte, error) {
	recipient, err := to.AgeRecipient()
	if err != nil {
		return nil, fmt.Errorf("sealing again: %w", err)
	}
	return encrypt(plain, recipient)
}

func encrypt(plain []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(plain) + len(plain)/(64<<10)*16 + 2048) // header and one tag for each 64 KiB
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	// age gathers a chunk in a bytes.Buffer. After a first byte that buffer doubles to
	// make room, and so has the sixteen bytes to spare that the chunk's tag wants;
	// filled at one go it is full, and copied whole to append them.
	first := min(1, len(plain))
	if _, err := w.Write(plain[:first]); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	if _, err := w.Write(plain[first:]); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return out.Bytes(), nil
}

// addedTag is the tag of what came by the receipt code. Its id came with the page it
// was written on: the same page sent twice is one addition, two pages with the same
// words are two.
func addedTag(id report.ID, key secret.Key) [32]byte {
	return [32]byte(key.Derive("recueil addition", id[:]))
}

// Tag is a keyed hash of the answers: the same text gives the same tag, and nobody
// without the reply key can try texts against it.
func Tag(a *report.Answers, key secret.Key) [32]byte {
	mac := hmac.New(sha256.New, key.Bytes())
	// Answers are plain values in a fixed order: their JSON cannot fail and is canonical.
	_ = json.NewEncoder(mac).Encode(a)
	return [32]byte(mac.Sum(nil))
}

// Pad adds spaces up to the next Padmé size (Nikitin et al., 2019: at most 12 %
// more, and only log log n bits of the length shown), and never less than 8 KiB.
func Pad(b []byte) []byte { return pad(b, padFloor) }

// PadPart is Pad for one entry of a case: those are many and short, and none is less
// than 1 KiB.
func PadPart(b []byte) []byte { return pad(b, partFloor) }

func pad(b []byte, floor int) []byte {
	padded := make([]byte, padmé(len(b), floor))
	n := copy(padded, b)
	clear(b)
	for i := n; i < len(padded); i++ {
		padded[i] = ' '
	}
	return padded
}

func padmé(length, floor int) int {
	if length <= floor {
		return floor
	}
	exponent := bits.Len(uint(length)) - 1
	last := exponent - bits.Len(uint(exponent))
	mask := 1<<last - 1
	return (length + mask) &^ mask
}

// PartKey is the key of one part of a case: only who holds the case key, or was
// given this one, opens it.
func PartKey(caseKey secret.Key, kind string, id report.ID) secret.Key {
	return caseKey.Derive("recueil part "+kind, id[:])
}

// A PartHeader is the first line of every part. It is checked on opening, so that
// a part cannot stand in the place of another.
type PartHeader struct {
	Case      report.ID `json:"case"`
	Part      report.ID `json:"part"`
	Kind      string    `json:"kind"`
	Direction string    `json:"direction"`
	Version   int       `json:"version"`
	Sequence  int       `json:"sequence"`
}

// Part seals a part: an age passphrase file, the key being the passphrase. The key
// is as strong as the file's, so the work factor is the least there is.
func Part(h PartHeader, key secret.Key, content []byte) ([]byte, error) {
	header, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("sealing part %s: %w", h.Part, err)
	}
	recipient, err := age.NewScryptRecipient(PartPassphrase(key).Reveal())
	if err != nil {
		return nil, fmt.Errorf("sealing part %s: %w", h.Part, err)
	}
	recipient.SetWorkFactor(1)
	plain := append(append(header, '\n'), content...)
	defer clear(plain)
	return encrypt(plain, recipient)
}

// PartPassphrase writes a part's key as the passphrase of its age file.
func PartPassphrase(key secret.Key) secret.Text {
	return secret.Text(base64.RawStdEncoding.EncodeToString(key.Bytes()))
}
