package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	policyStart = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
	policyEnd   = "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types "

	contentSecurityPolicy = policyStart + policyEnd + "'none'"
)

const permissionsPolicy = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), " +
	"gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(), publickey-credentials-get=(self), usb=()"

// SecurityHeaders go out with every answer. Nothing of a page may be stored, but
// for static files, which set their own rule.
func SecurityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("Permissions-Policy", permissionsPolicy)
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		// no-referrer would make our own forms send "Origin: null".
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		return next(c)
	}
}

// SameSite refuses a POST that another site started.
func SameSite(next echo.HandlerFunc) echo.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c echo.Context) error {
		if err := protection.Check(c.Request()); err != nil {
			return &Problem{http.StatusForbidden, ErrCrossSite.Key, err}
		}
		return next(c)
	}
}

// AllowWorker lets the page of this answer start our workers. A worker is started by
// a script's address, which trusted types count as a sink: one policy may make
// such addresses, it is named here, and form.js lets one file of ours pass it.
func AllowWorker(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", policyStart+"worker-src 'self'; "+policyEnd+"recueil-work")
}

// AllowNewKeys lets the page of this answer make passkeys.
func AllowNewKeys(c echo.Context) {
	c.Response().Header().Set("Permissions-Policy", strings.Replace(permissionsPolicy, "credentials-create=()", "credentials-create=(self)", 1))
}

// AllowSound lets the page of this answer play our recordings.
func AllowSound(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", policyStart+"media-src 'self'; "+policyEnd+"'none'")
}
