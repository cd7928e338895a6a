// Command office serves the back office to staff.
//
// It is meant for a private network. It connects as recueil_office, reads the trust
// file from disk and the shred keys from their folder; the keys of staff it holds
// only while a request is answered. SIGHUP makes it read the trust file again;
// SIGTERM lets running requests finish. To show a file that came with a report it
// starts itself once more, as a process without keys, network or file system. Every
// setting is a flag or a variable named RECUEIL_…; `office --help` lists them.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"recueil/internal/metrics"
	"recueil/internal/office"
	"recueil/internal/postgres"
	"recueil/internal/trust"
	"recueil/internal/web"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

type settings struct {
	Listen               string         `help:"Address of the back office; keep it on a private network." default:":8081" env:"RECUEIL_OFFICE_LISTEN"`
	PrivateListen        string         `help:"Private address for health, the trust version in use, and metrics." default:"127.0.0.1:9081" env:"RECUEIL_OFFICE_PRIVATE_LISTEN"`
	DatabaseURL          string         `help:"PostgreSQL, as the role recueil_office." required:"" env:"RECUEIL_OFFICE_DATABASE_URL"`
	TrustFile            string         `help:"Trust file: teams and their public keys." required:"" env:"RECUEIL_TRUST_FILE"`
	TrustFingerprint     string         `help:"SHA-256 that the trust file must have; empty accepts any." env:"RECUEIL_TRUST_FINGERPRINT"`
	TrustFingerprintFile string         `help:"File of approved SHA-256, one on each line, read again on SIGHUP; in place of --trust-fingerprint." env:"RECUEIL_TRUST_FINGERPRINT_FILE"`
	ShredDir             string         `help:"Folder of the shred keys, one file for each epoch of each team." required:"" env:"RECUEIL_SHRED_DIR"`
	Origin               string         `help:"What the address bar of staff shows, such as https://bureau.example. Passkeys are tied to it; without it there are only authenticator apps." env:"RECUEIL_OFFICE_ORIGIN"`
	TrustedProxies       []netip.Prefix `help:"Networks of the proxies in front, such as 10.0.0.0/8: their X-Forwarded-For is believed when log-ins are counted." placeholder:"NETWORK,…" env:"RECUEIL_OFFICE_TRUSTED_PROXIES"`
	IdleLimit            time.Duration  `help:"A session is locked after so long without a request; the passphrase opens it again." default:"15m" env:"RECUEIL_IDLE_LIMIT"`
	AbsoluteLimit        time.Duration  `help:"A session ends after so long in any case." default:"12h" env:"RECUEIL_ABSOLUTE_LIMIT"`
	SMTPServer           string         `help:"Mail server for notices, as host:port; empty sends no e-mail." env:"RECUEIL_SMTP_SERVER"`
	SMTPSecurity         string         `help:"How the mail server is spoken to: starttls, tls (from the first byte), none (on this machine only)." enum:"starttls,tls,none" default:"starttls" env:"RECUEIL_SMTP_SECURITY"`
	SMTPSender           string         `help:"Address that notices come from." env:"RECUEIL_SMTP_SENDER"`
	SMTPCredentialsFile  string         `help:"File of two lines for the mail server: the name and the password; empty gives none." env:"RECUEIL_SMTP_CREDENTIALS_FILE"`
	WebhookSecretFile    string         `help:"File of a secret of 32 characters or more that signs webhooks; empty calls none." env:"RECUEIL_WEBHOOK_SECRET_FILE"`
	WebhookHosts         []string       `help:"Hosts that webhooks may go to, such as astreinte.example or 10.0.0.5:8443." placeholder:"HOST,…" env:"RECUEIL_WEBHOOK_HOSTS"`
	ClamdAddress         string         `help:"A clamd of this machine that looks through files when they are opened, as unix:/run/clamav/clamd.ctl or 127.0.0.1:3310; its temporary folder must lie in memory. Empty scans nothing." env:"RECUEIL_CLAMD_ADDRESS"`
	PDFRenderer          string         `help:"Poppler's pdftoppm, which draws the first page of a PDF, confined; where it is not, or empty, a PDF is for download only." default:"/usr/bin/pdftoppm" env:"RECUEIL_PDF_RENDERER"`
	TLS                  bool           `help:"Serve with a self-signed certificate, to try the service from another machine." env:"RECUEIL_TLS"`
}

func main() {
	if code, is := office.ShowsFile(os.Args[1:]); is {
		os.Exit(code)
	}
	office.Harden()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "office:", err)
		os.Exit(1)
	}
}

// run is the whole program; tests start it as main does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var set settings
	parser, err := kong.New(&set, kong.Name("office"), kong.Description("Serves the back office."), kong.Writers(stdout, stderr))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return fmt.Errorf("%w; see office --help", err)
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	trusted, err := trust.NewSource(trust.Options{Path: set.TrustFile, Fingerprint: set.TrustFingerprint, FingerprintFile: set.TrustFingerprintFile}, log)
	if err != nil {
		return err
	}
	// A page of a list takes PostgreSQL milliseconds: starting two more processes for it
	// takes as long, and a processor from somebody else.
	pool, err := postgres.Open(ctx, postgres.Config{URL: set.DatabaseURL, Serial: true})
	if err != nil {
		return err
	}
	defer pool.Close()
	counted := metrics.New(func() int { return trusted.File().Version() })
	screens, err := office.New(office.Config{
		Pool: pool, Trust: trusted, ShredDir: set.ShredDir, Program: "/proc/self/exe", Origin: set.Origin, Proxies: set.TrustedProxies, Idle: set.IdleLimit, Absolute: set.AbsoluteLimit,
		Clamd: set.ClamdAddress, PDF: set.PDFRenderer, Notices: office.NoticeSettings{SMTPServer: set.SMTPServer, SMTPSecurity: set.SMTPSecurity, SMTPSender: set.SMTPSender,
			SMTPCredentialsFile: set.SMTPCredentialsFile, WebhookSecretFile: set.WebhookSecretFile, WebhookHosts: set.WebhookHosts},
		Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Metrics: counted, Now: time.Now, Log: log,
	})
	if err != nil {
		return err
	}
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	go tune(working)
	go screens.Tend(working)
	go screens.Notify(working)
	go trusted.Watch(working)
	id := trust.NewServerID()
	go trusted.Announce(working, office.Announcer(pool, id))
	return web.ServeAll(working,
		web.ServerConfig{Listen: set.PrivateListen, Handler: private(counted, trusted, id), Log: log},
		web.ServerConfig{Listen: set.Listen, Handler: screens, SelfSigned: set.TLS, OnShutdown: screens.EndStreams, Log: log})
}

// private answers on the private address only: that the process lives, which trust
// file it uses, the name it announces itself by, and its metrics.
func private(counted *metrics.Set, trusted *trust.Source, id [16]byte) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", counted.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		f := trusted.File()
		fmt.Fprintf(w, "ok\ntrust version %d fingerprint %s\nserver %s\n", f.Version(), f.Fingerprint(), trust.ServerName(id))
	})
	return mux
}
