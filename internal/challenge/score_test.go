package challenge_test

import (
	"testing"

	"recueil/internal/challenge"
)

func TestScore(t *testing.T) {
	const noJS = challenge.NoProof
	for _, c := range []struct {
		name       string
		signals    challenge.Signals
		suspicious bool
	}{
		{"a browser that did everything", challenge.Signals{}, false},
		{"without JavaScript", challenge.Signals{Proof: noJS}, false},
		{"without JavaScript, in a hurry", challenge.Signals{Proof: noJS, Hurried: true}, false},
		{"without JavaScript, page of an older version", challenge.Signals{Proof: noJS, Stamp: challenge.NoStamp}, false},
		{"while very many write", challenge.Signals{Crowded: true}, false},
		{"while very many write, without JavaScript", challenge.Signals{Crowded: true, Proof: noJS}, true},
		{"while very many write, in a hurry", challenge.Signals{Crowded: true, Hurried: true}, true},
		{"the trap alone", challenge.Signals{Trapped: true}, true},
		{"a busy address alone", challenge.Signals{Busy: true}, true},
		{"a forged token alone", challenge.Signals{Stamp: challenge.ForgedStamp}, false},
		{"a forged token without proof", challenge.Signals{Stamp: challenge.ForgedStamp, Proof: noJS}, true},
		{"a wrong proof alone", challenge.Signals{Proof: challenge.WrongProof}, false},
		{"a wrong proof in a hurry", challenge.Signals{Proof: challenge.WrongProof, Hurried: true}, true},
		{"a script that posts at once without a page", challenge.Signals{Stamp: challenge.NoStamp, Proof: noJS, Hurried: true}, true},
		{"everything", challenge.Signals{Trapped: true, Stamp: challenge.ForgedStamp, Hurried: true, Proof: challenge.WrongProof, Busy: true, Crowded: true}, true},
	} {
		if got := c.signals.Suspicious(); got != c.suspicious {
			t.Errorf("%s: score %d, suspicious %v, want %v", c.name, c.signals.Score(), got, c.suspicious)
		}
	}
}
