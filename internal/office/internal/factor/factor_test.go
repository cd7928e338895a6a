package factor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/factor"
	"recueil/internal/secret"
)

var (
	member = uuid.MustParse("0190a1b2-0000-7000-8000-000000000001")
	start  = time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)
)

// withApp is a book whose app was made two minutes before start.
func withApp(t *testing.T) (*factor.Book, func(time.Time) string) {
	t.Helper()
	b := factor.NewBook(member)
	app, err := factor.Offer("a.diallo")
	if err != nil {
		t.Fatal(err)
	}
	code := func(at time.Time) string {
		shown, _, err := factor.CodeNow(app.Secret(), at)
		if err != nil {
			t.Fatal(err)
		}
		return shown
	}
	before := start.Add(-2 * time.Minute)
	if err := b.Accept(app, code(before), before); err != nil {
		t.Fatal(err)
	}
	return b, code
}

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	const shared = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		got, left, err := factor.CodeNow(shared, time.Unix(at, 0))
		if err != nil || got != want || left <= 0 || left > 30*time.Second {
			t.Errorf("at %d: %s for %s, %v; want %s", at, got, left, err, want)
		}
	}
}

func TestACodeCountsOnceAndOnlyNearItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		phone time.Duration // how far its clock is off
		want  error
	}{
		"on time": {0, nil}, "a step late": {-30 * time.Second, nil}, "a step early": {30 * time.Second, nil},
		"two steps late": {-60 * time.Second, factor.ErrWrong}, "two steps early": {60 * time.Second, factor.ErrWrong},
	} {
		b, code := withApp(t)
		kind, err := b.Use(" "+code(start.Add(c.phone))[:3]+" "+code(start.Add(c.phone))[3:], start)
		if kind != factor.ByApp || !errors.Is(err, c.want) {
			t.Errorf("%s: %s %v", name, kind, err)
		}
	}
	b, code := withApp(t)
	if _, err := b.Use(code(start), start); err != nil {
		t.Fatal(err)
	}
	for _, late := range []time.Duration{0, 10 * time.Second, 29 * time.Second} {
		if _, err := b.Use(code(start), start.Add(late)); !errors.Is(err, factor.ErrUsed) {
			t.Errorf("replayed after %s: %v", late, err)
		}
	}
	if _, err := b.Use(code(start.Add(-30*time.Second)), start); !errors.Is(err, factor.ErrUsed) {
		t.Errorf("the code before the one that was used: %v", err)
	}
	if _, err := b.Use(code(start.Add(30*time.Second)), start.Add(30*time.Second)); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

func TestABackupCodeCountsOnce(t *testing.T) {
	b, _ := withApp(t)
	codes := b.NewBackup()
	if len(codes) != 10 || len(b.Backup) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	raw, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), codes[0].Reveal()) {
		t.Error("the book holds a code itself")
	}
	typed := strings.ToLower(strings.ReplaceAll(codes[3].Reveal(), "-", " ")) + " "
	typed = strings.ReplaceAll(typed, "0", "o")
	if kind, err := b.Use(typed, start); kind != factor.ByBackup || err != nil {
		t.Errorf("%s %v", kind, err)
	}
	for _, again := range []string{typed, codes[3].Reveal(), "", "AAAAA-AAAAA"} {
		if _, err := b.Use(again, start); !errors.Is(err, factor.ErrWrong) {
			t.Errorf("%q: %v", again, err)
		}
	}
	if len(b.Backup) != 9 {
		t.Errorf("%d codes are left", len(b.Backup))
	}
	fresh := b.NewBackup()
	if _, err := b.Use(codes[0].Reveal(), start); !errors.Is(err, factor.ErrWrong) {
		t.Errorf("an old code after new ones were made: %v", err)
	}
	if _, err := b.Use(fresh[9].Reveal(), start); err != nil {
		t.Error(err)
	}
}

func TestABookIsReadByItsMemberOnly(t *testing.T) {
	b, _ := withApp(t)
	raw, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := factor.Decode(raw, member); err != nil || back.Empty() || back.App.LastStep != b.App.LastStep {
		t.Errorf("%+v %v", back, err)
	}
	for name, other := range map[string]func() (*factor.Book, error){
		"another member": func() (*factor.Book, error) { return factor.Decode(raw, uuid.New()) },
		"another version": func() (*factor.Book, error) {
			return factor.Decode([]byte(strings.Replace(string(raw), "/1", "/2", 1)), member)
		},
		"no book": func() (*factor.Book, error) { return factor.Decode([]byte("[]"), member) },
	} {
		if _, err := other(); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !factor.NewBook(member).Empty() {
		t.Error("a new book is not empty")
	}
	only := factor.NewBook(member)
	only.NewBackup()
	if !only.Empty() {
		t.Error("backup codes alone are a factor")
	}
}

func TestAnOfferSaysItsSecretNowhere(t *testing.T) {
	app, err := factor.Offer("a.diallo")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.ReplaceAll(app.Secret().Reveal(), " ", "")
	if len(plain) != 32 {
		t.Fatalf("a secret of %d characters", len(plain))
	}
	for _, print := range []string{"%v", "%+v", "%#v", "%s"} {
		if said := fmt.Sprintf(print, app) + fmt.Sprintf(print, &app) + fmt.Sprintf(print, app.Secret()); strings.Contains(said, plain) || strings.Contains(said, plain[:4]) {
			t.Errorf("%s prints the secret", print)
		}
	}
	again, err := factor.OfferAgain(app.Export())
	if err != nil || again.Secret() != app.Secret() {
		t.Errorf("the offer comes back as another one: %v", err)
	}
	picture, err := app.Picture()
	if err != nil || picture.Size < 29 || !strings.HasPrefix(picture.Path, "M4 4h7v1h-7z") { // the finder at its corner
		t.Errorf("%d %.40s %v", picture.Size, picture.Path, err)
	}
	if _, _, err := factor.CodeNow(secret.Text("not base32!"), start); err == nil || strings.Contains(err.Error(), "base32!") {
		t.Errorf("%v", err)
	}
}

func TestAnOriginIsWhatTheAddressBarShows(t *testing.T) {
	for origin, ok := range map[string]bool{
		"": true, "https://bureau.example": true, "https://bureau.example/": true, "https://bureau.example:8443": true, "http://localhost:8081": true,
		"bureau.example": false, "http://bureau.example": false, "https://bureau.example/file": false, "https://192.0.2.1": false, "https://": false, "ftp://localhost": false,
	} {
		site, err := factor.NewSite(origin)
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "--origin") {
			t.Errorf("%q: %v", origin, err)
		}
		if site.Available() != (ok && origin != "") {
			t.Errorf("%q: passkeys are offered: %v", origin, site.Available())
		}
	}
}
