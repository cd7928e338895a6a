package followup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/google/uuid"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/seal"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// ErrForged says that a sealed body was not made by a member of its team.
var ErrForged = errors.New("nobody of the team made this")

// A RecordKey is what the body of a record holds: its key, and the referral that opened
// it, uuid.Nil when it came straight to the unit. One sealed before the referral stood
// here has none.
type RecordKey struct {
	Record   uuid.UUID
	Referral *uuid.UUID
	Key      secret.Key
}

// A sealedKey is its JSON. The check binds the key to the record, the referral and the
// identity of the unit: to seal something to the unit its public key is enough, to make
// the check it is not.
type sealedKey struct {
	Format   string     `json:"format"`
	Record   uuid.UUID  `json:"record"`
	Referral *uuid.UUID `json:"referral,omitempty"`
	Key      string     `json:"key"`
	Check    string     `json:"check"`
}

const (
	keyFormat     = "recueil.record/1"
	opinionFormat = "recueil.opinion/1"
)

// SealKey closes a record's key to the unit. The holder is the identity of the same epoch.
func SealKey(holder keyring.Team, to trust.Epoch, k RecordKey) ([]byte, error) {
	if holder.ID != to.TeamID || holder.Epoch != to.Number {
		return nil, fmt.Errorf("sealing the key of record %s: the member does not hold the current key of %s", k.Record, to.TeamID)
	}
	check := holder.Check("recueil record key", k.content()...)
	return sealTo(to, sealedKey{keyFormat, k.Record, k.Referral, encode(k.Key.Bytes()), encode(check[:])})
}

// content is what the check is made over. Without a referral it is what it was before
// one stood there: to leave it out of a body that has one breaks the check.
func (k RecordKey) content() [][]byte {
	content := [][]byte{k.Record[:], k.Key.Bytes()}
	if k.Referral != nil {
		content = append(content, k.Referral[:])
	}
	return content
}

// OpenKey opens a record's key.
func OpenKey(holder keyring.Team, record uuid.UUID, body []byte) (RecordKey, error) {
	var sealed sealedKey
	if err := openFrom(holder.Identity(), body, &sealed); err != nil {
		return RecordKey{}, fmt.Errorf("opening the key of record %s: %w", record, err)
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed.Key)
	if err != nil {
		return RecordKey{}, fmt.Errorf("opening the key of record %s: %w", record, unseal.ErrDamaged)
	}
	k := RecordKey{Record: record, Referral: sealed.Referral}
	if k.Key, err = secret.FromBytes(raw); err != nil || sealed.Format != keyFormat || sealed.Record != record {
		return RecordKey{}, fmt.Errorf("opening the key of record %s: %w: it is another body", record, unseal.ErrDamaged)
	}
	if !holder.Checks(sealed.Check, "recueil record key", k.content()...) {
		return RecordKey{}, fmt.Errorf("opening the key of record %s: %w", record, ErrForged)
	}
	return k, nil
}

// An Opinion is what somebody of a profession thinks, for that profession alone.
type Opinion struct {
	ID     uuid.UUID `json:"id"`
	Record uuid.UUID `json:"record"`
	Author uuid.UUID `json:"author"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
}

type sealedOpinion struct {
	Format string `json:"format"`
	Opinion
	Check string `json:"check"`
}

func (o Opinion) content() []byte {
	content, _ := json.Marshal(o) // of plain values: it cannot fail, and is canonical
	return content
}

// Seal closes an opinion to the team of the profession.
func (o Opinion) Seal(holder keyring.Team, to trust.Epoch) ([]byte, error) {
	if holder.ID != to.TeamID || holder.Epoch != to.Number {
		return nil, fmt.Errorf("sealing opinion %s: the member does not hold the current key of %s", o.ID, to.TeamID)
	}
	check := holder.Check("recueil opinion", o.content())
	return sealTo(to, sealedOpinion{opinionFormat, o, encode(check[:])})
}

// OpenOpinion opens an opinion and refuses one that stands in the place of another.
func OpenOpinion(holder keyring.Team, id, record uuid.UUID, body []byte) (Opinion, error) {
	var sealed sealedOpinion
	if err := openFrom(holder.Identity(), body, &sealed); err != nil {
		return Opinion{}, fmt.Errorf("opening opinion %s: %w", id, err)
	}
	o := sealed.Opinion
	if sealed.Format != opinionFormat || o.ID != id || o.Record != record {
		return Opinion{}, fmt.Errorf("opening opinion %s: %w: it is another body", id, unseal.ErrDamaged)
	}
	if !holder.Checks(sealed.Check, "recueil opinion", o.content()) {
		return Opinion{}, fmt.Errorf("opening opinion %s: %w", id, ErrForged)
	}
	return o, nil
}

// sealTo writes an object as one padded age file.
func sealTo(to trust.Epoch, object any) ([]byte, error) {
	content, err := json.Marshal(object)
	if err != nil {
		return nil, errors.New("the body cannot be written") // json's own words may repeat it
	}
	content = seal.PadPart(content)
	defer clear(content)
	return seal.Again(content, to)
}

func openFrom(identity age.Identity, body []byte, into any) error {
	content, err := unseal.Body(identity, body)
	if err != nil {
		return err
	}
	defer clear(content)
	if json.Unmarshal(content, into) != nil {
		return fmt.Errorf("%w: it is no body of a record", unseal.ErrDamaged)
	}
	return nil
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
