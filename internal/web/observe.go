package web

import (
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// An Observer is told of each answer: the pattern of its route, its status, and how
// long it took.
type Observer func(route string, status int, took time.Duration)

// Observed tells an observer of every answer of a router; nil is told nothing. What no
// route is for counts as "other", so that nobody who tries addresses makes labels; and
// an answer that goes on by itself, such as a stream, is not timed.
func Observed(e *echo.Echo, observe Observer) {
	if observe == nil {
		return
	}
	patterns := sync.OnceValue(func() map[string]bool {
		known := map[string]bool{}
		for _, route := range e.Routes() {
			known[route.Path] = true
		}
		return known
	})
	e.Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			if err := next(c); err != nil {
				c.Error(err) // answered here, so that its status is known
			}
			if strings.HasPrefix(c.Response().Header().Get(echo.HeaderContentType), "text/event-stream") {
				return nil
			}
			route := c.Path()
			if !patterns()[route] {
				route = "other"
			}
			observe(route, c.Response().Status, time.Since(began))
			return nil
		}
	})
}
