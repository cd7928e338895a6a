package notify

import (
	"errors"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// A Medium is the way a notice goes.
type Medium string

// The media.
const (
	Email   Medium = "email"
	Webhook Medium = "webhook"
)

// Errors of an address.
var (
	ErrAddress = errors.New("this is neither an e-mail address nor an https address")
	ErrHost    = errors.New("the settings allow no webhook to this host")
	ErrSecrets = errors.New("an address that carries a name, a password or parameters is a secret, and is kept nowhere")
)

const (
	mostOfEmail   = 254 // RFC 5321
	mostOfAddress = 500
)

// ParseContact tells by which medium an address is reached, and gives it its plain
// form. A webhook goes to a host of the settings only: what a member of staff types
// shall not make the office knock at doors of its own network.
func ParseContact(text string, hosts []string) (Medium, string, error) {
	text = strings.TrimSpace(text)
	if len(text) > mostOfAddress || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", "", ErrAddress
	}
	if strings.Contains(text, "@") && !strings.Contains(text, ":") {
		parsed, err := mail.ParseAddress(text)
		if err != nil || parsed.Address != text || len(text) > mostOfEmail {
			return "", "", ErrAddress
		}
		return Email, text, nil
	}
	at, err := url.Parse(text)
	if err != nil || at.Host == "" || at.Opaque != "" || at.Scheme != "https" && (at.Scheme != "http" || !isLoopback(at.Hostname())) {
		return "", "", ErrAddress
	}
	if at.User != nil || at.RawQuery != "" || at.ForceQuery || at.Fragment != "" {
		return "", "", ErrSecrets
	}
	if !slices.Contains(hosts, strings.ToLower(at.Host)) {
		return "", "", ErrHost
	}
	return Webhook, at.String(), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
