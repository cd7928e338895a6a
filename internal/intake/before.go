package intake

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

type beforePage struct {
	Frame
	Next    string
	Refused bool // the browser keeps no cookie: the form page by page would forget each answer
	Blocks  []textBlock
}

type textBlock struct {
	Heading    string
	Paragraphs []string
}

// beforeBlocks are the questions that the page answers, in this order; the
// catalogue numbers the sentences of each.
var beforeBlocks = []string{"readers", "parents", "passed_on", "name", "device", "exit"}

// before answers the question that decides whether anything is written at all: who
// will know?
func (s *Server) before(c echo.Context) error {
	voice, next := s.adult(c), "/"
	if v := s.peek(c); v != nil {
		voice, next = s.voice(&v.draft), v.next()
	}
	page := beforePage{Frame: s.frame(c, voice, voice.T("page.before.title")), Next: next}
	_, err := c.Cookie(cookieName)
	page.Refused = err != nil && c.QueryParam(againQuery) != "" && fromOurs(c)
	for _, key := range beforeBlocks {
		block := textBlock{Heading: voice.T("page.before." + key + ".heading")}
		for n := 1; voice.Has("page.before." + key + "." + itoa(n)); n++ {
			block.Paragraphs = append(block.Paragraphs, voice.T("page.before."+key+"."+itoa(n)))
		}
		page.Blocks = append(page.Blocks, block)
	}
	return s.render(c, voice, http.StatusOK, "before", page)
}
