package challenge

import "time"

// Limits are where the counting signals begin. The zero Limits never count.
type Limits struct {
	Hurry    time.Duration // a page sent sooner was not read
	Burst    int           // reports from one address at once …
	Refill   time.Duration // … and how long until it may send one more
	Crowd    int           // reports within a minute from everywhere
	Remember int           // addresses counted at most
}

// DefaultLimits are those of a service of some thousand reports a year. A school or
// a mobile network shares one address, so that a few at once are ordinary.
func DefaultLimits() Limits {
	return Limits{Hurry: time.Second, Burst: 3, Refill: 5 * time.Minute, Crowd: 60, Remember: 1 << 16}
}

// A Stamp says what became of the page's signed token.
type Stamp int

// The stamps.
const (
	Genuine Stamp = iota
	NoStamp
	ForgedStamp
)

// A Proof says what became of the page's proof of work. A browser without
// JavaScript brings none, and that alone makes nobody suspicious.
type Proof int

// The proofs.
const (
	Worked Proof = iota
	NoProof
	WrongProof
)

// Signals are what is known of a sending. The zero Signals are those of a browser
// that did everything right.
type Signals struct {
	Trapped bool // something stands in a field that no person sees
	Stamp   Stamp
	Hurried bool
	Proof   Proof
	Busy    bool // the address has sent many
	Crowded bool // very many came from everywhere within a minute
}

// suspicion is where a score begins to be suspicious.
const suspicion = 3

// Score adds up the signals: 0 is clear, 3 and more are suspicious.
func (s Signals) Score() int {
	score := [...]int{Genuine: 0, NoStamp: 1, ForgedStamp: 2}[s.Stamp] + [...]int{Worked: 0, NoProof: 1, WrongProof: 2}[s.Proof]
	for _, add := range []struct {
		when bool
		by   int
	}{{s.Trapped, 3}, {s.Busy, 3}, {s.Crowded, 2}, {s.Hurried, 1}} {
		if add.when {
			score += add.by
		}
	}
	return score
}

// Suspicious reports whether somebody should look at it twice.
func (s Signals) Suspicious() bool { return s.Score() >= suspicion }
