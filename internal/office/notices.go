package office

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/notify"
	"recueil/internal/secret"
)

// NoticeSettings are how notices leave the house. The zero value sends none, and the
// service works.
type NoticeSettings struct {
	SMTPServer          string // host:port
	SMTPSecurity        string // starttls, tls, or none on loopback
	SMTPSender          string
	SMTPCredentialsFile string
	WebhookSecretFile   string
	WebhookHosts        []string
	Roots               *x509.CertPool // whom to trust in place of the system's authorities; nil, those
}

// channels makes what the settings allow. A setting that leads to nothing is refused:
// whoever gave it believes that he is alerted.
func (n NoticeSettings) channels(now func() time.Time) (map[notify.Medium]notify.Channel, error) {
	channels := map[notify.Medium]notify.Channel{}
	switch {
	case n.SMTPServer != "":
		mailer, err := notify.NewMailer(notify.MailConfig{Server: n.SMTPServer, Security: n.SMTPSecurity, Sender: n.SMTPSender,
			CredentialsFile: n.SMTPCredentialsFile, Roots: n.Roots})
		if err != nil {
			return nil, err
		}
		channels[notify.Email] = mailer
	case n.SMTPSender != "" || n.SMTPCredentialsFile != "":
		return nil, errors.New("a sender or credentials of mail are of no use without a server; give --smtp-server too")
	}
	switch {
	case n.WebhookSecretFile != "" && len(n.WebhookHosts) == 0:
		return nil, errors.New("a secret of webhooks is of no use without a host to call; give --webhook-hosts too")
	case n.WebhookSecretFile == "" && len(n.WebhookHosts) > 0:
		return nil, errors.New("webhooks are signed; give --webhook-secret-file too")
	case n.WebhookSecretFile != "":
		hook, err := notify.NewHook(n.WebhookSecretFile, n.Roots, now)
		if err != nil {
			return nil, err
		}
		channels[notify.Webhook] = hook
	}
	for _, host := range n.WebhookHosts {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		if name == "" || strings.ContainsAny(name, "/@? ") || host != strings.ToLower(host) {
			return nil, errors.New("--webhook-hosts lists hosts, in small letters and without https://, such as astreinte.example or 10.0.0.5:8443")
		}
	}
	return channels, nil
}

// notifier assembles what tells people outside the screens.
func notifier(c Config, store *archive.Archive, trail audit.Trail) (*notify.Notifier, error) {
	channels, err := c.Notices.channels(c.Now)
	if err != nil {
		return nil, err
	}
	return notify.New(notify.Config{Pool: c.Pool, Archive: store, Trail: trail, Channels: channels, Hosts: c.Notices.WebhookHosts,
		Counters: counters(store), Catalogue: c.Catalogue, Meter: meterOf(c.Metrics), Now: c.Now, Log: c.Log})
}

// unopenedFor and unseenFor are how long something may wait before a reminder counts it.
const unopenedFor, unseenFor = 15 * time.Minute, 15 * time.Minute

// chasedFor is how long a reply counts as asked for.
const chasedFor = 7 * 24 * time.Hour

// counters are the reminders that there are. A capability that promises something for
// a time, such as a call-back, adds its own.
func counters(store *archive.Archive) map[notify.Kind]notify.Counter {
	return map[notify.Kind]notify.Counter{
		notify.Unopened: func(ctx context.Context, now time.Time) (int, error) {
			return store.CountUnopened(ctx, now.Add(-unopenedFor))
		},
		notify.Overdue: store.CountOverdue,
		notify.Answers: func(ctx context.Context, now time.Time) (int, error) {
			return store.CountUnseen(ctx, now.Add(-unseenFor))
		},
		notify.CallBacks: store.CountCallbacksDue,
		notify.Feedback: func(ctx context.Context, now time.Time) (int, error) {
			today := now.Truncate(24 * time.Hour)
			return store.CountOverdueReplies(ctx, today, today.Add(-chasedFor))
		},
	}
}

// CheckNotice reports whether a webhook with these headers and this body was signed
// with a secret, as its receiver would.
func CheckNotice(key secret.Text, head http.Header, body []byte) bool {
	signature := notify.Sign(key, head.Get(notify.TimestampHeader), body)
	return subtle.ConstantTimeCompare([]byte(signature), []byte(head.Get(notify.SignatureHeader))) == 1
}

// Notify tells people outside the screens what waits, until ctx ends.
func (o *Office) Notify(ctx context.Context) { o.notices.Run(ctx) }

// NotifyOnce looks once at what is to be told, and sends it; a test moves the clock
// between.
func (o *Office) NotifyOnce(ctx context.Context) error {
	return errors.Join(o.notices.Look(ctx), o.notices.Send(ctx), o.notices.Look(ctx))
}
