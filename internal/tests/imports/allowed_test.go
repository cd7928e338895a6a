package imports_test

// allowed is the plan: each package of the module with everything it imports, but
// for the standard library. A new line, or a longer one, is a decision: data flows
// from the public pages to the sealed rows and from those to the office's screens,
// and no package of the one side stands in a line of the other.
var allowed = map[string]string{
	"cmd/intake": `
		internal/challenge internal/envelope internal/inbox internal/intake internal/memory internal/metrics internal/postgres internal/report internal/spool
		internal/territory internal/trust internal/web locales static templates github.com/alecthomas/kong`,
	"cmd/office": "internal/memory internal/metrics internal/office internal/postgres internal/trust internal/web locales static templates github.com/alecthomas/kong",
	"cmd/recueil": `
		internal/child internal/envelope internal/office internal/postgres internal/postgres/cluster internal/postgres/schema
		internal/report internal/seal internal/secret internal/trust locales static templates github.com/PuerkitoBio/goquery github.com/alecthomas/kong github.com/jackc/pgx/v5
		github.com/jackc/pgx/v5/pgxpool golang.org/x/sys/unix golang.org/x/term`,
	"internal/challenge": "internal/secret github.com/dchest/captcha",
	"internal/child":     "",
	"internal/envelope":  "internal/report github.com/google/uuid",
	"internal/filekind":  "github.com/gabriel-vasile/mimetype",
	"internal/inbox":     "internal/envelope internal/postgres internal/report github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgtype github.com/jackc/pgx/v5/pgxpool",
	"internal/intake": `
		internal/challenge internal/envelope internal/filekind internal/inbox internal/postgres internal/readout internal/reply
		internal/report internal/seal internal/secret internal/territory internal/trust internal/web
		github.com/google/uuid github.com/labstack/echo/v4 rsc.io/qr`,
	"internal/memory":  "",
	"internal/metrics": "github.com/prometheus/client_golang/prometheus github.com/prometheus/client_golang/prometheus/promhttp",
	"internal/office": `
		internal/metrics internal/web internal/office/internal/archive internal/office/internal/audit internal/office/internal/factor
		internal/office/internal/followup internal/office/internal/keyring internal/office/internal/notify internal/office/internal/pages internal/office/internal/preview
		internal/office/internal/scan internal/office/internal/staff internal/office/internal/triage internal/office/internal/unseal internal/postgres internal/report internal/secret internal/trust filippo.io/age
		github.com/google/uuid github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool`,
	"internal/office/internal/archive": `
		internal/envelope internal/office/internal/audit internal/office/internal/facet internal/office/internal/triage internal/postgres internal/report github.com/google/uuid github.com/jackc/pgx/v5
		github.com/jackc/pgx/v5/pgtype github.com/jackc/pgx/v5/pgxpool`,
	"internal/office/internal/call": "internal/report internal/territory",
	"internal/office/internal/casefile": `
		internal/office/internal/archive internal/office/internal/unseal internal/report internal/seal internal/secret
		github.com/google/uuid`,
	"internal/office/internal/audit": "internal/postgres github.com/google/uuid github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool",
	"internal/office/internal/facet": "internal/report internal/secret golang.org/x/text/unicode/norm",
	"internal/office/internal/factor": `
		internal/secret github.com/go-webauthn/webauthn/protocol github.com/go-webauthn/webauthn/webauthn
		github.com/google/uuid github.com/pquerna/otp github.com/pquerna/otp/hotp github.com/pquerna/otp/totp rsc.io/qr`,
	"internal/office/internal/followup": `
		internal/office/internal/keyring internal/office/internal/unseal internal/report internal/seal internal/secret internal/trust filippo.io/age
		github.com/google/uuid`,
	"internal/office/internal/keyring": `
		internal/secret internal/trust filippo.io/age github.com/google/uuid golang.org/x/crypto/chacha20poly1305
		golang.org/x/text/secure/precis`,
	"internal/office/internal/live": "internal/office/internal/archive internal/office/internal/staff",
	"internal/office/internal/notify": `
		internal/office/internal/archive internal/office/internal/audit internal/postgres internal/report internal/secret internal/web
		github.com/google/uuid github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool github.com/wneessen/go-mail`,
	"internal/office/internal/pages": `
		internal/office/internal/keyring
		internal/office/internal/followup internal/office/internal/stats
		internal/office/internal/archive internal/envelope internal/office/internal/audit internal/office/internal/facet internal/office/internal/call internal/office/internal/casefile internal/office/internal/factor internal/office/internal/live internal/office/internal/notify
		internal/office/internal/preview internal/office/internal/scan internal/office/internal/staff internal/office/internal/transmission internal/office/internal/triage internal/office/internal/unseal internal/office/internal/words
		internal/filekind internal/postgres internal/readout internal/reply internal/report internal/seal internal/secret internal/territory internal/web github.com/BurntSushi/toml
		internal/office/internal/referral internal/trust
		github.com/google/uuid github.com/jackc/pgx/v5 github.com/labstack/echo/v4 golang.org/x/text/encoding/charmap
		golang.org/x/text/encoding/unicode golang.org/x/text/transform golang.org/x/text/unicode/norm`,
	// Its decoders run in a process of their own, which reaches nothing.
	"internal/office/internal/preview": `
		internal/child github.com/bep/imagemeta github.com/elastic/go-seccomp-bpf github.com/gabriel-vasile/mimetype
		github.com/gen2brain/heic github.com/tetratelabs/wazero github.com/tetratelabs/wazero/api github.com/tetratelabs/wazero/experimental
		golang.org/x/image/draw golang.org/x/image/webp golang.org/x/sync/semaphore golang.org/x/sys/unix`,
	"internal/office/internal/scan": "",
	"internal/office/internal/staff": `
		internal/office/internal/audit internal/office/internal/factor internal/office/internal/keyring
		internal/office/internal/triage internal/office/internal/words internal/postgres internal/seal internal/secret internal/trust
		filippo.io/age github.com/ccojocar/zxcvbn-go github.com/google/uuid github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool`,
	"internal/office/internal/referral": `
		internal/office/internal/unseal internal/report internal/seal internal/secret internal/trust filippo.io/age github.com/google/uuid`,
	"internal/office/internal/transmission": `
		internal/report internal/territory filippo.io/age github.com/carlos7ags/folio/document github.com/carlos7ags/folio/font
		github.com/carlos7ags/folio/layout github.com/go-fonts/dejavu/dejavusans github.com/go-fonts/dejavu/dejavusansbold
		github.com/go-fonts/liberation/liberationsansbold github.com/go-fonts/liberation/liberationsansregular github.com/google/uuid
		golang.org/x/text/unicode/runenames`,
	"internal/office/internal/stats":  "",
	"internal/office/internal/triage": "internal/report github.com/google/uuid",
	"internal/office/internal/unseal": "internal/envelope internal/report internal/seal internal/secret internal/trust filippo.io/age",
	"internal/office/internal/words":  "internal/secret github.com/google/uuid",
	"internal/postgres":               "github.com/jackc/pgx/v5/pgconn github.com/jackc/pgx/v5/pgxpool",
	"internal/postgres/cluster":       "internal/child github.com/jackc/pgx/v5",
	"internal/postgres/schema":        "migrations github.com/jackc/pgx/v5 github.com/jackc/tern/v2/migrate",
	"internal/readout":                "internal/report internal/territory internal/web",
	"internal/reply":                  "internal/secret github.com/google/uuid golang.org/x/crypto/chacha20poly1305",
	"internal/report":                 "internal/secret github.com/go-playground/validator/v10 github.com/google/uuid github.com/nyaruka/phonenumbers",
	"internal/seal":                   "internal/envelope internal/report internal/secret internal/trust filippo.io/age golang.org/x/text/unicode/norm",
	"internal/secret":                 "",
	"internal/spool":                  "internal/envelope",
	"internal/territory":              "github.com/rickar/cal/v2 github.com/rickar/cal/v2/fr golang.org/x/text/unicode/norm",
	"internal/territory/rebuild":      "",
	"internal/testing/browse":         "github.com/PuerkitoBio/goquery",
	"internal/testing/clamdtest":      "",
	"internal/testing/filetest":       "",
	"internal/testing/leak":           "github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool",
	"internal/testing/mailtest":       "github.com/emersion/go-sasl github.com/emersion/go-smtp",
	"internal/testing/module":         "",
	"internal/testing/reporttest":     "internal/report pgregory.net/rapid",
	"internal/testing/sealtest":       "internal/envelope internal/report internal/seal internal/secret internal/trust filippo.io/age",
	"internal/testing/settingstest":   "github.com/alecthomas/kong",
	"internal/testing/templatetest":   "internal/web static templates github.com/jba/templatecheck",
	"internal/testing/testdb": `
		internal/postgres internal/postgres/cluster internal/postgres/schema migrations github.com/jackc/pgx/v5
		github.com/jackc/pgx/v5/pgxpool`,
	"internal/tests/bench": `
		internal/challenge internal/child internal/office internal/postgres/cluster internal/postgres/schema internal/report internal/seal
		internal/secret internal/trust filippo.io/age github.com/google/uuid github.com/jackc/pgx/v5 github.com/jackc/pgx/v5/pgxpool
		github.com/labstack/echo/v4 github.com/pquerna/otp/totp`,
	"internal/tests/imports":    "",
	"internal/tests/marker":     "",
	"internal/tests/privileges": "",
	"internal/tests/symbols":    "",
	"internal/tests/wording":    "",
	"internal/trust":            "filippo.io/age",
	"internal/web": `
		github.com/BurntSushi/toml github.com/labstack/echo/v4 github.com/labstack/echo/v4/middleware
		github.com/labstack/gommon/log github.com/nicksnyder/go-i18n/v2/i18n golang.org/x/text/language golang.org/x/text/message`,
	"locales":    "",
	"migrations": "",
	"static":     "",
	"templates":  "",
}

// unreachable is what a binary, or a package, must not link whichever way it goes.
// A pattern that ends in /... means a package and all under it.
var unreachable = map[string]string{
	// The public side cannot open what it accepted, and starts no database.
	"cmd/intake": `
		recueil/internal/office/... recueil/internal/testing/... recueil/internal/postgres/cluster
		recueil/migrations github.com/jackc/tern/v2/... testing plugin net/smtp os/exec`,
	// Only what was sealed leaves it: no page, no key, no age of their own.
	"internal/inbox":    sealedOnly,
	"internal/spool":    sealedOnly,
	"internal/envelope": sealedOnly,
	// The back office reads what lies in the database, and takes no report from the public.
	"cmd/office": `
		recueil/internal/intake recueil/internal/inbox recueil/internal/spool recueil/internal/testing/...
		recueil/internal/postgres/cluster recueil/migrations github.com/jackc/tern/v2/... testing plugin`,
	// The operator's terminal starts the two servers and is neither.
	"cmd/recueil": "recueil/internal/intake recueil/internal/inbox recueil/internal/testing/... testing plugin",
}

const sealedOnly = `recueil/internal/seal recueil/internal/intake recueil/internal/office/...
	filippo.io/age github.com/jackc/tern/v2/... net/http html/template`

// pure are the packages that compute and nothing else.
var pure = []string{"internal/report", "internal/secret", "internal/envelope", "internal/reply", "internal/office/internal/triage", "internal/office/internal/stats"}

// inputOutput is what a pure package imports nothing of.
const inputOutput = `os os/exec os/signal io/fs path/filepath embed net net/http net/smtp syscall log database/sql
	html/template text/template github.com/jackc/pgx/v5/... github.com/labstack/echo/v4/...`

// testOnly is what is linked into tests only.
const testOnly = "recueil/internal/testing/... testing testing/fstest net/http/httptest pgregory.net/rapid"
