package challenge_test

import (
	"errors"
	"testing"
	"time"

	"recueil/internal/challenge"
	"recueil/internal/secret"
)

func TestTokenComesBackWhole(t *testing.T) {
	shared, now := secret.New(), time.Unix(1_790_000_000, 0)
	token := challenge.NewSigner(shared).Issue(now)
	first, err := challenge.NewSigner(shared).Open(token) // another server, the same secret
	if err != nil || !first.IssuedAt.Equal(now) {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, _ := challenge.NewSigner(shared).Open(token); !again.IDs.Equal(first.IDs) {
		t.Error("the same token gives two sets of ids")
	}
	if other, _ := challenge.NewSigner(shared).Open(challenge.NewSigner(shared).Issue(now)); other.IDs.Equal(first.IDs) {
		t.Error("two pages give the same ids")
	}
}

func TestForgedTokenIsRefused(t *testing.T) {
	signer := challenge.NewSigner(secret.New())
	good := signer.Issue(time.Now())
	changed := []byte(good)
	for i := range changed {
		changed[i] ^= 1
		if _, err := signer.Open(string(changed)); !errors.Is(err, challenge.ErrForged) {
			t.Fatalf("character %d can be changed", i)
		}
		changed[i] ^= 1
	}
	for name, token := range map[string]string{
		"empty": "", "short": good[:20], "longer": good + "AAAA", "no base64": "é" + good,
		"another secret's": challenge.NewSigner(secret.New()).Issue(time.Now()),
	} {
		if _, err := signer.Open(token); !errors.Is(err, challenge.ErrForged) {
			t.Errorf("%s token passes", name)
		}
	}
}

func TestTokenOfADraftIsNoneForAnother(t *testing.T) {
	signer, now := challenge.NewSigner(secret.New()), time.UnixMilli(1_790_000_000_123)
	token := signer.IssueFor([]byte("one"), now)
	opened, err := signer.OpenFor([]byte("one"), token)
	if err != nil || !opened.IssuedAt.Equal(now) {
		t.Fatalf("%+v, %v", opened, err)
	}
	for name, got := range map[string]string{"another draft's": signer.IssueFor([]byte("two"), now), "the short form's": signer.Issue(now), "empty": ""} {
		if _, err := signer.OpenFor([]byte("one"), got); !errors.Is(err, challenge.ErrForged) {
			t.Errorf("%s token passes", name)
		}
	}
}
