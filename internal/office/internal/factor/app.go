package factor

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"rsc.io/qr"

	"recueil/internal/secret"
)

// What every authenticator app understands: RFC 6238 with its own defaults.
const (
	digits = 6
	period = 30 // seconds
	// skew is how many steps the clock of a phone may be ahead or behind.
	skew = 1
)

// An App is an authenticator app that shares a secret with us.
type App struct {
	Secret   []byte `json:"secret"`
	LastStep int64  `json:"last_step"` // no code of this step or an earlier one counts any more
	Since    int64  `json:"since"`     // Unix time
}

// A NewApp is a secret that no app has confirmed yet.
type NewApp struct{ key *otp.Key }

// Format keeps the secret out of every print.
func (NewApp) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[redacted]") }

// Offer makes a secret for a member to put into his app.
func Offer(login string) (NewApp, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Recueil", AccountName: login, Period: period, Digits: digits, SecretSize: 20})
	if err != nil {
		return NewApp{}, fmt.Errorf("making the secret of an authenticator app: %w", err)
	}
	return NewApp{key}, nil
}

// OfferAgain is the same offer, from what Export wrote.
func OfferAgain(exported string) (NewApp, error) {
	key, err := otp.NewKeyFromURL(exported)
	if err != nil {
		return NewApp{}, fmt.Errorf("reading the secret of an authenticator app: it is none")
	}
	return NewApp{key}, nil
}

// Export writes the offer out, to be sealed.
func (n NewApp) Export() string { return n.key.URL() }

// Secret is what is typed into an app that has no camera, in groups of four.
func (n NewApp) Secret() secret.Text {
	var grouped strings.Builder
	for i, r := range n.key.Secret() {
		if i > 0 && i%4 == 0 {
			grouped.WriteByte(' ')
		}
		grouped.WriteRune(r)
	}
	return secret.Text(grouped.String())
}

// A Picture is a QR code as the path of an SVG, a module being one unit.
type Picture struct {
	Size int // with its quiet zone
	Path string
}

// quiet is the white border that readers need, in modules.
const quiet = 4

// Picture draws what an app with a camera reads.
func (n NewApp) Picture() (Picture, error) {
	code, err := qr.Encode(n.key.URL(), qr.M)
	if err != nil {
		return Picture{}, fmt.Errorf("drawing the code for an authenticator app: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return Picture{code.Size + 2*quiet, path.String()}, nil
}

// Accept takes the offered app into the book once it shows a right code. An app that
// was there before is replaced.
func (b *Book) Accept(n NewApp, typed string, now time.Time) error {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(n.key.Secret())
	if err != nil {
		return fmt.Errorf("reading the secret of an authenticator app: %w", err)
	}
	offered := Book{App: &App{Secret: raw, Since: now.Unix()}}
	if err := offered.useApp(normal(typed), now); err != nil {
		return err
	}
	b.App = offered.App
	return nil
}

// useApp compares with the code of this step and its neighbours. The step that
// matched, and all before, are used up.
func (b *Book) useApp(code string, now time.Time) error {
	if b.App == nil || len(code) != digits {
		return ErrWrong
	}
	matched := int64(-1)
	for step := now.Unix()/period - skew; step <= now.Unix()/period+skew; step++ {
		right, err := codeOf(b.App.Secret, step)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			matched = step
		}
	}
	switch {
	case matched < 0:
		return ErrWrong
	case matched <= b.App.LastStep:
		return ErrUsed
	}
	b.App.LastStep = matched
	return nil
}

func codeOf(raw []byte, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(raw), uint64(step),
		hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("making the code of an authenticator app: %w", err)
	}
	return code, nil
}

// CodeNow is what an app with that secret shows now, and for how long: what
// `recueil dev` shows who has no app at hand.
func CodeNow(shared secret.Text, now time.Time) (code string, left time.Duration, err error) {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(shared.Reveal(), " ", ""))
	if err != nil {
		return "", 0, fmt.Errorf("reading the secret of an authenticator app: it is none")
	}
	step := now.Unix() / period
	code, err = codeOf(raw, step)
	return code, time.Unix((step+1)*period, 0).Sub(now), err
}
