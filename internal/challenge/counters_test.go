package challenge

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var (
	noon   = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	limits = Limits{Burst: 3, Refill: 5 * time.Minute, Crowd: 60, Remember: 1000}
)

// busyAfter counts how many reports an address may send at once.
func busyAfter(c *Counters, address string, now time.Time) int {
	for n := range 1000 {
		if busy, _ := c.Count(netip.MustParseAddr(address), now); busy {
			return n
		}
	}
	return -1
}

func TestAnAddressIsBusyAfterABurst(t *testing.T) {
	c := NewCounters(limits)
	for _, step := range []struct {
		name, address string
		after         time.Duration
		want          int
	}{
		{"at first", "203.0.113.7", 0, 3},
		{"at once again", "203.0.113.7", 0, 0},
		{"another one", "203.0.113.8", 0, 3},
		{"written as IPv6", "::ffff:203.0.113.8", 0, 0},
		{"five minutes later", "203.0.113.7", 5 * time.Minute, 1},
		{"an hour later", "203.0.113.7", time.Hour, 3},
		{"IPv6", "2001:db8:1:2::1", time.Hour, 3},
		{"its neighbour in the /64", "2001:db8:1:2:ffff::9", time.Hour, 0},
		{"the next /64", "2001:db8:1:3::1", time.Hour, 3},
		{"this machine", "127.0.0.1", 0, -1},
		{"a private network", "10.1.2.3", 0, -1},
		{"a private IPv6 network", "fd00::1", 0, -1},
		{"the link", "fe80::1%eth0", 0, -1},
	} {
		if got := busyAfter(c, step.address, noon.Add(step.after)); got != step.want {
			t.Errorf("%s: busy after %d, want %d", step.name, got, step.want)
		}
	}
}

func TestACrowdIsMadeOfManyAddresses(t *testing.T) {
	c := NewCounters(limits)
	for n := range 5000 { // five addresses, in a minute
		address := netip.AddrFrom4([4]byte{203, 0, 113, byte(n % 5)})
		if _, crowded := c.Count(address, noon.Add(time.Duration(n)*12*time.Millisecond)); crowded {
			t.Fatalf("after %d reports from five addresses everybody is suspected", n)
		}
	}
	later, crowded := noon.Add(time.Hour), 0
	for n := range 100 {
		if _, is := c.Count(netip.AddrFrom4([4]byte{198, 51, 100, byte(n)}), later); is {
			crowded++
		}
	}
	if crowded != 40 {
		t.Errorf("%d of 100 at once are a crowd, want those over 60", crowded)
	}
	if _, is := c.Count(netip.MustParseAddr("192.0.2.1"), later.Add(time.Minute)); is {
		t.Error("the crowd is still there after a minute")
	}
}

func TestCountersForgetAfterADay(t *testing.T) {
	c := NewCounters(limits)
	before := c.fingerprint(netip.MustParseAddr("203.0.113.7"))
	busyAfter(c, "203.0.113.7", noon)
	if c.fingerprint(netip.MustParseAddr("203.0.113.7")) == before {
		t.Error("the first key was kept over midnight")
	}
	today := c.fingerprint(netip.MustParseAddr("203.0.113.7"))
	if got := busyAfter(c, "203.0.113.8", noon.Add(24*time.Hour)); got != 3 || len(c.addresses) != 1 {
		t.Errorf("busy after %d, %d addresses known", got, len(c.addresses))
	}
	if c.fingerprint(netip.MustParseAddr("203.0.113.7")) == today {
		t.Error("yesterday's key is still in use")
	}
}

func TestClockThatIsSetBackSuspectsNobody(t *testing.T) {
	c := NewCounters(limits)
	c.Count(netip.MustParseAddr("203.0.113.7"), noon)
	if busy, crowded := c.Count(netip.MustParseAddr("203.0.113.7"), noon.Add(-2*time.Hour)); busy || crowded {
		t.Errorf("busy %t, crowded %t", busy, crowded)
	}
}

func TestCountersHoldNoAddressAndLittleMemory(t *testing.T) {
	c := NewCounters(limits)
	address := func(n int) netip.Addr {
		raw := [16]byte{0x20, 0x01, 0x0d, 0xb8}
		binary.BigEndian.PutUint32(raw[4:], uint32(n))
		return netip.AddrFrom16(raw)
	}
	for n := range 5000 {
		c.Count(address(n), noon)
	}
	if len(c.addresses) != limits.Remember {
		t.Errorf("%d addresses are counted, at most %d", len(c.addresses), limits.Remember)
	}
	held := fmt.Sprintf("%+v", c)
	for who := range c.addresses {
		held += fmt.Sprintf(" %x", who[:])
	}
	for _, n := range []int{0, 17, 999} {
		raw := address(n).As16()
		if strings.Contains(held, fmt.Sprintf("%x", raw[:8])) || strings.Contains(held, address(n).String()) {
			t.Errorf("the counters hold %v", address(n))
		}
	}
	// Room is made by forgetting those who may send at will again.
	if got := busyAfter(c, "203.0.113.7", noon.Add(time.Hour)); got != 3 {
		t.Errorf("a newcomer is busy after %d", got)
	}
	if len(c.addresses) != 1 {
		t.Errorf("%d addresses are known after an hour", len(c.addresses))
	}
}

func TestZeroLimitsNeverCount(t *testing.T) {
	c := NewCounters(Limits{})
	for range 1000 {
		if busy, crowded := c.Count(netip.MustParseAddr("203.0.113.7"), noon); busy || crowded {
			t.Fatal("zero limits count")
		}
	}
}
