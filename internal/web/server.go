package web

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"time"
)

// ServerConfig says where and how to listen.
type ServerConfig struct {
	Listen     string
	Handler    http.Handler
	SelfSigned bool   // TLS with a certificate made at start, for trying the service on a phone
	OnShutdown func() // called when it stops, to end answers that go on by themselves
	Log        *slog.Logger
}

// ServeAll runs several servers. When one of them fails, or ctx ends, all stop.
func ServeAll(ctx context.Context, servers ...ServerConfig) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(servers))
	for _, c := range servers {
		go func() {
			ended <- Serve(working, c)
			stop()
		}()
	}
	var all []error
	for range servers {
		all = append(all, <-ended)
	}
	return errors.Join(all...)
}

// Serve answers until ctx ends, then lets running requests finish.
func Serve(ctx context.Context, c ServerConfig) error {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: choose another address with --listen, or stop what uses it: %w", c.Listen, err)
	}
	server := &http.Server{
		Handler:           c.Handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // net/http's own lines name the visitor's address
	}
	if c.OnShutdown != nil {
		server.RegisterOnShutdown(c.OnShutdown)
	}
	if c.SelfSigned {
		certificate, err := selfSigned()
		if err != nil {
			return fmt.Errorf("making a certificate: %w", err)
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	}
	c.Log.Info("listening", "on", listener.Addr().String())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s: %w", c.Listen, err)
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(0, 1, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
