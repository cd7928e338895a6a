package keyring

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"github.com/google/uuid"
	"golang.org/x/crypto/chacha20poly1305"

	"recueil/internal/secret"
	"recueil/internal/trust"
)

// ErrNotTrusted says that a wrap holds another key than the trust file names:
// somebody planted it.
var ErrNotTrusted = errors.New("the wrapped key is not the team's key of the trust file")

// A Team is a team's identity of one epoch. It prints as "[redacted]".
type Team struct {
	ID       string
	Epoch    int
	identity redactedIdentity
	text     secret.Text // the identity written out, which costs more than opening an excerpt
}

// Format keeps the key out of every print.
func (Team) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[redacted]") }

// NewTeam makes the identity of a team's new epoch.
func NewTeam(id string, epoch int) (Team, error) {
	key, err := age.GenerateHybridIdentity()
	if err != nil {
		return Team{}, fmt.Errorf("making the key of the team %s: %w", id, err)
	}
	return teamOf(id, epoch, key), nil
}

func teamOf(id string, epoch int, key *age.HybridIdentity) Team {
	return Team{id, epoch, redactedIdentity{key}, secret.Text(key.String())}
}

// Recipient is the public half, which the trust file names.
func (t Team) Recipient() string { return t.identity.key.Recipient().String() }

// Identity opens what is sealed to the team. It prints its key: hold it shortly,
// and only to decrypt.
func (t Team) Identity() age.Identity { return t.identity.key }

// Export writes the identity out, for the recovery of a team that lost its members.
func (t Team) Export() secret.Text { return t.text }

// MemberMAC binds a member's recipient to his id under the team's key: only who
// held that key can have admitted him.
func (t Team) MemberMAC(staffID uuid.UUID, recipient string) [32]byte {
	key := secret.Derive([]byte(t.text), "recueil member mac")
	mac := hmac.New(sha256.New, key.Bytes())
	mac.Write(staffID[:])
	mac.Write([]byte(recipient))
	return [32]byte(mac.Sum(nil))
}

// CheckMember refuses a recipient that nobody of the team admitted.
func (t Team) CheckMember(staffID uuid.UUID, recipient string, tag []byte) error {
	want := t.MemberMAC(staffID, recipient)
	if !hmac.Equal(want[:], tag) {
		return fmt.Errorf("the key of member %s was not admitted by the team %s", staffID, t.ID)
	}
	return nil
}

// WrapTeam wraps the team's identity to a recipient, and the wrap under the epoch's
// shred key: destroying that one makes every copy of the wrap useless.
func WrapTeam(t Team, to string, shred secret.Key) ([]byte, error) {
	recipient, err := age.ParseHybridRecipient(to)
	if err != nil {
		return nil, fmt.Errorf("wrapping the key of the team %s: the recipient is no hybrid age key", t.ID)
	}
	inner, err := encrypt([]byte(t.text), recipient)
	if err != nil {
		return nil, fmt.Errorf("wrapping the key of the team %s: %w", t.ID, err)
	}
	return sealSymmetric(shred.Derive("recueil wrap"), inner)
}

// OpenTeam opens a member's wrap and refuses a key that is not the expected one.
func OpenTeam(wrap []byte, shred secret.Key, m Member, expect trust.Epoch) (Team, error) {
	return openWrap(wrap, shred, m.identity.key, expect)
}

// OpenTeamForRecovery opens the wrap to the offline recovery key.
func OpenTeamForRecovery(wrap []byte, shred secret.Key, recovery *age.HybridIdentity, expect trust.Epoch) (Team, error) {
	return openWrap(wrap, shred, recovery, expect)
}

func openWrap(wrap []byte, shred secret.Key, identity age.Identity, expect trust.Epoch) (Team, error) {
	inner, err := openSymmetric(shred.Derive("recueil wrap"), wrap)
	if err != nil {
		return Team{}, fmt.Errorf("opening the wrap of the team %s: %w", expect.TeamID, err)
	}
	plain, err := decrypt(inner, identity)
	if err != nil {
		return Team{}, fmt.Errorf("opening the wrap of the team %s: %w", expect.TeamID, err)
	}
	defer clear(plain)
	key, err := age.ParseHybridIdentity(strings.TrimSpace(string(plain)))
	if err != nil || key.Recipient().String() != expect.Recipient {
		return Team{}, fmt.Errorf("opening the wrap of the team %s: %w", expect.TeamID, ErrNotTrusted)
	}
	return teamOf(expect.TeamID, expect.Number, key), nil
}

func sealSymmetric(key secret.Key, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key.Bytes())
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, nil), nil
}

func openSymmetric(key secret.Key, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key.Bytes())
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("the sealed key is too short")
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return nil, errors.New("the sealed key does not open")
	}
	return plain, nil
}
