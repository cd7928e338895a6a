package intake_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"image/png"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recueil/internal/challenge"
	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/postgres"
	"recueil/static"
)

// captcha reads the one captcha there is, as only the database's owner can.
func (s *site) captcha() (digits string, solution, failures int) {
	s.t.Helper()
	if err := s.db.Owner.QueryRow(context.Background(), "select digits, solution, failures from captchas").Scan(&digits, &solution, &failures); err != nil {
		s.t.Fatal(err)
	}
	return digits, solution, failures
}

func (s *site) digits() url.Values {
	s.t.Helper()
	digits, _, _ := s.captcha()
	return url.Values{"digits": {digits}}
}

// wrongDigits are as many, and others.
func (s *site) wrongDigits() url.Values {
	s.t.Helper()
	digits, _, _ := s.captcha()
	return url.Values{"digits": {string('0'+(digits[0]-'0'+1)%10) + digits[1:]}}
}

// file loads a picture or a recording of the page from an instance.
func (b *browser) file(base, selector string, header ...string) (int, http.Header, []byte) {
	b.t.Helper()
	address, found := b.doc.Find(selector).Attr("src")
	if !found {
		b.t.Fatalf("%s shows no %s", b.at, selector)
	}
	r, err := http.NewRequest(http.MethodGet, base+address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	var content bytes.Buffer
	if _, err := content.ReadFrom(response.Body); err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, response.Header, content.Bytes()
}

func TestCaptchaIsShownSpokenAndCheckedByAnyInstance(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one, two := s.url, s.serve()
	b := s.asked()
	var pictures, recordings [][]byte
	for _, base := range []string{one, two} {
		status, header, picture := b.file(base, "img")
		if shape, err := png.DecodeConfig(bytes.NewReader(picture)); status != 200 || err != nil || shape.Width != challenge.ImageWidth ||
			header.Get("Content-Type") != "image/png" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v: %v", status, header, err)
		}
		status, header, recording := b.file(base, "audio")
		if status != 200 || header.Get("Content-Type") != "audio/wav" || header.Get("Cache-Control") != "no-store" || string(recording[:4]) != "RIFF" || len(recording) < 40_000 {
			t.Errorf("%d %v: %d bytes of sound", status, header, len(recording))
		}
		status, header, part := b.file(base, "audio", "Range", "bytes=1000-4999", "Accept-Encoding", "gzip")
		if status != 206 || header.Get("Content-Encoding") != "" || !bytes.Equal(part, recording[1000:5000]) {
			t.Errorf("a part of the recording: %d %v, %d bytes", status, header, len(part))
		}
		pictures, recordings = append(pictures, picture), append(recordings, recording)
	}
	if !bytes.Equal(recordings[0], recordings[1]) {
		t.Error("two instances speak differently: a player that asks both for parts hears noise")
	}
	// Any instance draws and speaks the very digits that will be checked.
	digits, _, _ := s.captcha()
	address, _ := b.doc.Find("img").Attr("src")
	id, _, _ := strings.Cut(strings.TrimPrefix(address, "/q/"), ".")
	raw, err := hex.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	if err := challenge.WriteImage(&drawn, id, digits); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pictures[0], drawn.Bytes()) || !bytes.Equal(pictures[1], drawn.Bytes()) {
		t.Errorf("the pictures do not show %s", digits)
	}
	recorded, err := fs.Sub(static.FS, "audio")
	if err != nil {
		t.Fatal(err)
	}
	voices, err := challenge.LoadVoices(recorded)
	if err != nil {
		t.Fatal(err)
	}
	if spoken := voices["fr"].Speak(digits, s.config.Secret.Derive("recueil captcha sound", raw, []byte(digits))); !bytes.Equal(recordings[0], spoken) {
		t.Errorf("the recording does not say %s", digits)
	}
	b.base = two
	b.fill(s.digits()).want(200, "/r").receipt()
	s.wantLanes("2 main")
	if got := s.one(); got.Situation.Story != "le soir, il crie" {
		t.Errorf("%q arrived", got.Situation.Story)
	}
}

// Three ways: to see, to hear, to read. None plays by itself, and each can be used
// without JavaScript.
func TestCaptchaPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	if alt, _ := b.doc.Find("img").Attr("alt"); alt == "" {
		t.Error("the picture says nothing to who does not see it")
	}
	audio := b.doc.Find("audio")
	source, _ := audio.Attr("src")
	if preload, _ := audio.Attr("preload"); preload != "none" || audio.Is("[autoplay]") || !audio.Is("[controls]") || !strings.Contains(source, ".fr.wav") {
		t.Errorf("the recording of %s is not left alone", source)
	}
	if link, _ := b.doc.Find("figure a").Attr("href"); link != source {
		t.Errorf("the plain link leads to %q", link)
	}
	if label := b.doc.Find("label[for=answer]").Text(); !strings.HasSuffix(label, "?") || strings.ContainsAny(label, "0123456789[") {
		t.Errorf("the question is %q", label)
	}
	if policy := b.header.Get("Content-Security-Policy"); !strings.Contains(policy, "media-src 'self'") || strings.Contains(policy, "worker-src") {
		t.Errorf("policy %s", policy)
	}
	if first, _ := b.doc.Find("form button").First().Attr("name"); first != "" {
		t.Errorf("Enter presses %q instead of sending", first)
	}
	before, _ := b.doc.Find("img").Attr("src")
	digits, _, _ := s.captcha()
	b.open("/q?n=1").want(200, "/q")
	if after, _, _ := s.captcha(); after == digits {
		t.Error("the digits stay when others are asked for")
	}
	s.clock.Add(time.Second)
	if after, _ := b.open("/q?n=1").doc.Find("img").Attr("src"); after == before {
		t.Error("the new picture has the address of the old one")
	}
}

func TestCaptchaTakesAPlainQuestion(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(word string, n int) string{
		"in digits": func(_ string, n int) string { return strconv.Itoa(n) },
		"in words":  func(word string, _ int) string { return word },
		"loosely": func(word string, _ int) string {
			return "  " + strings.ToUpper(strings.ReplaceAll(word, "-", " ")) + ". "
		},
		"beside chaos": func(word string, _ int) string { return word },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.asked()
			_, solution, _ := s.captcha()
			answers := url.Values{"answer": {write(s.words("page.challenge.word."+strconv.Itoa(solution)), solution)}}
			if name == "beside chaos" {
				answers["digits"] = []string{"12"}
			}
			b.fill(answers).want(200, "/r").receipt()
			s.wantLanes("2 main")
		})
	}
}

func TestCaptchaFailedThreeTimesIsTakenAndMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	for left := 2; left > 0; left-- {
		before := s.digits()
		b.fill(s.wrongDigits()).want(422, "/q")
		if want := s.young("problem.captcha_wrong", "Left", left); b.problem() != want {
			t.Errorf("it says %q, want %q", b.problem(), want)
		}
		if title := b.doc.Find("title").Text(); !strings.HasPrefix(title, "Erreur") {
			t.Errorf("the title is %q", title)
		}
		if slices.Equal(before["digits"], s.digits()["digits"]) {
			t.Error("the digits stay after a wrong answer")
		}
		if b.doc.Find("input[name=digits]").AttrOr("value", "") != "" {
			t.Error("the wrong digits stand beside the new picture")
		}
		b.open("/q?n=1") // other digits are no new beginning
	}
	b.fill(s.wrongDigits()).want(200, "/r").receipt()
	s.wantLanes("2 to_verify")
	if got := s.one(); got.Situation.Story != "le soir, il crie" {
		t.Errorf("%q arrived", got.Situation.Story)
	}
}

func TestCaptchaGivenUpIsTakenAndMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.asked().fill(url.Values{"_skip": {"1"}}).want(200, "/r").receipt()
	s.wantLanes("2 to_verify")
}

// What is no answer is no failure: it is said, and what was typed stays.
func TestCaptchaSaysWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	digits, _, _ := s.captcha()
	for _, c := range []struct {
		name, digits, answer, problem string
	}{
		{"empty", "", "", "problem.captcha_empty"},
		{"spaces", "  ", "\t", "problem.captcha_empty"},
		{"letters", "abcdef", "", "problem.captcha_digits"},
		{"too few", "12345", "", "problem.captcha_digits"},
		{"too many", strings.Repeat("1", 5000), "", "problem.captcha_digits"},
		{"markup", `"><script>alert(1)</script>`, "", "problem.captcha_digits"},
		{"no number", "", "beaucoup", "problem.captcha_word"},
		{"a number of another size", "", "12345678901234567890", "problem.captcha_word"},
	} {
		b.fill(url.Values{"digits": {c.digits}, "answer": {c.answer}}).want(422, "/q")
		if want := s.young(c.problem); b.problem() != want {
			t.Errorf("%s: it says %q, want %q", c.name, b.problem(), want)
		}
		if b.doc.Find("input[name=digits]").AttrOr("value", "") != c.digits || b.doc.Find("input[name=answer]").AttrOr("value", "") != c.answer {
			t.Errorf("%s: what was typed is gone", c.name)
		}
		if at, _ := b.doc.Find(".error-summary a").Attr("href"); b.doc.Find(at).Length() != 1 {
			t.Errorf("%s: the summary leads to %q, which is not there", c.name, at)
		}
	}
	if same, _, failures := s.captcha(); same != digits || failures != 0 {
		t.Errorf("%d failures were counted, the digits stay: %v", failures, same == digits)
	}
	b.fill(url.Values{"digits": {digits[:3] + " - " + digits[3:]}}).want(200, "/r")
	s.wantLanes("2 main")
}

func TestCaptchaExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	old := s.digits()
	s.clock.Add(21 * time.Minute)
	if status, _, _ := b.file(s.url, "img"); status != 404 {
		t.Errorf("an expired picture answers %d", status)
	}
	b.fill(old).want(422, "/q")
	if want := s.young("problem.captcha_expired"); b.problem() != want {
		t.Errorf("it says %q, want %q", b.problem(), want)
	}
	if _, _, failures := s.captcha(); failures != 0 {
		t.Errorf("being slow counts as %d failures", failures)
	}
	b.fill(s.digits()).want(200, "/r")
	s.wantLanes("2 main")
}

func TestCaptchaIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	action, form := b.fields()
	form["digits"] = s.digits()["digits"]
	first := b.post(action, form).want(200, "/r").receipt()
	if again := b.post(action, form).want(200, "/r").receipt(); again != first {
		t.Error("sent twice, the captcha gives two receipts")
	}
	s.one()
	var left int
	if err := s.db.Owner.QueryRow(t.Context(), "select count(*) from captchas").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d captchas are left, %v", left, err)
	}
	other := s.asked() // another visitor, with the answer of the first
	before, _, _ := s.captcha()
	if form["digits"][0] != before {
		other.fill(url.Values{"digits": form["digits"]}).want(422, "/q")
	}
}

func TestNothingIsLostAtTheCaptcha(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.asked()
	if b.open("/v").want(200, "/v"); !strings.Contains(b.body, "le soir, il crie") {
		t.Error("the check page has lost the story")
	}
	b.open("/q").want(200, "/q")
	b.base = s.serve() // another instance, after a restart
	b.open("/q").want(200, "/q").fill(s.wrongDigits()).want(422, "/q")
	b.open("/e/2").fill(url.Values{"situation.story": {"le soir, il crie fort"}})
	b.open("/v").fill(nil).want(200, "/r") // without the trap
	s.wantLanes("2 main")
	if got := s.one(); got.Situation.Story != "le soir, il crie fort" {
		t.Errorf("%q arrived", got.Situation.Story)
	}
	if b.open("/q").want(200, "/r"); b.at != "/r" {
		t.Error("the captcha is asked after sending")
	}
}

func TestCaptchaSetting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		setting string
		answers url.Values
		at      string
		lanes   string
	}{
		{intake.CaptchaAuto, nil, "/r", "2 main"},
		{intake.CaptchaAuto, trapped, "/q", ""},
		{intake.CaptchaAlways, nil, "/q", ""},
		{intake.CaptchaNever, nil, "/r", "2 main"},
		{intake.CaptchaNever, trapped, "/r", "2 to_verify"},
	} {
		s := newSite(t, func(config *intake.Config) { config.Captcha = c.setting })
		s.toCheck().fill(c.answers).want(200, c.at)
		s.wantLanes(c.lanes)
	}
}

// A database that cannot keep a captcha keeps no report waiting either.
func TestCaptchaIsLeftOutWhenItCannotBeKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(config *intake.Config) {
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://nobody:x@127.0.0.1:1/none"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		t.Cleanup(func() { stop(); pool.Close() })
		config.Captchas = inbox.New(ctx, pool)
	})
	s.toCheck().fill(trapped).want(200, "/r").receipt()
	s.wantLanes("2 to_verify")
}

func TestCaptchaDuringAnOutage(t *testing.T) {
	t.Parallel()
	s, o := newSiteWithOutage(t)
	atCheck, atCaptcha := s.toCheck(), s.asked()
	o.away.Store(true)
	atCheck.fill(trapped).want(200, "/v").receipt()
	atCaptcha.fill(url.Values{"digits": {"1"}}).want(200, "/q").receipt()
	o.away.Store(false)
	o.deliver(s)
	s.wantLanes("2 to_verify, 2 to_verify")
}

func TestCaptchaAddressesGiveNothingAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser().open("/q").want(410, "/q")
	b := s.asked()
	id := strings.TrimPrefix(b.doc.Find("img").AttrOr("src", ""), "/q/")[:32]
	for _, path := range []string{"/q/", "/q/x.png", "/q/" + id, "/q/" + id + ".gif", "/q/" + id + ".de.wav", "/q/" + id + ".wav", "/q/" + strings.Repeat("0", 32) + ".png",
		"/q/" + id + "00.png", "/q/../v.png"} {
		if b.open(path); b.status != 404 {
			t.Errorf("%s answers %d", path, b.status)
		}
	}
}
