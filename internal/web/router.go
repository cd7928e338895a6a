package web

import (
	"io"
	"log/slog"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	gommon "github.com/labstack/gommon/log"
)

// NewRouter returns an echo instance with what both sides want of it: security
// headers on everything, same-site POSTs only, compressed pages, no banner, no
// log of its own, and the connection's address alone (a forwarded-for header is
// anybody's to write).
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
		middleware.GzipWithConfig(middleware.GzipConfig{MinLength: 1024, Skipper: func(c echo.Context) bool { return c.Path() == "/static/*" }}),
	)
	e.GET("/static/*", echo.WrapHandler(assets))
	return e
}
