package pages

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// here is the address of the page a request leads to: of a form, its report
// or its file.
func here(c echo.Context) string {
	if id := c.Param("id"); id != "" {
		if strings.HasSuffix(c.Path(), "/:id/relais") {
			return ownAddress(c.Request().URL.Path)
		}
		if strings.HasPrefix(c.Path(), "/appels/") {
			return ownAddress("/appels/" + id)
		}
		if piece := c.Param("piece"); piece != "" {
			return ownAddress("/dossiers/" + id + "/pieces/" + piece)
		}
		if strings.Contains(c.Path(), "/demande") && c.Param("demande") == "" {
			return ownAddress("/dossiers/" + id + "/demande")
		}
		switch {
		case c.Param("ajout") != "":
			return ownAddress("/dossiers/" + id + "/demandes/" + c.Param("demande") + "/ajouts/" + c.Param("ajout"))
		case c.Param("destinataire") != "":
			return ownAddress("/dossiers/" + id + "/transmission/" + c.Param("destinataire"))
		case c.Param("envoi") != "" || strings.HasSuffix(c.Path(), "/transmission"):
			return ownAddress("/dossiers/" + id + "/transmission")
		}
		if deed := c.Param("acte"); deed != "" {
			return ownAddress("/dossiers/" + id + "/decision/" + deed)
		}
		return ownAddress("/dossiers/" + id)
	}
	if referral := c.Param("demande"); referral != "" {
		if piece := c.Param("piece"); piece != "" {
			return ownAddress("/demandes/" + referral + "/pieces/" + piece)
		}
		return ownAddress("/demandes/" + referral)
	}
	switch c.Path() {
	case "/releve/reconnexion":
		return "/releve"
	case "/rappels/:rappel":
		return "/rappels"
	}
	if path := c.Request().URL.Path; c.Param("suivi") != "" || strings.HasPrefix(path, "/suivi/nouveau") {
		return ownAddress(strings.TrimSuffix(path, "/reconnexion"))
	}
	return ownAddress(strings.TrimSuffix(c.Request().URL.RequestURI(), returning))
}
