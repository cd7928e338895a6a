package intake

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

type legalPage struct {
	Frame
	Heading string
	Blocks  []Block
	Code    bool // leads to where a code is typed
}

// A Block is a heading with its paragraphs.
type Block struct {
	Heading string
	Text    string
}

// legalPages are the pages every public service has; their texts stand in the
// catalogue, numbered from 1: page.help.h1, page.help.p1, page.help.h2…
var legalPages = map[string]string{"confidentialite": "privacy", "mentions": "legal", "accessibilite": "accessibility", "aide": "help"}

func (s *Server) legal(c echo.Context) error {
	key, ok := legalPages[c.Param("page")]
	if !ok {
		return web.ErrNotFound
	}
	v := s.adult(c)
	if known := s.glance(c); known != nil {
		v = s.voice(&known.draft)
	}
	page := legalPage{Frame: s.frame(c, v, v.T("page."+key+".title")), Heading: v.T("page." + key + ".heading"), Code: key == "help"}
	for h := 1; v.Has("page." + key + ".h" + itoa(h)); h++ {
		page.Blocks = append(page.Blocks, Block{v.T("page." + key + ".h" + itoa(h)), v.T("page." + key + ".p" + itoa(h))})
	}
	return s.render(c, v, http.StatusOK, "legal", page)
}
