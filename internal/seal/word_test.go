package seal_test

import (
	"strings"
	"testing"

	"recueil/internal/seal"
	"recueil/internal/secret"
)

func TestTheSameWordIsKnownHoweverItIsTyped(t *testing.T) {
	key := secret.New()
	want := seal.WordTag(key, "young", "Étoile de mer")
	for _, typed := range []string{"étoile de mer", "ETOILE DE MER", "  Etoile  de\u00a0mer. ", "étoile-de-mer", "e\u0301toile de mer", "Étoiledemer\n", "\u200bÉtoile de mer"} {
		if seal.WordTag(key, "young", typed) != want {
			t.Errorf("%q is another word", typed)
		}
	}
	for name, tag := range map[string][32]byte{
		"another word": seal.WordTag(key, "young", "Étoile de terre"), "no word": seal.WordTag(key, "young", ""), "part of it": seal.WordTag(key, "young", "étoile"),
		"another voice": seal.WordTag(key, "adult", "Étoile de mer"), "another code": seal.WordTag(secret.New(), "young", "Étoile de mer"),
		"the voice inside": seal.WordTag(key, "", "youngÉtoile de mer"),
	} {
		if tag == want {
			t.Errorf("%s has the same tag", name)
		}
	}
	if seal.WordTag(key, "adult", strings.Repeat("é", 100_000)) != seal.WordTag(key, "adult", strings.Repeat("e", 200)) {
		t.Error("a word too long is not cut")
	}
	if seal.WordTag(key, "adult", "\xff\x00") == seal.WordTag(key, "adult", "") {
		t.Error("bytes that are no text are no word at all")
	}
}
