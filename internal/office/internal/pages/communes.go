package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/territory"
	"recueil/internal/web"
)

// maxCommuneSearch bounds the body of a search; a commune and a département take a
// tenth of it.
const maxCommuneSearch = 2 << 10

// communes proposes communes while a listener types a name, as the public side does.
func (s *Server) communes(c echo.Context, _ *visit) error {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxCommuneSearch)
	form, err := web.ReadForm(c.Response(), r)
	if err != nil {
		return err
	}
	labels := []string{}
	if form.Get("department") != "abroad" {
		for _, found := range territory.SearchCommunes(form.Get("q"), form.Get("department"), mostCommunes) {
			labels = append(labels, found.Label())
		}
	}
	return c.JSON(http.StatusOK, labels)
}
