package referral

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"recueil/internal/secret"
)

// check is the tag over what one team writes to the other. Its content is of plain
// values, whose JSON cannot fail and is always the same.
func check(link secret.Key, format string, content any) string {
	raw, _ := json.Marshal(content)
	key := link.Derive("recueil referral check " + format)
	mac := hmac.New(sha256.New, key.Bytes())
	mac.Write(raw)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checks reports whether a tag is the one that check makes. Without a link none is.
func checks(tag string, link secret.Key, format string, content any) bool {
	return !link.IsZero() && hmac.Equal([]byte(tag), []byte(check(link, format, content)))
}
