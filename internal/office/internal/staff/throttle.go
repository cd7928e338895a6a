package staff

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/secret"
)

// A throttle makes guessing slow: after some failures each further try must wait,
// twice as long each time, and never longer than a person endures. It knows accounts
// and addresses by a keyed hash only, whose key lives in this process for a day.
//
// A try counts as a failure from its beginning, so that a thousand at once are a
// thousand; success takes that back.
type throttle struct {
	mu     sync.Mutex
	key    secret.Key
	day    int64
	counts map[subject]count
}

type subject [16]byte

type count struct {
	failures int
	last     time.Time
}

const (
	longestWait = 30 * time.Second
	// forgetAfter is how long a failure is held against anybody.
	forgetAfter = 15 * time.Minute
	// mostSubjects bounds the memory of a flood.
	mostSubjects = 100_000
)

// A limit is how many failures cost nothing: people mistype, and a whole team may
// stand behind one address.
type limit struct {
	kind  string
	value string
	free  int
}

func ofAccount(login string) limit { return limit{"account", login, 5} }
func ofDevice(id []byte) limit     { return limit{"device", string(id), 5} }
func ofFactor(id []byte) limit     { return limit{"factor", string(id), 5} }

// ofAddress counts IPv6 by /64, which one household or one machine has to itself.
func ofAddress(address netip.Addr) limit {
	address = address.Unmap().WithZone("")
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			address = network.Addr()
		}
	}
	return limit{"address", address.String(), 50}
}

// ErrWait says that a try came too soon; it was not made.
type ErrWait struct{ For time.Duration }

func (e *ErrWait) Error() string {
	return fmt.Sprintf("too many failures; the next try is in %s", e.For)
}

// ErrBusy says that too many from the same place wait already; the try was not made.
var ErrBusy = keyring.ErrBusy

func newThrottle() *throttle { return &throttle{key: secret.New(), counts: map[subject]count{}} }

// begin lets a try pass, or says how long to wait.
func (t *throttle) begin(now time.Time, limits ...limit) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if day := now.Unix() / 86400; day != t.day {
		t.day, t.key = day, secret.New()
		clear(t.counts)
	}
	for _, l := range limits {
		if wait := t.wait(now, l); wait > 0 {
			return &ErrWait{wait}
		}
	}
	for _, l := range limits {
		c := t.counts[t.subject(l)]
		if now.Sub(c.last) >= forgetAfter {
			c.failures = 0
		}
		t.counts[t.subject(l)] = count{c.failures + 1, now}
	}
	t.bound(now)
	return nil
}

// succeeded takes the failures of some limits back, and of the others this one try.
func (t *throttle) succeeded(cleared []limit, others ...limit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range cleared {
		delete(t.counts, t.subject(l))
	}
	for _, l := range others {
		if c, known := t.counts[t.subject(l)]; known && c.failures > 0 {
			t.counts[t.subject(l)] = count{c.failures - 1, c.last}
		}
	}
}

func (t *throttle) wait(now time.Time, l limit) time.Duration {
	c := t.counts[t.subject(l)]
	over := c.failures - l.free
	if over < 0 || now.Sub(c.last) >= forgetAfter {
		return 0
	}
	delay := min(time.Second<<min(over, 10), longestWait)
	return max(0, c.last.Add(delay).Sub(now))
}

func (t *throttle) subject(l limit) subject {
	mac := hmac.New(sha256.New, t.key.Bytes())
	fmt.Fprintf(mac, "%s\x00%s", l.kind, l.value)
	return subject(mac.Sum(nil)[:16])
}

// bound forgets what is old once there is too much, and everything when all is new.
func (t *throttle) bound(now time.Time) {
	if len(t.counts) <= mostSubjects {
		return
	}
	for s, c := range t.counts {
		if now.Sub(c.last) >= forgetAfter {
			delete(t.counts, s)
		}
	}
	if len(t.counts) > mostSubjects {
		clear(t.counts)
	}
}
