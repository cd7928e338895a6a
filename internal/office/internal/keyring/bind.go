package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"recueil/internal/secret"
)

// Bind vouches for the fields of a row under the team's key: only who held that key
// can have done so, and whoever writes the database can change none of them unseen.
// Fields are joined with their lengths, so that no two lists vouch for each other.
func (t Team) Bind(purpose string, fields ...string) [32]byte {
	key := secret.Derive([]byte(t.text), "recueil bind "+purpose)
	mac := hmac.New(sha256.New, key.Bytes())
	for _, field := range fields {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(field))))
		mac.Write([]byte(field))
	}
	return [32]byte(mac.Sum(nil))
}

// Bound reports whether a tag is the one that Bind makes of the same fields.
func (t Team) Bound(tag []byte, purpose string, fields ...string) bool {
	want := t.Bind(purpose, fields...)
	return hmac.Equal(want[:], tag)
}
