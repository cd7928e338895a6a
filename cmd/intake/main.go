// Command intake serves the public form.
//
// It holds public keys and a secret for form tokens, connects as recueil_intake,
// and cannot read what it accepted. SIGHUP makes it read the trust file again;
// SIGTERM lets running requests finish. Every setting is a flag or a variable
// named RECUEIL_…; `intake --help` lists them.
package main

import (
	"context"
	"errors"
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

	"recueil/internal/challenge"
	"recueil/internal/envelope"
	"recueil/internal/inbox"
	"recueil/internal/intake"
	"recueil/internal/metrics"
	"recueil/internal/postgres"
	"recueil/internal/report"
	"recueil/internal/spool"
	"recueil/internal/territory"
	"recueil/internal/trust"
	"recueil/internal/web"
	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

type settings struct {
	Listen               string `help:"Address of the public pages." default:":8080" env:"RECUEIL_LISTEN"`
	PrivateListen        string `help:"Private address for health, the trust version in use, and metrics." default:"127.0.0.1:9080" env:"RECUEIL_PRIVATE_LISTEN"`
	DatabaseURL          string `help:"PostgreSQL, as the role recueil_intake." required:"" env:"RECUEIL_DATABASE_URL"`
	TrustFile            string `help:"Trust file: teams and their public keys." required:"" env:"RECUEIL_TRUST_FILE"`
	TrustFingerprint     string `help:"SHA-256 that the trust file must have; empty accepts any." env:"RECUEIL_TRUST_FINGERPRINT"`
	TrustFingerprintFile string `help:"File of approved SHA-256, one on each line, read again on SIGHUP; in place of --trust-fingerprint." env:"RECUEIL_TRUST_FINGERPRINT_FILE"`
	ChallengeSecretFile  string `help:"File of 32 random bytes, the same for every intake." required:"" env:"RECUEIL_CHALLENGE_SECRET_FILE"`
	SpoolDir             string `help:"Folder for sealed reports while PostgreSQL is away; one for each process." required:"" env:"RECUEIL_SPOOL_DIR"`
	ExitURL              string `help:"Outside page that 'Quitter vite' opens." default:"https://fr.wikipedia.org/" env:"RECUEIL_EXIT_URL"`
	HoursFile            string `help:"Opening hours as JSON; empty takes the built-in ones." env:"RECUEIL_HOURS_FILE"`
	Captcha              string `help:"When a captcha is shown: auto (to what looks suspicious), always (to all that is not urgent), never (staff verify)." enum:"auto,always,never" default:"auto" env:"RECUEIL_CAPTCHA"`
	MaxFiles             int    `help:"Files that go with one report, or with one later addition." default:"10" env:"RECUEIL_MAX_FILES"`
	MaxFileSize          int64  `help:"Size of one file, in megabytes." default:"25" env:"RECUEIL_MAX_FILE_SIZE"`
	UnsentQuota          int64  `help:"Megabytes that files not sent yet may take in all; beyond it files are refused, reports never." default:"2000" env:"RECUEIL_UNSENT_QUOTA"`
	StorageCeiling       int64  `help:"Megabytes of the whole database beyond which files are refused, reports never; 0: none." default:"0" env:"RECUEIL_STORAGE_CEILING"`
	TLS                  bool   `help:"Serve with a self-signed certificate, to try the service on a phone." env:"RECUEIL_TLS"`

	TrustedProxies []netip.Prefix `help:"Networks of the proxies in front, such as 10.0.0.0/8: their X-Forwarded-For is believed. Without, the connection's address is the visitor's." placeholder:"NETWORK,…" env:"RECUEIL_TRUSTED_PROXIES"`
}

const megabyte = 1e6

func (s *settings) fileLimits() intake.FileLimits {
	return intake.FileLimits{Most: s.MaxFiles, Size: s.MaxFileSize * megabyte, Room: inbox.Room{Unsent: s.UnsentQuota * megabyte, Ceiling: s.StorageCeiling * megabyte}}
}

// check refuses limits that are none.
func (s *settings) check() error {
	if s.MaxFiles < 0 || s.MaxFiles > 100 || s.MaxFileSize < 1 || s.MaxFileSize > 10_000 || s.UnsentQuota < 0 || s.StorageCeiling < 0 {
		return errors.New("the limits of files are none: --max-files goes from 0 to 100, --max-file-size from 1 to 10000, --unsent-quota and --storage-ceiling are not negative")
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "intake:", err)
		os.Exit(1)
	}
}

// run is the whole program; tests start it as main does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var set settings
	parser, err := kong.New(&set, kong.Name("intake"), kong.Description("Serves the public form."), kong.Writers(stdout, stderr))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return fmt.Errorf("%w; see intake --help", err)
	}
	if err := set.check(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	trusted, err := trust.NewSource(trust.Options{Path: set.TrustFile, Fingerprint: set.TrustFingerprint, FingerprintFile: set.TrustFingerprintFile}, log)
	if err != nil {
		return err
	}
	shared, err := challenge.LoadSecret(set.ChallengeSecretFile)
	if err != nil {
		return err
	}
	hours, err := territory.LoadHours(set.HoursFile)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, postgres.Config{URL: set.DatabaseURL})
	if err != nil {
		return err
	}
	defer pool.Close()
	kept, err := spool.Open(set.SpoolDir)
	if err != nil {
		return err
	}
	defer kept.Close()

	// The inbox outlives the servers, which finish what they began.
	storing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	box := inbox.New(storing, pool)
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	counted := newCounted(inbox.Deposit{Inbox: box, Spool: kept, Log: log}, trusted, kept)
	public, err := intake.New(intake.Config{
		Drafts: box, Receiver: counted, Trust: trusted, Secret: shared,
		Files: box, FileLimits: set.fileLimits(), Spooled: func(id report.ID) bool { return kept.Holds(id) },
		Attestations: box, Captchas: box, Mailboxes: box, Captcha: set.Captcha, Limits: challenge.DefaultLimits(), Proxies: set.TrustedProxies,
		ExitURL: set.ExitURL, Hours: hours, Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles,
		Observe: counted.Observe, Refused: counted.refuse, Now: time.Now, Log: log,
	})
	if err != nil {
		return err
	}
	go kept.Run(working, deliverTo(box), log)
	go expire(working, box, kept, log)
	go trusted.Watch(working)
	id := trust.NewServerID()
	go trusted.Announce(working, announceTo(box, kept, id))
	go tuneMemory(working)
	return web.ServeAll(working,
		web.ServerConfig{Listen: set.PrivateListen, Handler: private(counted.Set, trusted, kept, id), Log: log},
		web.ServerConfig{Listen: set.Listen, Handler: public, SelfSigned: set.TLS, Log: log})
}

func deliverTo(box *inbox.Inbox) func(context.Context, envelope.Envelope) error {
	return func(ctx context.Context, e envelope.Envelope) error {
		_, err := box.Accept(ctx, inbox.Delivery{Envelope: e})
		if postgres.Unavailable(err) {
			return fmt.Errorf("%w: %w", spool.ErrAway, err)
		}
		return err
	}
}

// announceTo tells which trust file this intake seals by.
func announceTo(box *inbox.Inbox, kept *spool.Spool, id [16]byte) func(context.Context, *trust.File) error {
	return func(ctx context.Context, f *trust.File) error {
		return box.Seen(ctx, inbox.Sighting{ID: id, Name: trust.ServerName(id), Version: f.Version(), Fingerprint: f.Fingerprint(), Waiting: kept.Len()})
	}
}

// expire removes what nobody came back to. Files stay while an envelope waits on this
// disk: it may be the report that they belong to.
func expire(ctx context.Context, box *inbox.Inbox, kept *spool.Spool, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
		now := time.Now()
		_, err := box.ExpireDrafts(ctx, now)
		_, other := box.ExpireCaptchas(ctx, now)
		if err = errors.Join(err, other); kept.Len() == 0 {
			_, other = box.ExpireFiles(ctx, now)
			err = errors.Join(err, other)
		}
		if err != nil && ctx.Err() == nil {
			log.Warn("drafts, captchas or files were not expired", "err", err)
		}
	}
}

// private answers on the private address only: that the process lives, which trust
// file it uses, how much waits on its disk, the name it announces itself by, and its
// metrics.
func private(counted *metrics.Set, trusted *trust.Source, kept *spool.Spool, id [16]byte) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", counted.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		f := trusted.File()
		fmt.Fprintf(w, "ok\ntrust version %d fingerprint %s\nspooled %d\nrefused %d\ndamaged %d\nserver %s\n",
			f.Version(), f.Fingerprint(), kept.Len(), kept.Refused(), kept.Damaged(), trust.ServerName(id))
	})
	return mux
}
