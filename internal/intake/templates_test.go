package intake

import (
	"log/slog"
	"testing"
	"time"

	"recueil/internal/secret"
	"recueil/internal/territory"
	"recueil/internal/testing/templatetest"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

func TestEveryTemplateFitsItsStruct(t *testing.T) {
	s, err := New(Config{Secret: secret.New(), ExitURL: "https://ailleurs.example/", Hours: territory.DefaultHours(), Catalogue: locales.FS,
		Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	templatetest.Check(t, "public", s.pages, s.everyVoice(), map[string]any{
		"attestation": attestationPage{}, "before": beforePage{}, "card": cardPage{}, "code": codePage{}, "mailbox": mailboxPage{}, "reach": reachPage{}, "sent": sentPage{}, "files": filesPage{}, "challenge": challengePage{}, "check": checkPage{}, "home": homePage{}, "legal": legalPage{}, "numbers": numbersPage{},
		"problem": problemPage{}, "receipt": receiptPage{}, "resume": resumePage{}, "short": shortPage{}, "step": stepPage{}, "verify": verifyPage{},
	})
}
