package challenge

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"recueil/internal/secret"
)

// Counters tell whether one address, or everybody together, sends more than people
// do. They hold no address: each is known by a keyed hash, and the key lives in
// this process for a day. IPv6 is counted by /64, which one household or one
// machine has to itself.
type Counters struct {
	limits Limits

	mu        sync.Mutex
	key       secret.Key
	day       int64
	addresses map[fingerprint]bucket
	swept     time.Time
	all       bucket
}

type fingerprint [16]byte

// A bucket is filled by time and emptied by reports.
type bucket struct {
	missing float32 // how far it is from full
	at      time.Time
}

// NewCounters returns counters of this process.
func NewCounters(l Limits) *Counters {
	return &Counters{limits: l, key: secret.New(), addresses: map[fingerprint]bucket{}}
}

// Count takes note of a report and says whether its address is busy, and whether
// there is a crowd. What busy addresses send makes no crowd: others do not pay for
// them. An address of a private network or of this machine says nothing about who
// stands behind it, and is never busy: it is a proxy that --trusted-proxies does
// not name, and all the world behind it must not be suspected.
func (c *Counters) Count(address netip.Addr, now time.Time) (busy, crowded bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limits.Burst > 0 && isPublic(address) {
		busy = c.take(address, now)
	}
	if c.limits.Crowd > 0 && !busy {
		crowded = c.all.take(now, c.limits.Crowd, time.Minute/time.Duration(c.limits.Crowd))
	}
	return busy, crowded
}

func isPublic(a netip.Addr) bool { return a.IsGlobalUnicast() && !a.IsPrivate() }

func (c *Counters) take(address netip.Addr, now time.Time) (empty bool) {
	if day := now.Unix() / 86400; day != c.day {
		c.day, c.key = day, secret.New()
		clear(c.addresses)
	}
	who := c.fingerprint(address)
	b, known := c.addresses[who]
	if !known && len(c.addresses) >= c.limits.Remember {
		c.sweep(now)
		if len(c.addresses) >= c.limits.Remember {
			return false // so many at once are a crowd in any case
		}
	}
	empty = b.take(now, c.limits.Burst, c.limits.Refill)
	c.addresses[who] = b
	return empty
}

func (c *Counters) fingerprint(address netip.Addr) fingerprint {
	address = address.Unmap()
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return fingerprint{} // no address at all
	}
	raw := network.Addr().As16()
	mac := hmac.New(sha256.New, c.key.Bytes())
	mac.Write(raw[:])
	return fingerprint(mac.Sum(nil)[:16])
}

// sweep forgets the addresses whose bucket is full again, once a second at most: it
// walks over all.
func (c *Counters) sweep(now time.Time) {
	if now.Sub(c.swept) < time.Second {
		return
	}
	c.swept = now
	for who, b := range c.addresses {
		if now.Sub(b.at) >= c.limits.Refill*time.Duration(c.limits.Burst) {
			delete(c.addresses, who)
		}
	}
}

// take takes one out of a bucket of that size and reports whether it was empty.
func (b *bucket) take(now time.Time, size int, refill time.Duration) (empty bool) {
	if elapsed := now.Sub(b.at); elapsed > 0 {
		b.missing = max(0, b.missing-float32(elapsed.Seconds()/refill.Seconds()))
		b.at = now
	}
	if b.missing > float32(size-1) {
		return true
	}
	b.missing++
	return false
}
