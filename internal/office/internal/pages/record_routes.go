package pages

import (
	"regexp"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/triage"
)

// recordRoutes lists the addresses of the follow-up unit.
func (s *Server) recordRoutes(e *echo.Echo) {
	follow := func(page func(echo.Context, *visit) error) echo.HandlerFunc { return s.may(triage.Record, page) }
	e.GET("/suivi", follow(s.inUnit(s.recordQueue)))
	e.GET("/suivi/nouveau", follow(s.askRecord))
	e.POST("/suivi/nouveau", follow(s.makeRecord))
	e.GET("/suivi/rendez-vous", follow(s.inUnit(s.calendar)))
	e.GET("/suivi/equipe", follow(s.inUnit(s.unitTeam)))
	e.POST("/suivi/equipe", follow(s.inUnit(s.handOverAll)))
	e.GET("/suivi/chiffres", follow(s.inUnit(s.recordFigures)))
	e.GET("/suivi/chiffres/export", follow(s.inUnit(s.exportFigures)))
	e.GET("/suivi/:suivi", follow(s.showRecord))
	e.GET("/suivi/:suivi/synthese", follow(s.showSummary))
	e.GET("/suivi/:suivi/ajouter/:acte", follow(s.askEntry))
	e.POST("/suivi/:suivi/ajouter/:acte", follow(s.doEntry))
	e.GET("/suivi/:suivi/rendez-vous/:rdv", follow(s.askOutcome))
	e.POST("/suivi/:suivi/rendez-vous/:rdv", follow(s.doOutcome))
	e.GET("/suivi/:suivi/rendez-vous/:rdv/ics", follow(s.appointmentFile))
	e.GET("/suivi/:suivi/fichiers/:fichier", follow(s.showRecordFile))
	e.GET("/suivi/:suivi/fichiers/:fichier/image", follow(s.recordFilePicture))
	e.GET("/suivi/:suivi/fichiers/:fichier/son", follow(s.recordFileSound))
	e.GET("/suivi/:suivi/fichiers/:fichier/original", follow(s.saveRecordFile))
	e.GET("/suivi/:suivi/fichiers/:fichier/gel", follow(s.askRecordFreeze))
	e.POST("/suivi/:suivi/fichiers/:fichier/gel", follow(s.freezeRecordFile))
	e.GET("/suivi/:suivi/fiches", follow(s.askSheet))
	e.POST("/suivi/:suivi/fiches", follow(s.sendSheet))
	e.GET("/suivi/:suivi/avis", follow(s.askOpinion))
	e.POST("/suivi/:suivi/avis", follow(s.writeOpinion))
	e.GET("/suivi/:suivi/avis/:avis", follow(s.opinion))
	for _, form := range []string{"/suivi/nouveau", "/suivi/:suivi/ajouter/:acte", "/suivi/:suivi/rendez-vous/:rdv", "/suivi/:suivi/avis"} {
		e.POST(form+"/reconnexion", s.logInAgain)
	}
}

// unitAddresses are those that a log-in may lead back to.
var unitAddresses = regexp.MustCompile(`^/suivi(/[0-9a-z-]{4,36}){0,4}(\?[a-zA-Z0-9=&%._:-]*)?$`)
