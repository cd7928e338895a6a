// Package mailtest is a real mail server in the process of a test: it speaks SMTP and
// TLS, asks for a name and a password, refuses or dawdles as a test wants it to, and
// keeps what it was given.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Config is how a Server behaves. The zero value takes everything, without TLS.
type Config struct {
	StartTLS bool
	TLS      bool   // from the first byte
	Password string // asked for of the name "veille" when it is not empty
	HangsUp  bool   // once it has taken a message
}

// A Message is a mail as it came in.
type Message struct {
	From, To string
	Raw      string
}

// A Server is a mail server on a port of this machine.
type Server struct {
	Address string // host:port
	Roots   *x509.CertPool

	mu       sync.Mutex
	got      []Message
	refusing bool
	slow     chan struct{} // closed at the end of the test
	slowly   bool
	config   Config
}

// New starts a Server until the test ends.
func New(t testing.TB, c Config) *Server {
	t.Helper()
	s := &Server{slow: make(chan struct{}), config: c}
	certificate, roots := certify(t)
	s.Roots = roots
	backend := smtp.NewServer(smtp.BackendFunc(func(line *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, line: line, known: c.Password == ""}, nil
	}))
	backend.Domain, backend.AllowInsecureAuth, backend.ErrorLog = "courrier.exemple.invalid", true, log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = listener.Addr().String()
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}}
	if c.StartTLS {
		backend.TLSConfig = settings
	}
	if c.TLS {
		listener = tls.NewListener(listener, settings)
	}
	go backend.Serve(listener)
	t.Cleanup(func() {
		close(s.slow)
		backend.Close()
	})
	return s
}

// Got returns what came in so far.
func (s *Server) Got() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.got...)
}

// Refuse makes the Server refuse every recipient, or no longer.
func (s *Server) Refuse(refuse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusing = refuse
}

// Dawdle makes the Server answer nothing any more once it is told of a sender.
func (s *Server) Dawdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slowly = true
}

type session struct {
	server  *Server
	line    *smtp.Conn
	known   bool
	taken   bool
	message Message
}

func (s *session) AuthMechanisms() []string {
	if s.server.config.Password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		if s.known = name == "veille" && password == s.server.config.Password; s.known {
			return nil
		}
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "these do not go together"}
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.server.mu.Lock()
	slowly := s.server.slowly
	s.server.mu.Unlock()
	if slowly {
		<-s.server.slow
		return errors.New("too late")
	}
	if !s.known {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "who are you"}
	}
	s.message = Message{From: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.refusing {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}
	}
	s.message.To = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.message.Raw = string(raw)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.got, s.taken = append(s.server.got, s.message), true
	return err
}

// Reset comes after the answer to a message.
func (s *session) Reset() {
	if s.taken && s.server.config.HangsUp {
		s.line.Conn().Close()
	}
}

func (s *session) Logout() error { return nil }

func certify(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "courrier"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
