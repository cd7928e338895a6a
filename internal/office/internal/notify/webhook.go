package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"recueil/internal/secret"
)

// The headers of a webhook. The signature is the HMAC-SHA-256, in hexadecimal, of the
// timestamp in seconds, a point and the body, under the secret that both sides hold. A
// receiver refuses timestamps older than five minutes, and ids that it has seen.
const (
	TimestampHeader = "Recueil-Timestamp"
	SignatureHeader = "Recueil-Signature"
)

// A call is the body of a webhook: a count, and words for who reads it on a screen.
type call struct {
	Format  string `json:"format"` // "recueil.notice/1"
	ID      string `json:"id"`     // of this notice; a second one of the same is the same
	Kind    Kind   `json:"kind"`
	Count   int    `json:"count"`
	Minutes int    `json:"minutes"` // that the oldest waits, of an alarm
	Step    int    `json:"step"`    // of the ladder, from 1; 0 is no alarm
	Text    string `json:"text"`
	Lang    string `json:"lang"`
}

// Hook calls webhooks.
type Hook struct {
	key    secret.Text
	now    func() time.Time
	client *http.Client
}

// hookTime bounds one call.
const hookTime = 10 * time.Second

// NewHook reads the secret of webhooks from its file. Roots are whom to trust beside
// the system's authorities; nil is none.
func NewHook(secretFile string, roots *x509.CertPool, now func() time.Time) (*Hook, error) {
	raw, err := os.ReadFile(secretFile)
	key := strings.TrimSpace(string(raw))
	if err != nil || len(key) < 32 {
		return nil, errors.New("the secret of webhooks is not there, or shorter than 32 characters; make it with `openssl rand -hex 32`, and name its file by --webhook-secret-file")
	}
	return &Hook{key: secret.Text(key), now: now, client: &http.Client{
		Timeout: hookTime,
		// Where a redirect leads was allowed by nobody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, TLSHandshakeTimeout: hookTime, ResponseHeaderTimeout: hookTime,
			MaxResponseHeaderBytes: 16 << 10, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}},
	}}, nil
}

// Sign is the signature of a body sent at a time.
func Sign(key secret.Text, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	io.WriteString(mac, timestamp+".")
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Send posts one notice. What is answered is read by nobody.
func (h *Hook) Send(ctx context.Context, address string, n Notice, words Words) error {
	body, err := json.Marshal(call{Format: "recueil.notice/1", ID: n.ID.String(), Kind: n.Kind, Count: n.Count, Minutes: n.Minutes, Step: n.Step, Text: words.Sentence(n), Lang: words.Lang()})
	if err != nil {
		return &Failure{Code: "other", Err: fmt.Errorf("writing a webhook's body: %w", err)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &Failure{Code: "other", Err: errors.New("this is no address of a webhook")}
	}
	timestamp := strconv.FormatInt(h.now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Recueil")
	r.Header.Set(TimestampHeader, timestamp)
	r.Header.Set(SignatureHeader, Sign(h.key, timestamp, body))
	answer, err := h.client.Do(r)
	var where *url.Error
	if errors.As(err, &where) {
		err = where.Err // the address may say more than a log should hold
	}
	if err != nil {
		return failureOf(err)
	}
	defer answer.Body.Close()
	switch status := answer.StatusCode; {
	case status >= 200 && status < 300:
		return nil
	case status >= 300 && status < 400:
		return &Failure{Code: "redirect", Err: fmt.Errorf("answered by the status %d, and redirects are not followed", status)}
	default:
		return &Failure{Code: fmt.Sprintf("status.%03d", min(status, 999)), Err: fmt.Errorf("answered by the status %d", status)}
	}
}
