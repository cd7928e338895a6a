package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"recueil/internal/secret"
)

// MailConfig is how e-mail leaves the house.
type MailConfig struct {
	Server          string // host:port
	Security        string // starttls, tls, or none, on loopback only
	Sender          string
	CredentialsFile string         // a name and a password, one on each line; empty gives none
	Roots           *x509.CertPool // whom to trust in place of the system's authorities; nil, those
}

// Mailer sends e-mail.
type Mailer struct {
	sender  string
	domain  string
	host    string
	options []mail.Option
	timeout time.Duration // for each answer
}

// mailTime bounds the wait for each answer of the server.
const mailTime = 10 * time.Second

// NewMailer checks how e-mail is to leave, and sends nothing. Its errors say the mend.
func NewMailer(c MailConfig) (*Mailer, error) {
	host, port, err := net.SplitHostPort(c.Server)
	number, numberErr := strconv.Atoi(port)
	if err != nil || numberErr != nil || host == "" || number < 1 || number > 65535 {
		return nil, errors.New("the mail server is no address; give --smtp-server as host:port, such as smtp.example:587")
	}
	medium, sender, err := ParseContact(c.Sender, nil)
	if err != nil || medium != Email {
		return nil, errors.New("the sender of notices is no e-mail address; give --smtp-sender, such as veille@example.org")
	}
	m := &Mailer{sender: sender, host: host, domain: sender[strings.LastIndex(sender, "@")+1:], timeout: mailTime}
	// The name that is said at the door is the sender's, not that of this machine.
	m.options = []mail.Option{mail.WithPort(number), mail.WithHELO(m.domain),
		mail.WithTLSConfig(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: c.Roots}), mail.WithoutNoop()}
	switch c.Security {
	case "starttls":
		m.options = append(m.options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		m.options = append(m.options, mail.WithSSL())
	case "none":
		if !isLoopback(host) {
			return nil, errors.New("mail without TLS may go to this machine only; give --smtp-security starttls or tls")
		}
		m.options = append(m.options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, errors.New("--smtp-security is starttls, tls or none")
	}
	if c.CredentialsFile == "" {
		return m, nil
	}
	name, password, err := readCredentials(c.CredentialsFile)
	if err != nil {
		return nil, err
	}
	auth := mail.SMTPAuthAutoDiscover
	if c.Security == "none" {
		auth = mail.SMTPAuthPlainNoEnc
	}
	m.options = append(m.options, mail.WithSMTPAuth(auth), mail.WithUsername(name), mail.WithPassword(password.Reveal()))
	return m, nil
}

func readCredentials(file string) (name string, password secret.Text, err error) {
	raw, err := os.ReadFile(file)
	lines := strings.Split(strings.TrimRight(string(raw), "\r\n"), "\n")
	if err != nil || len(lines) != 2 || strings.TrimSpace(lines[0]) == "" || lines[1] == "" {
		return "", "", errors.New("the credentials of the mail server cannot be read; --smtp-credentials-file names a file of two lines, the name and the password")
	}
	return strings.TrimSpace(lines[0]), secret.Text(strings.TrimRight(lines[1], "\r")), nil
}

// Send sends one notice.
func (m *Mailer) Send(ctx context.Context, address string, n Notice, words Words) error {
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	err := errors.Join(message.FromFormat("Recueil", m.sender), message.To(address))
	if err != nil {
		return &Failure{Code: "refused", Err: errors.New("an address cannot be written into a message")}
	}
	message.Subject(words.Subject(n))
	message.SetDateWithValue(n.CreatedAt)
	message.SetMessageIDWithValue(n.ID.String() + "@" + m.domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // no answers of absent people
	message.SetGenHeader(mail.HeaderContentLang, words.Lang())
	if n.Kind == Alarm {
		message.SetImportance(mail.ImportanceUrgent)
	}
	message.SetBodyString(mail.TypeTextPlain, words.Text(n))
	client, err := mail.NewClient(m.host, append(m.options[:len(m.options):len(m.options)], mail.WithTimeout(m.timeout))...)
	if err != nil {
		return &Failure{Code: "other", Err: err}
	}
	// A server that took the message and then hangs up has it: sent again, it would ring
	// once more.
	if err := client.DialAndSendWithContext(ctx, message); err != nil && !message.IsDelivered() {
		return mailFailure(err)
	}
	return nil
}

// mailFailure sorts what go-mail says beside the errors of connections.
func mailFailure(err error) *Failure {
	failure := failureOf(err)
	var sending *mail.SendError
	switch text := err.Error(); {
	case failure.Code != "other":
	case errors.As(err, &sending) && slices.Contains([]int{530, 534, 535}, sending.ErrorCode()):
		failure.Code = "credentials"
	case errors.As(err, &sending) && sending.Reason != mail.ErrConnCheck:
		failure.Code = "refused"
	case strings.Contains(text, "STARTTLS"):
		failure.Code = "tls"
	case strings.Contains(text, "AUTH") || strings.Contains(text, "auth"):
		failure.Code = "credentials"
	}
	return failure
}
