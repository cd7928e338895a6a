package intake_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// sentAt is when every report of a site is sent, in words.
func (s *site) sentAt() string {
	s.t.Helper()
	return s.words("when.moment", "Date", "24 novembre 2026", "Time", s.words("when.time.sharp", "Hour", 16))
}

// digest is what the receipt attests to, as it stands there.
func (b *browser) digest() string { return strings.TrimSpace(b.doc.Find(".digest").Text()) }

// stored is the SHA-256 of the only body in the database.
func (s *site) stored() string {
	s.t.Helper()
	var body []byte
	if err := s.db.Owner.QueryRow(context.Background(), "select body from report_grants").Scan(&body); err != nil {
		s.t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func TestAttestationIsOfWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*browser) *browser{
		"one tap": func(b *browser) *browser { return b.fill(nil) },
		"a second tap at once": func(b *browser) *browser {
			b.taps(6, nil)
			return b.open("/r")
		},
		"a second tap later": func(b *browser) *browser {
			action, form := b.fields()
			b.post(action, form)
			return b.post(action, form)
		},
		"something added since": func(b *browser) *browser {
			step, typed := b.twin().open("/e/tout").fields()
			b.fill(nil)
			typed.Set("situation.facts", "et autre chose")
			return b.post(step, typed)
		},
		"on the short form": func(b *browser) *browser {
			return b.open("/m").fill(url.Values{"short.where": {"gare"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.t = t
			b := send(s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")).want(200, "/r")
			reference := b.doc.Find("#reference").Text()
			if got := strings.ReplaceAll(b.digest(), " ", ""); got != s.stored() {
				t.Errorf("it attests to %s, stored is %s", got, s.stored())
			}
			alone := b.twin().open("/r?a=1").want(200, "/r?a=1")
			if page := alone.doc.Text(); alone.digest() != b.digest() || !strings.Contains(page, reference) || !strings.Contains(page, s.sentAt()) ||
				strings.Contains(page, b.doc.Find("#code").Text()) || strings.Contains(page, "vu") && strings.Contains(page, "gare") {
				t.Errorf("the attestation alone: %s", page)
			}
		})
	}
}

func TestOnlyProfessionalsGetAnAttestation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, b := range map[string]*browser{
		"young": s.toCheck().fill(nil), "relative": s.relativeAt("/e/2").fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).open("/v").fill(nil),
		"no door": s.browser().open("/m").fill(url.Values{"short.where": {"gare"}}),
	} {
		if b.want(200, "/r").doc.Find(".attestation").Length() != 0 || b.open("/r?a=1").want(200, "/r").doc.Find(".attestation").Length() != 0 {
			t.Errorf("%s has an attestation", name)
		}
	}
}

// What waits on the disk is attested to as soon as it is delivered.
func TestAttestationDuringAnOutage(t *testing.T) {
	t.Parallel()
	s, o := newSiteWithOutage(t)
	s.config.Attestations = o
	s.url = s.serve()
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v")
	action, form := b.fields()
	o.away.Store(true)
	b.post(action, form).want(200, "/v") // the first answer never reached the browser: the script sends once more
	b.post(action, form).want(200, "/v")
	shown := b.digest()
	if !strings.Contains(b.doc.Find(".attestation").Text(), s.words("page.receipt.attestation.pending")) || len(shown) != 16*5-1 || b.doc.Find(".attestation a.button").Length() != 0 {
		t.Fatalf("meanwhile: %s", b.doc.Find(".attestation").Text())
	}
	reference := b.doc.Find("#reference").Text()
	o.away.Store(false)
	o.deliver(s)
	if got := strings.ReplaceAll(shown, " ", ""); got != s.stored() {
		t.Errorf("it attested to %s, stored is %s", got, s.stored())
	}
	v := s.browser().open("/x").fill(url.Values{"reference": {reference}, "digest": {shown}}).want(200, "/x")
	if got := v.doc.Find(".notice").Text(); !strings.HasPrefix(got, "Oui") {
		t.Errorf("verified: %s", got)
	}
	again := b.post(action, form).want(200, "/r") // sent once more, it is still the one that was kept
	if again.digest() != shown {
		t.Errorf("later it attests to %s, first %s", again.digest(), shown)
	}
}

func TestVerification(t *testing.T) {
	s := newSite(t)
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_skip": {"1"}}).want(200, "/v").fill(nil).want(200, "/r")
	reference, digest := b.doc.Find("#reference").Text(), b.digest()
	bare := strings.ReplaceAll(digest, " ", "")
	s.clock.Add(48 * time.Hour)
	yes, no := s.words("page.verify.yes", "When", s.sentAt()), s.words("page.verify.no")
	for name, c := range map[string]struct{ reference, digest, want string }{
		"as it is shown":         {reference, digest, yes},
		"the first four groups":  {reference, digest[:19], yes},
		"in capitals, no spaces": {strings.ToLower(strings.ReplaceAll(reference, "-", "")), strings.ToUpper(bare), yes},
		"o for 0 and l for 1":    {strings.ReplaceAll(reference, "0", "o"), strings.NewReplacer("0", "O", "1", "l").Replace(bare), yes},
		"hyphens and lines":      {" " + reference + "\n", bare[:8] + "-" + bare[8:16] + "\r\n", yes},
		"a digest of nothing":    {reference, strings.Repeat("0", 64), no},
		"an unknown reference":   {"00000000", digest, no},
		"neither":                {"ZZZZZZZZ", strings.Repeat("f", 16), no},
		"right but for the last": {reference, bare[:63] + map[bool]string{true: "1", false: "0"}[bare[63] == '0'], no},
		"from the middle of it":  {reference, bare[16:40], no},
	} {
		v := s.browser().open("/x")
		begun := time.Now()
		v.fill(url.Values{"reference": {c.reference}, "digest": {c.digest}}).want(200, "/x")
		if took := time.Since(begun); took < 400*time.Millisecond {
			t.Errorf("%s: answered after %s", name, took)
		}
		if got := strings.TrimSpace(v.doc.Find("main .notice").Text()); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if v.doc.Find("#reference").AttrOr("value", "") != strings.TrimRight(c.reference, "\n") && name != "hyphens and lines" {
			t.Errorf("%s: the page forgot what was typed", name)
		}
	}
	for name, c := range map[string]struct{ reference, digest, field string }{
		"nothing":         {"", "", "#reference"},
		"fifteen digits":  {reference, bare[:15], "#digest"},
		"too many digits": {reference, bare + "0", "#digest"},
		"words":           {reference, "bonjour à tous", "#digest"},
		"a short one":     {reference[:4], digest, "#reference"},
	} {
		v := s.browser().open("/x").fill(url.Values{"reference": {c.reference}, "digest": {c.digest}}).want(422, "/x")
		if got := v.doc.Find(".error-summary a").First().AttrOr("href", ""); got != c.field || v.doc.Find(".notice").Length() != 0 {
			t.Errorf("%s: the summary leads to %s", name, got)
		}
	}
	s.quiet(bare[:16], strings.ReplaceAll(reference, "-", ""))
}

// Whoever comes from a link elsewhere sends no cookie along; what he wrote before must
// still open with the one he has.
func TestVerificationLeavesADraftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.teacher().fill(url.Values{"situation.facts": {"vu"}, "_view": {"steps"}})
	stranger := s.browser()
	r, _ := http.NewRequest(http.MethodGet, s.url+"/x", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if got := stranger.do(r).want(200, "/x").header.Values("Set-Cookie"); len(got) != 0 {
		t.Errorf("it sets %q", got)
	}
	b.open("/x").want(200, "/x").fill(url.Values{"reference": {"00000000"}, "digest": {strings.Repeat("0", 16)}}).want(200, "/x")
	if _, form := b.open("/e/2").want(200, "/e/2").fields(); form.Get("situation.facts") != "vu" {
		t.Error("the draft is lost")
	}
}
