package pages

import (
	"errors"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/call"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
)

// phoneRoutes lists the addresses of calls and call-backs.
func (s *Server) phoneRoutes(e *echo.Echo) {
	e.GET("/appels", s.may(triage.Call, s.calls))
	e.GET("/appels/nouveau", s.may(triage.Call, s.newCall))
	e.POST("/appels/fin", s.platform(triage.Call, s.endCall))
	e.POST("/appels/fin/annulation", s.platform(triage.Call, s.undoEnd))
	e.GET("/appels/:id", s.may(triage.Call, s.call))
	e.POST("/appels/:id", s.speaking(s.saveCall))
	e.POST("/appels/:id/envoi", s.speaking(s.sendCall))
	e.POST("/appels/:id/fin", s.platform(triage.Call, s.endCall))
	e.POST("/appels/:id/abandon", s.may(triage.Call, s.dropCall))
	e.POST("/appels/:id/retour", s.may(triage.Call, s.restoreCall))
	e.POST("/appels/:id/reprise", s.may(triage.Call, s.takeCall))
	e.POST("/appels/:id/reconnexion", s.logInAgain)
	e.GET("/appels/:id/recu", s.may(triage.Call, s.callReceipt))
	e.POST("/appels/:id/recu", s.may(triage.Call, s.forgetReceipt))
	e.GET("/appels/:id/relais", s.may(triage.Call, s.relayOfCall))
	e.POST("/appels/:id/relais", s.may(triage.Call, s.relayCall))
	e.POST("/communes", s.may(triage.Call, s.communes))
	e.GET("/dossiers/:id/relais", s.may(triage.Call, s.relayOfReport))
	e.POST("/dossiers/:id/relais", s.may(triage.Call, s.relayReport))
	e.POST("/dossiers/:id/rappels", s.may(triage.Call, s.promise))
	e.GET("/rappels", s.may(triage.Call, s.callbacks))
	e.POST("/rappels/:rappel", s.may(triage.Call, s.settle))
}

// speaking lets the form of a call through. While the database is away nobody can be
// told from another: what was typed then goes back to the browser that sent it, and
// nowhere else.
func (s *Server) speaking(page func(echo.Context, *visit) error) echo.HandlerFunc {
	known := s.may(triage.Call, page)
	return func(c echo.Context) error {
		err := known(c)
		if !errors.Is(err, postgres.ErrUnavailable) || c.Request().Header.Get("X-Recueil-Send") != "" {
			return err
		}
		id, failed := parseID(c.Param("id"))
		if failed != nil {
			return err
		}
		typed, failed := s.readCall(c)
		if failed != nil {
			return err
		}
		return s.callRefused(c, nil, id, typed, &heldCall{draft: call.Draft{ID: id}}, err)
	}
}
