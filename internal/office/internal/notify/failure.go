package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
)

// A Failure says by a code why a notice was not sent: what another server wrote is
// for the log, not for a screen.
type Failure struct {
	Code string // unreachable, slow, tls, credentials, refused, redirect, unset, other, status.500
	Err  error
}

func (f *Failure) Error() string { return fmt.Sprintf("not sent (%s): %v", f.Code, f.Err) }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// failureOf sorts the errors of connections.
func failureOf(err error) *Failure {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	var said *textproto.Error
	var network *net.OpError
	var lookup *net.DNSError
	var timeout net.Error
	code := "other"
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		code = "slow"
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verification), errors.As(err, &header):
		code = "tls"
	case errors.As(err, &said) && (said.Code == 535 || said.Code == 534 || said.Code == 530):
		code = "credentials"
	case errors.As(err, &said):
		code = "refused"
	case errors.As(err, &network), errors.As(err, &lookup):
		code = "unreachable"
	}
	return &Failure{Code: code, Err: err}
}
