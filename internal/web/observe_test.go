package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// Labels are made of what an observer is told: whatever is asked for, that is a
// pattern of the router.
func TestObserverIsToldPatternsOnly(t *testing.T) {
	e := NewRouter(slog.New(slog.DiscardHandler), func(err error, c echo.Context) {
		if !c.Response().Committed {
			_ = c.NoContent(AsProblem(err, nil).Status)
		}
	}, &Assets{})
	var told []string
	Observed(e, func(route string, status int, took time.Duration) {
		if took < 0 {
			t.Errorf("%s took %s", route, took)
		}
		told = append(told, fmt.Sprint(route, " ", status))
	})
	e.GET("/dossiers/:id", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	e.GET("/faux/:id", func(echo.Context) error { return &Problem{Status: http.StatusConflict, Key: "error.internal"} })
	e.GET("/panne/:id", func(echo.Context) error { panic("Qxmarqueur") })
	e.GET("/flux", func(c echo.Context) error {
		c.Response().Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		return c.NoContent(http.StatusOK)
	})
	for _, path := range []string{"/dossiers/Qxmarqueur", "/faux/Qxmarqueur", "/panne/Qxmarqueur", "/flux", "/Qxmarqueur", "/dossiers/Qxmarqueur/Qxmarqueur", "/dossiers/"} {
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("QXMARQUEUR", "/dossiers/x", nil))
	want := []string{"/dossiers/:id 204", "/faux/:id 409", "/panne/:id 500", "other 404"}
	if len(told) < 7 || !slices.Equal(told[:4], want) {
		t.Errorf("it is told %q, want %q first", told, want)
	}
	for _, each := range told[4:] {
		if !strings.HasPrefix(each, "other ") && !strings.HasPrefix(each, "/dossiers/:id ") {
			t.Errorf("it is told %q", each)
		}
	}
}
