package notify

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/testing/mailtest"
	"recueil/locales"
)

var night = time.Date(2026, 3, 17, 22, 15, 0, 0, time.UTC)

func speaking(t *testing.T, lang string) Words {
	t.Helper()
	n, err := New(Config{Catalogue: locales.FS, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return n.words(lang)
}

func anAlarm() Notice {
	return Notice{ID: uuid.New(), Kind: Alarm, Medium: Email, Address: "astreinte@exemple.invalid", Step: 1, Count: 1, Minutes: 3, CreatedAt: night}
}

func credentials(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "courrier")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var failure *Failure
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &failure):
		t.Fatalf("%v is no Failure", err)
	}
	return failure.Code
}

func TestMailLeavesBySettings(t *testing.T) {
	words := speaking(t, "fr")
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	for name, c := range map[string]struct {
		server mailtest.Config
		change func(*MailConfig, *mailtest.Server)
		code   string
	}{
		"STARTTLS with a password": {mailtest.Config{StartTLS: true, Password: "sésame"}, func(c *MailConfig, _ *mailtest.Server) { c.CredentialsFile = credentials(t, "veille\nsésame\n") }, ""},
		"TLS from the first byte":  {mailtest.Config{TLS: true}, func(c *MailConfig, _ *mailtest.Server) { c.Security = "tls" }, ""},
		"none, on this machine":    {mailtest.Config{}, func(c *MailConfig, _ *mailtest.Server) { c.Security = "none" }, ""},
		"none, with a password": {mailtest.Config{Password: "sésame"}, func(c *MailConfig, _ *mailtest.Server) {
			c.Security, c.CredentialsFile = "none", credentials(t, "veille\nsésame")
		}, ""},
		"a server that hangs up once it has the message": {mailtest.Config{StartTLS: true, HangsUp: true}, func(*MailConfig, *mailtest.Server) {}, ""},
		"no STARTTLS where wanted":                       {mailtest.Config{}, func(*MailConfig, *mailtest.Server) {}, "tls"},
		"an unknown certificate":                         {mailtest.Config{StartTLS: true}, func(c *MailConfig, _ *mailtest.Server) { c.Roots = nil }, "tls"},
		"TLS where there is none":                        {mailtest.Config{}, func(c *MailConfig, _ *mailtest.Server) { c.Security = "tls" }, "tls"},
		"a wrong password":                               {mailtest.Config{StartTLS: true, Password: "sésame"}, func(c *MailConfig, _ *mailtest.Server) { c.CredentialsFile = credentials(t, "veille\nautre") }, "credentials"},
		"a password nobody gave":                         {mailtest.Config{StartTLS: true, Password: "sésame"}, func(*MailConfig, *mailtest.Server) {}, "credentials"},
		"a recipient that is none":                       {mailtest.Config{StartTLS: true}, func(_ *MailConfig, s *mailtest.Server) { s.Refuse(true) }, "refused"},
		"a server that does nothing":                     {mailtest.Config{StartTLS: true}, func(_ *MailConfig, s *mailtest.Server) { s.Dawdle() }, "slow"},
		"nobody there":                                   {mailtest.Config{}, func(c *MailConfig, _ *mailtest.Server) { c.Server = nobody.Addr().String() }, "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			server := mailtest.New(t, c.server)
			settings := MailConfig{Server: server.Address, Security: "starttls", Sender: "veille@exemple.invalid", Roots: server.Roots}
			c.change(&settings, server)
			mailer, err := NewMailer(settings)
			if err != nil {
				t.Fatal(err)
			}
			mailer.timeout = 2 * time.Second
			if c.code == "slow" {
				mailer.timeout = 200 * time.Millisecond
			}
			err = mailer.Send(context.Background(), "astreinte@exemple.invalid", anAlarm(), words)
			if got := codeOf(t, err); got != c.code {
				t.Fatalf("%q (%v), want %q", got, err, c.code)
			}
			if err != nil && strings.Contains(err.Error(), "sésame") {
				t.Errorf("the error holds the password: %v", err)
			}
			if got := server.Got(); (c.code == "") != (len(got) == 1) {
				t.Errorf("the server was given %q", got)
			}
		})
	}
}

func TestMailHoldsACountAndNothingElse(t *testing.T) {
	server := mailtest.New(t, mailtest.Config{})
	mailer, err := NewMailer(MailConfig{Server: server.Address, Security: "none", Sender: "veille@exemple.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	notice := anAlarm()
	if err := mailer.Send(context.Background(), notice.Address, notice, speaking(t, "en")); err != nil {
		t.Fatal(err)
	}
	got := server.Got()[0]
	head, body, _ := strings.Cut(got.Raw, "\r\n\r\n")
	if want := "1 urgent situation is not open, for 3 minutes now.\r\n\r\nLog in to the office to know more. This message holds nothing else."; strings.TrimSpace(body) != want {
		t.Errorf("the mail reads %q", body)
	}
	machine, _ := os.Hostname()
	for _, leak := range []string{"go-mail", "http", machine} {
		if strings.Contains(got.Raw, leak) && leak != "localhost" {
			t.Errorf("the mail holds %q:\n%s", leak, got.Raw)
		}
	}
	for _, line := range []string{"Subject: Recueil: 1 urgent situation is not open", "Message-ID: <" + notice.ID.String() + "@exemple.invalid>", "Auto-Submitted: auto-generated", "To: <astreinte@exemple.invalid>"} {
		if !strings.Contains(head, line) {
			t.Errorf("the mail has no line %q:\n%s", line, head)
		}
	}
}

func TestWrongMailSettingsSayTheMend(t *testing.T) {
	for name, c := range map[string]struct {
		settings MailConfig
		says     string
	}{
		"no port":                {MailConfig{Server: "smtp.example", Security: "tls", Sender: "a@b.example"}, "--smtp-server"},
		"no sender":              {MailConfig{Server: "smtp.example:25", Security: "tls"}, "--smtp-sender"},
		"a sender with a name":   {MailConfig{Server: "smtp.example:25", Security: "tls", Sender: "Veille <a@b.example>"}, "--smtp-sender"},
		"two senders":            {MailConfig{Server: "smtp.example:25", Security: "tls", Sender: "a@b.example\nBcc: c@d.example"}, "--smtp-sender"},
		"none, elsewhere":        {MailConfig{Server: "smtp.example:25", Security: "none", Sender: "a@b.example"}, "--smtp-security"},
		"something else":         {MailConfig{Server: "smtp.example:25", Security: "ssl3", Sender: "a@b.example"}, "--smtp-security"},
		"credentials of no file": {MailConfig{Server: "smtp.example:25", Security: "tls", Sender: "a@b.example", CredentialsFile: "/nowhere/x"}, "--smtp-credentials-file"},
		"credentials of a line":  {MailConfig{Server: "smtp.example:25", Security: "tls", Sender: "a@b.example", CredentialsFile: credentials(t, "seulement\n")}, "--smtp-credentials-file"},
	} {
		if _, err := NewMailer(c.settings); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line that says %s", name, err, c.says)
		}
	}
}
