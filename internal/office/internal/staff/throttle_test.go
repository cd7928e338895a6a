package staff

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"
)

var night = time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)

func TestATryCountsFromItsBeginning(t *testing.T) {
	th := newThrottle()
	passed := 0
	for range 1000 { // at once: none has failed yet
		if th.begin(night, ofAccount("a.diallo")) == nil {
			passed++
		}
	}
	if passed != 5 {
		t.Errorf("%d of a thousand at once were tried", passed)
	}
	var wait *ErrWait
	if err := th.begin(night, ofAccount("a.diallo")); !errors.As(err, &wait) || wait.For != time.Second {
		t.Errorf("the next one is told %v", err)
	}
	if err := th.begin(night, ofAccount("c.martin")); err != nil {
		t.Errorf("another account is told %v", err)
	}
	if err := th.begin(night.Add(forgetAfter), ofAccount("a.diallo")); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestSuccessTakesFailuresBack(t *testing.T) {
	th := newThrottle()
	account, address := ofAccount("a.diallo"), ofAddress(netip.MustParseAddr("192.0.2.7"))
	for range 500 { // a shift comes in again and again through one address
		if err := th.begin(night, account, address); err != nil {
			t.Fatal(err)
		}
		th.succeeded([]limit{account}, address)
	}
	for range 50 {
		if err := th.begin(night, address); err != nil {
			t.Fatal(err)
		}
	}
	th.succeeded([]limit{account}, address) // of one that was among them
	if err := th.begin(night, address); err != nil {
		t.Errorf("after one of fifty succeeded: %v", err)
	}
	if err := th.begin(night, address); err == nil {
		t.Error("one success forgives a whole address")
	}
}

func TestAddressesAreCountedByHousehold(t *testing.T) {
	same := [][2]string{{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"}, {"::ffff:192.0.2.7", "192.0.2.7"}, {"fe80::1%eth0", "fe80::2"}}
	for _, c := range same {
		if a, b := ofAddress(netip.MustParseAddr(c[0])), ofAddress(netip.MustParseAddr(c[1])); a != b {
			t.Errorf("%v count as %v and %v", c, a, b)
		}
	}
	for _, c := range [][2]string{{"2001:db8:1:2::1", "2001:db8:1:3::1"}, {"192.0.2.7", "192.0.2.8"}} {
		if ofAddress(netip.MustParseAddr(c[0])) == ofAddress(netip.MustParseAddr(c[1])) {
			t.Errorf("%v count as one", c)
		}
	}
	ofAddress(netip.Addr{}) // none at all
}

func TestWhoIsCountedIsForgotten(t *testing.T) {
	th := newThrottle()
	if err := th.begin(night, ofAccount("a.diallo")); err != nil {
		t.Fatal(err)
	}
	before := th.subject(ofAccount("a.diallo"))
	if err := th.begin(night.Add(24*time.Hour), ofAccount("c.martin")); err != nil {
		t.Fatal(err)
	}
	if len(th.counts) != 1 || th.subject(ofAccount("a.diallo")) == before {
		t.Error("a day later yesterday's are still there, or the key is the same")
	}
	for i := range mostSubjects + 10 {
		th.begin(night.Add(24*time.Hour+time.Duration(i)*time.Millisecond), ofAccount(fmt.Sprint(i)))
	}
	if len(th.counts) > mostSubjects {
		t.Errorf("%d are remembered", len(th.counts))
	}
}

func TestDevicesAreKnownByKindNotVersion(t *testing.T) {
	for agent, want := range map[string]Device{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "firefox linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "edge windows",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                            "chrome android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                   "safari macos",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "safari ios",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":  "chrome ios",
		"": "other other", "curl/8.0": "other other",
	} {
		if got := DeviceOf(agent); got != want || got.Family()+" "+got.System() != string(want) {
			t.Errorf("%s is %q, want %q", agent, got, want)
		}
	}
}
