package challenge

import (
	"crypto/sha256"
	"math/bits"
)

// WorkBits is how many leading zero bits a proof of work has: 16,384 tries on
// average, a fraction of a second on an old telephone, in a worker of its own
// (static/js/pow-worker.js). It shows that a browser stood behind the page, no more.
const WorkBits = 14

// longestProof bounds what is hashed; the worker's numbers have ten digits at most.
const longestProof = 16

// CheckWork tells what a proof is worth for a page's token: SHA-256 of the token, a
// point and the proof begins with WorkBits zero bits.
func CheckWork(token, proof string) Proof {
	switch {
	case proof == "":
		return NoProof
	case len(proof) > longestProof:
		return WrongProof
	}
	sum := sha256.Sum256([]byte(token + "." + proof))
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	if zeros < WorkBits {
		return WrongProof
	}
	return Worked
}
