package web

import (
	"io"
	"log/slog"
	"net"
	"net/netip"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	gommon "github.com/labstack/gommon/log"
)

// NewRouter returns an echo instance with what both sides want of it: security
// headers on everything, same-site POSTs only, no banner, no log of its own, and
// the connection's address alone (a forwarded-for header is anybody's to write; see
// ClientAddress).
func NewRouter(log *slog.Logger, onError echo.HTTPErrorHandler, assets *Assets) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetLevel(gommon.OFF)
	e.Logger.SetOutput(io.Discard)
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = onError
	e.Pre(SecurityHeaders)
	e.Use(
		middleware.RecoverWithConfig(middleware.RecoverConfig{
			// The value of a panic may quote what was being read.
			LogErrorFunc: func(c echo.Context, _ error, stack []byte) error {
				log.Error("handler panicked", "route", c.Path(), "stack", string(stack))
				return &Problem{Status: 500, Key: "error.internal"}
			},
		}),
		SameSite,
	)
	e.GET("/static/*", echo.WrapHandler(assets))
	return e
}

// ClientAddress tells which address a request comes from: the connection's, or,
// when that belongs to one of these proxies, the last one before them that
// X-Forwarded-For names. echo would trust every private network, which anybody
// in one could use to be somebody else at each request.
func ClientAddress(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		options = append(options, echo.TrustIPRange(&net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}
