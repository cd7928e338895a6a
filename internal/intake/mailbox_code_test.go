package intake_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/seal"
)

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.reported("self", "")
	code := r.code.Reveal()
	plain := strings.ReplaceAll(code, "-", "")
	groups := strings.Split(code, "-")
	alike := strings.NewReplacer("0", "o", "1", "l")
	for name, typed := range map[string]string{
		"as it stands": code, "in one word": plain, "small": strings.ToLower(code), "spaces": strings.ReplaceAll(code, "-", " "),
		"other hyphens": strings.ReplaceAll(code, "-", "\u2011"), "no-break spaces": strings.ReplaceAll(code, "-", "\u00a0"), "spaces around": "  " + code + " \t",
		"O and L": alike.Replace(strings.ToLower(plain)), "letter by letter": strings.Join(strings.Split(plain, ""), " "), "one group a line": strings.Join(groups, "\r\n"),
		"the card":       "À acheter\nPiles LR6 réf. " + groups[0] + "\nAmpoule E27 réf. " + groups[1] + "\nCartouche d’encre ref " + groups[2] + "\nSacs réf." + groups[3] + "\nFiltre Réf : " + groups[4],
		"the references": "réf. " + strings.Join(groups, " réf. "),
	} {
		if b := s.enter(typed, ""); b.at != "/b/1" {
			t.Errorf("%s leads to %s: %s", name, b.at, b.text(".error-summary"))
		}
	}
	b := s.browser().open("/b")
	for name, typed := range map[string]string{
		"nothing": "", "blanks": " \n ", "a letter wrong": swap(plain), "too short": plain[:19], "too long": plain + "0", "other signs": "Ω" + plain[1:],
		"NUL": plain[:10] + "\x00" + plain[10:], "invalid UTF-8": plain + "\xff", "endless": strings.Repeat(plain, 2500) + "0",
	} {
		b.open("/b").fill(url.Values{"code": {typed}}).want(422, "/b")
		want := s.words("problem.code")
		if strings.TrimSpace(typed) == "" {
			want = s.words("problem.code_empty")
		}
		if got := b.text(".error-summary li"); got != want {
			t.Errorf("%s: told %q", name, got)
		}
		if _, form := b.fields(); form.Get("code") != strings.NewReplacer("\xff", "\uFFFD", "\x00", "\uFFFD", "\n", "").Replace(typed) && name != "NUL" && name != "blanks" {
			t.Errorf("%s is shown as %.80q", name, form.Get("code"))
		}
		if b.shown != "/b?r=1" || b.method != http.MethodGet {
			t.Errorf("%s: the history holds %s %s", name, b.method, b.shown)
		}
	}
	s.quiet(plain, code, groups[0])
}

// swap changes one character of a code for another of the alphabet.
func swap(code string) string {
	if code[3] == 'A' {
		return code[:3] + "B" + code[4:]
	}
	return code[:3] + "A" + code[4:]
}

func TestTheChosenWord(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	with, without := s.reported("self", "Étoile de mer"), s.reported("self", "")
	for _, word := range []string{"Étoile de mer", "etoile-de-mer", " ÉTOILE  DE MER "} {
		s.enter(with.code.Reveal(), word).want(200, "/b/1")
	}
	for _, word := range []string{"", "étoile", "Étoile de mer Étoile de mer", strings.Repeat("x", 50_001)} {
		s.enter(with.code.Reveal(), word).want(422, "/b")
	}
	s.enter(without.code.Reveal(), "peu importe").want(200, "/b/1")
	s.quiet("toile")
	var tags int
	if err := s.db.Owner.QueryRow(t.Context(), "select count(distinct word_tag) from reports where octet_length(word_tag) = 32").Scan(&tags); err != nil || tags != 2 {
		t.Errorf("%d tags: a dump tells who chose a word: %v", tags, err)
	}
	s.exec("update reports set word_tag = null where id = $1", with.ID) // stored before there were words
	s.enter(with.code.Reveal(), "").want(200, "/b/1")
}

// The word survives every page between choosing it and sending.
func TestTheChosenWordSurvivesTheCaptcha(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *intake.Config) { c.Captcha = intake.CaptchaAlways })
	b := s.toCheck()
	for range 2 { // the switch of language leads back with the word
		action, form := b.fields()
		form.Set("word", "mot de "+marker)
		form.Set("_lang", "fr")
		b.post(action, form).want(200, "/v")
		if _, form := b.fields(); form.Get("word") != "mot de "+marker {
			t.Fatalf("the word is shown as %q", form.Get("word"))
		}
	}
	b.fill(url.Values{"word": {"Mot de " + marker + " 2"}}).want(200, "/q").post("/q", url.Values{"_skip": {"1"}}).want(200, "/r")
	if !strings.Contains(b.body, "Le mot que tu as choisi sera demandé aussi.") || strings.Contains(b.body, marker) {
		t.Error("the receipt says nothing of the word, or shows it")
	}
	code := b.doc.Find("#code").Text()
	s.enter(code, "").want(422, "/b")
	s.enter(code, "Mot de "+marker).want(422, "/b")
	s.enter(code, "mot de "+marker+" 2").want(200, "/b/1")
	s.quiet(marker)
}

// alike is a page without what differs from visitor to visitor.
func alike(b *browser, typed ...string) string {
	page := regexp.MustCompile(`name="_to" value="[^"]*"`).ReplaceAllString(b.body, "")
	for _, word := range typed {
		page = strings.ReplaceAll(page, word, "TYPED")
	}
	return page
}

func TestWrongAndUnknownAnswerAlike(t *testing.T) {
	s := newSite(t)
	r := s.reported("self", "cerise")
	s.reported("self", "")
	unknown := seal.NewCode().Reveal()
	page := func(code, word string) string {
		b := s.enter(code, word)
		b.want(422, "/b")
		return fmt.Sprint(b.status, alike(b, code, word), cookies(b))
	}
	want := page(unknown, "cerise")
	for name, got := range map[string]string{
		"another unknown": page(seal.NewCode().Reveal(), "cerise"), "the wrong word": page(r.code.Reveal(), "prune"), "no such code, another word": page(unknown, "prune"),
	} {
		if got != want {
			t.Errorf("%s is told from an unknown code", name)
		}
	}
	var took [2][]time.Duration
	var turn sync.Mutex
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for n := range 25 {
				b, code, word := s.browser().open("/b"), unknown, "cerise"
				if n%2 == 1 {
					code, word = r.code.Reveal(), "prune"
				}
				start := time.Now()
				b.fill(url.Values{"code": {code}, "word": {word}}).want(422, "/b")
				passed := time.Since(start)
				turn.Lock()
				took[n%2] = append(took[n%2], passed)
				turn.Unlock()
			}
		})
	}
	wait.Wait()
	slices.Sort(took[0])
	slices.Sort(took[1])
	t.Logf("unknown: median %s, p95 %s; wrong word: median %s, p95 %s", took[0][len(took[0])/2], took[0][len(took[0])*95/100], took[1][len(took[1])/2], took[1][len(took[1])*95/100])
	if d := (took[0][len(took[0])/2] - took[1][len(took[1])/2]).Abs(); d > 20*time.Millisecond || took[0][0] < 300*time.Millisecond || took[1][0] < 300*time.Millisecond {
		t.Errorf("the medians differ by %s; the quickest answers took %s and %s", d, took[0][0], took[1][0])
	}
}

// cookies are the names a browser holds.
func cookies(b *browser) (names []string) {
	for _, c := range b.client.Jar.Cookies(mustURL(b.base)) {
		names = append(names, c.Name)
	}
	return names
}

// slowMailboxes answers nobody until it is told to.
type slowMailboxes struct {
	intake.Mailboxes
	asked, answer chan struct{}
}

func (m slowMailboxes) OpenMailbox(ctx context.Context, lookup [32]byte) (inbox.Mailbox, error) {
	m.asked <- struct{}{}
	<-m.answer
	return m.Mailboxes.OpenMailbox(ctx, lookup)
}

// try sends a code as from an address.
func (s *site) try(address, code string) *browser {
	b := s.browser()
	request, _ := http.NewRequest(http.MethodPost, b.base+"/b", strings.NewReader(url.Values{"code": {code}}.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Forwarded-For", address)
	return b.do(request)
}

func behindProxies(c *intake.Config) {
	c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

func TestOnlySoManyTriesAtOnce(t *testing.T) {
	t.Parallel()
	slow := slowMailboxes{asked: make(chan struct{}, 100), answer: make(chan struct{})}
	s := newSite(t, behindProxies, func(c *intake.Config) { slow.Mailboxes, c.Mailboxes = c.Mailboxes, &slow })
	unknown := seal.NewCode().Reveal()
	var wait sync.WaitGroup
	for n := range 16 {
		wait.Go(func() {
			if b := s.try(fmt.Sprintf("198.51.100.%d", n), unknown); b.status != 422 {
				t.Errorf("answered %d", b.status)
			}
		})
	}
	for range 16 {
		<-slow.asked
	}
	release := sync.OnceFunc(func() { close(slow.answer) })
	defer time.AfterFunc(5*time.Second, release).Stop() // a try too many would wait for ever
	b := s.try("203.0.113.1", unknown).want(429, "/b")
	if _, form := b.fields(); form.Get("code") != unknown {
		t.Errorf("the code that was typed is shown as %q", form.Get("code"))
	}
	if got := b.doc.Find(".notice").Text(); got != s.words("page.code.busy") {
		t.Errorf("told %q", got)
	}
	if len(slow.asked) != 0 {
		t.Error("the database was asked")
	}
	release()
	wait.Wait()
	s.try("203.0.113.1", unknown).want(422, "/b")
	s.quiet(unknown, "203.0.113", "198.51.100")
}

func TestOneAddressTriesOnlySoOften(t *testing.T) {
	t.Parallel()
	s := newSite(t, behindProxies)
	r, unknown := s.reported("self", ""), seal.NewCode().Reveal()
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { s.try("203.0.113.200", unknown) })
	}
	wait.Wait()
	s.try("203.0.113.200", r.code.Reveal()).want(429, "/b")
	s.try("203.0.113.201", r.code.Reveal()).want(200, "/b/1")
	s.clock.Add(time.Minute)
	s.try("203.0.113.200", r.code.Reveal()).want(200, "/b/1")
	s.quiet(unknown, "203.0.113")
}
