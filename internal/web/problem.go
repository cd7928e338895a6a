package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
)

// A Problem is an error with two readers. The user reads the page that Key names
// in the catalogue; the operator reads Err, which holds no word of a request.
type Problem struct {
	Status int
	Key    string // "error.not_found": its title and text stand under this prefix
	Err    error
}

func (p *Problem) Error() string {
	if p.Err == nil {
		return fmt.Sprintf("%d %s", p.Status, p.Key)
	}
	return fmt.Sprintf("%d %s: %s", p.Status, p.Key, p.Err)
}

func (p *Problem) Unwrap() error { return p.Err }

// What every server may have to say.
var (
	ErrNotFound    = &Problem{Status: http.StatusNotFound, Key: "error.not_found"}
	ErrMethod      = &Problem{Status: http.StatusMethodNotAllowed, Key: "error.method"}
	ErrTooLarge    = &Problem{Status: http.StatusRequestEntityTooLarge, Key: "error.too_large"}
	ErrContentType = &Problem{Status: http.StatusUnsupportedMediaType, Key: "error.content_type"}
	ErrUnreadable  = &Problem{Status: http.StatusBadRequest, Key: "error.unreadable"}
	ErrCrossSite   = &Problem{Status: http.StatusForbidden, Key: "error.cross_site"}
)

// AsProblem finds the Problem in err; an error that is none, or echo's own for
// unknown routes, becomes one. Rules that only one side has come in table.
func AsProblem(err error, table map[error]*Problem) *Problem {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem
	}
	var fromEcho *echo.HTTPError
	if errors.As(err, &fromEcho) {
		switch fromEcho.Code {
		case http.StatusNotFound:
			return ErrNotFound
		case http.StatusMethodNotAllowed:
			return ErrMethod
		case http.StatusRequestEntityTooLarge:
			return ErrTooLarge
		}
	}
	for sentinel, problem := range table {
		if errors.Is(err, sentinel) {
			return &Problem{problem.Status, problem.Key, err}
		}
	}
	return &Problem{Status: http.StatusInternalServerError, Key: "error.internal", Err: err}
}

// ErrorHandler is the one place that answers errors. show renders the page of a
// problem; when even that fails, a bare sentence goes out.
func ErrorHandler(log *slog.Logger, table map[error]*Problem, show func(echo.Context, *Problem) error) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed || errors.Is(err, context.Canceled) {
			return
		}
		problem := AsProblem(err, table)
		if problem.Status >= 500 {
			log.Error("request failed", "status", problem.Status, "route", c.Path(), "err", problem.Error())
		}
		if err := show(c, problem); err != nil {
			log.Error("error page failed", "route", c.Path(), "err", err)
			if !c.Response().Committed {
				http.Error(c.Response(), http.StatusText(problem.Status), problem.Status)
			}
		}
	}
}
