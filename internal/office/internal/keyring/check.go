package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"recueil/internal/secret"
)

// Check makes a tag over something that only who holds the team's key can make: to
// seal to a team, its public half is enough.
func (t Team) Check(purpose string, content ...[]byte) [32]byte {
	key := secret.Derive([]byte(t.text), "recueil check "+purpose)
	mac := hmac.New(sha256.New, key.Bytes())
	for _, c := range content {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(c))))
		mac.Write(c)
	}
	return [32]byte(mac.Sum(nil))
}

// Checks reports whether a tag, in base64, is the one that Check makes.
func (t Team) Checks(tag, purpose string, content ...[]byte) bool {
	given, err := base64.RawStdEncoding.DecodeString(tag)
	want := t.Check(purpose, content...)
	return err == nil && hmac.Equal(want[:], given)
}
