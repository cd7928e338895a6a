package marker_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/secret"
	"recueil/internal/territory"
	"recueil/internal/testing/browse"
	"recueil/internal/testing/leak"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

// A failing receiver does what a defect could: it quotes what it was given.
type failing struct{ how func(what string) }

func (f failing) Accept(_ context.Context, d inbox.Delivery) (inbox.Outcome, error) {
	f.how(fmt.Sprint(word, d.Envelope.ID))
	return 0, nil
}

func TestPanicQuotesNothing(t *testing.T) {
	for name, how := range map[string]func(string){
		"a text": func(what string) { panic(what) },
		"an error of the runtime": func(what string) {
			var given any = what
			_ = given.(fmt.Stringer)
		},
		"a value": func(what string) { panic(struct{ Told string }{what}) },
	} {
		var log bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&log, nil))
		public, err := intake.New(intake.Config{Receiver: failing{how}, Trust: trusted(t, logger), Secret: secret.New(), ExitURL: "https://ailleurs.example/",
			Hours: territory.DefaultHours(), Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: time.Now, Log: logger})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewTLSServer(public)
		v := &visitor{browse.New(t, server.URL), t, map[string]bool{}}
		v.Open("/m").Want(200)
		v.Post(v.answers(false)).Want(500)
		server.Close()
		if marker := leak.Of(word); marker.In(log.Bytes()) || marker.In([]byte(v.Body)) || marker.In([]byte(strings.Join(v.Seen, "\n"))) {
			t.Errorf("%s: quoted in the log, the page or a header:\n%s", name, log.String())
		}
		if !strings.Contains(log.String(), "panicked") || !strings.Contains(log.String(), "route=/m") {
			t.Errorf("%s: nobody hears of it: %s", name, log.String())
		}
	}
}
