package challenge_test

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"testing"

	"recueil/internal/challenge"
)

func TestCheckWork(t *testing.T) {
	token := strings.Repeat("A", 75) // as long as a page's token
	const found = "28383"            // by static/js/pow-worker.js
	if sum := sha256.Sum256([]byte(token + "." + found)); sum[0] != 0 || sum[1] > 3 {
		t.Fatalf("the known proof hashes to %x", sum[:4])
	}
	for name, c := range map[string]struct {
		token, proof string
		want         challenge.Proof
	}{
		"found by the worker": {token, found, challenge.Worked},
		"another number":      {token, "28384", challenge.WrongProof},
		"another page":        {token[1:] + "B", found, challenge.WrongProof},
		"none":                {token, "", challenge.NoProof},
		"no number":           {token, "bonjour", challenge.WrongProof},
		"endless":             {token, strings.Repeat("1", 1000), challenge.WrongProof},
	} {
		if got := challenge.CheckWork(c.token, c.proof); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Only one number in 16,384 passes: with fewer, a wrong one would too easily.
func TestWorkIsRare(t *testing.T) {
	passed := 0
	for n := range 1 << 17 {
		if challenge.CheckWork("token", strconv.Itoa(n)) == challenge.Worked {
			passed++
		}
	}
	if passed == 0 || passed > 24 {
		t.Errorf("%d of 131,072 numbers pass, want about 8", passed)
	}
}
