package pages

import (
	"log/slog"
	"testing"
	"time"

	"recueil/internal/testing/templatetest"
	"recueil/internal/web"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

func TestEveryTemplateFitsItsStruct(t *testing.T) {
	s, err := New(Config{Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	templatetest.Check(t, "office", s.pages, []*web.Voice{s.voice}, map[string]any{
		"login": loginPage{}, "factor": factorPage{}, "protection": protectionPage{}, "codes": codesPage{}, "sessions": sessionsPage{}, "resets": resetsPage{}, "problem": problemPage{},
		"own_key": ownKeyPage{}, "accounts": accountsPage{}, "account": accountPage{}, "account_act": actPage{}, "invite": invitePage{}, "code": codePage{},
		"invitation": invitationPage{}, "keys": keysPage{}, "admit": admitPage{}, "trail": trailPage{}, "verification": verificationPage{}, "queue": queuePage{}, "report": reportPage{},
		"file": revealPage{}, "file_shown": shownFile{}, "file_freeze": filePage{},
	})
}
