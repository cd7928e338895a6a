package reply_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
	"pgregory.net/rapid"

	"recueil/internal/reply"
	"recueil/internal/secret"
)

func TestDraftOpensAsItWasSealed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := secret.New()
		content := rapid.SliceOfN(rapid.Byte(), 0, 9000).Draw(t, "content")
		sealed, err := reply.SealDraft(token, content)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := reply.OpenDraft(token, sealed)
		if err != nil || !bytes.Equal(opened, content) {
			t.Fatalf("%d bytes come back as %d: %v", len(content), len(opened), err)
		}
	})
}

func TestTamperedDraftIsRefused(t *testing.T) {
	token := secret.New()
	sealed, err := reply.SealDraft(token, []byte("ce qu’un enfant a écrit"))
	if err != nil {
		t.Fatal(err)
	}
	last := len(sealed) - 1
	for region, at := range map[string][2]int{ // from and to, inclusive
		"nonce": {1, 24}, "length": {25, 28}, "text": {29, 60}, "padding": {61, last - 16}, "tag": {last - 15, last},
	} {
		for i := at[0]; i <= at[1]; i++ {
			for _, bit := range []byte{1, 0x80} {
				changed := bytes.Clone(sealed)
				changed[i] ^= bit
				if opened, err := reply.OpenDraft(token, changed); !errors.Is(err, reply.ErrForged) || opened != nil {
					t.Fatalf("byte %d (%s) changed: %v", i, region, err)
				}
			}
		}
	}
	for name, changed := range map[string][]byte{
		"nothing": nil, "a byte": sealed[:1], "the nonce alone": sealed[:25], "cut at the end": sealed[:last], "longer": append(bytes.Clone(sealed), 0),
	} {
		if _, err := reply.OpenDraft(token, changed); !errors.Is(err, reply.ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDraftOfAnotherVersionIsTold(t *testing.T) {
	token := secret.New()
	sealed, err := reply.SealDraft(token, []byte("texte"))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []byte{0, 2, 255} {
		sealed[0] = version
		if _, err := reply.OpenDraft(token, sealed); !errors.Is(err, reply.ErrOtherVersion) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func TestDraftOfAnotherCookieIsRefused(t *testing.T) {
	mine, yours := secret.New(), secret.New()
	sealed, err := reply.SealDraft(yours, []byte("texte"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reply.OpenDraft(mine, sealed); !errors.Is(err, reply.ErrForged) {
		t.Errorf("another's draft: %v", err)
	}
	if id, again := reply.DraftID(yours), reply.DraftID(yours); id != again || id == reply.DraftID(mine) {
		t.Error("the id does not belong to the token")
	}
	id := reply.DraftID(yours)
	if bytes.Equal(id[:], yours.Bytes()) {
		t.Error("the id is the token")
	}
	aead, err := chacha20poly1305.NewX(id[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aead.Open(nil, sealed[1:25], sealed[25:], sealed[:1]); err == nil {
		t.Error("the id, which the database knows, opens the draft")
	}
}

func TestDraftSaysLittleOfItsLength(t *testing.T) {
	token := secret.New()
	size := func(text string) int {
		sealed, err := reply.SealDraft(token, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 3 && bytes.Contains(sealed, []byte(text)) {
			t.Error("the text stands in clear")
		}
		return len(sealed)
	}
	if size("") != size(strings.Repeat("a", 2000)) {
		t.Error("an empty draft is told from a page of text")
	}
	first, second := size("abcd"), size("abcd")
	a, _ := reply.SealDraft(token, []byte("abcd"))
	b, _ := reply.SealDraft(token, []byte("abcd"))
	if first != second || bytes.Equal(a, b) {
		t.Error("the same text seals to the same bytes")
	}
}
