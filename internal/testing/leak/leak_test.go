package leak_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"recueil/internal/testing/leak"
)

func TestMarkerIsFoundInEveryForm(t *testing.T) {
	const word = "Qxmarqueur7Zk"
	m := leak.Of(word)
	for before := range 7 {
		text := "éà <&>"[:before] + word + " et la suite"
		for name, content := range map[string]string{
			"as it is": text, "hexadecimal": hex.EncodeToString([]byte(text)), "base64": base64.StdEncoding.EncodeToString([]byte(text)),
			"base64 for addresses": base64.RawURLEncoding.EncodeToString([]byte(text)), "form": url.Values{"a": {text}}.Encode(),
			"capitals": strings.ToUpper(text), "small": strings.ToLower(text),
			"UTF-16": strings.Join(strings.Split(text, ""), "\x00"),
		} {
			if !m.In([]byte(content)) {
				t.Errorf("%s after %d bytes is not found in %q", name, before, content)
			}
		}
	}
	for _, content := range []string{"", "marqueur", word[:len(word)-1], strings.Repeat("A", 4000)} {
		if m.In([]byte(content)) {
			t.Errorf("it is found in %q", content)
		}
	}
}
