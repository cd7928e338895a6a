package notify

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"recueil/internal/secret"
)

const hookKey = "0123456789abcdef0123456789abcdef"

func newHook(t *testing.T) *Hook {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(hookKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hook, err := NewHook(file, nil, func() time.Time { return night })
	if err != nil {
		t.Fatal(err)
	}
	return hook
}

func TestWebhookIsSigned(t *testing.T) {
	var head http.Header
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		head, body = r.Header, readAll(t, r.Body)
	}))
	defer receiver.Close()
	notice := anAlarm()
	if err := newHook(t).Send(context.Background(), receiver.URL, notice, speaking(t, "fr")); err != nil {
		t.Fatal(err)
	}
	timestamp := head.Get(TimestampHeader)
	if timestamp != strconv.FormatInt(night.Unix(), 10) || head.Get(SignatureHeader) != Sign(hookKey, timestamp, body) {
		t.Errorf("the signature %q does not fit %q and the body", head.Get(SignatureHeader), timestamp)
	}
	if Sign(hookKey, timestamp, append(body, ' ')) == head.Get(SignatureHeader) || Sign(hookKey, "1", body) == head.Get(SignatureHeader) || Sign(secret.Text("x"), timestamp, body) == head.Get(SignatureHeader) {
		t.Error("the signature fits another body, time or key")
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"format": "recueil.notice/1", "id": notice.ID.String(), "kind": "alarm", "count": 1., "minutes": 3., "step": 1., "lang": "fr",
		"text": "1\u00a0situation urgente n’est pas ouverte depuis 3\u00a0minutes"}
	if len(got) != len(want) {
		t.Errorf("the body holds %v", got)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %q, want %q", key, got[key], value)
		}
	}
}

func TestWebhookThatDoesNotGo(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()
	end := make(chan struct{})
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
	}{
		"an error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "status.500"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "redirect"},
		"slow": {func(http.ResponseWriter, *http.Request) { <-end }, "slow"},
	} {
		receiver := httptest.NewServer(c.answer)
		hook := newHook(t)
		if c.code == "slow" {
			hook.client.Timeout = 100 * time.Millisecond
		}
		err := hook.Send(context.Background(), receiver.URL, anAlarm(), speaking(t, "fr"))
		if got := codeOf(t, err); got != c.code {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.code)
		}
		if c.code == "slow" {
			close(end)
		}
		receiver.Close()
	}
	if reached {
		t.Error("a redirect was followed")
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	err := newHook(t).Send(context.Background(), closed.URL+"/chemin-secret", anAlarm(), speaking(t, "fr"))
	if got := codeOf(t, err); got != "unreachable" || strings.Contains(err.Error(), "chemin-secret") {
		t.Errorf("nobody there is %q: %v", got, err)
	}
	stranger := httptest.NewUnstartedServer(nil)
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()
	if got := codeOf(t, newHook(t).Send(context.Background(), stranger.URL, anAlarm(), speaking(t, "fr"))); got != "tls" {
		t.Errorf("an unknown certificate is %q", got)
	}
}

func TestSecretOfWebhooksIsLongAndThere(t *testing.T) {
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, []byte("court"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{short, "/nowhere/secret"} {
		if _, err := NewHook(file, nil, time.Now); err == nil || !strings.Contains(err.Error(), "--webhook-secret-file") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return raw
}

func TestContacts(t *testing.T) {
	hosts := []string{"astreinte.example", "10.0.0.5:8443", "127.0.0.1:9"}
	for text, want := range map[string]error{
		"veille@exemple.fr":                      nil,
		" veille@exemple.fr ":                    nil,
		"https://astreinte.example/crochet":      nil,
		"https://10.0.0.5:8443/":                 nil,
		"http://127.0.0.1:9/x":                   nil,
		"":                                       ErrAddress,
		"veille":                                 ErrAddress,
		"Veille <veille@exemple.fr>":             ErrAddress,
		"veille@exemple.fr\r\nBcc: x@y.fr":       ErrAddress,
		"veille@exemple.fr\nBcc: x@y.fr":         ErrAddress,
		"a@exemple.fr,b@exemple.fr":              ErrAddress,
		"javascript:alert(1)":                    ErrAddress,
		"javascript:alert@x":                     ErrAddress,
		"mailto:a@exemple.fr":                    ErrAddress,
		"http://astreinte.example/":              ErrAddress,
		"//astreinte.example/":                   ErrAddress,
		"file:///etc/passwd":                     ErrAddress,
		"https://autre.example/":                 ErrHost,
		"https://169.254.169.254/latest":         ErrHost,
		"https://astreinte.example:22/":          ErrHost,
		"https://astreinte.example.evil.test/":   ErrHost,
		"https://u:p@astreinte.example/":         ErrSecrets,
		"https://astreinte.example/?token=x":     ErrSecrets,
		"https://astreinte.example/#x":           ErrSecrets,
		strings.Repeat("a", 600) + "@exemple.fr": ErrAddress,
	} {
		if _, _, err := ParseContact(text, hosts); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}
