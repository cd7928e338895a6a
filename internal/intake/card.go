package intake

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"recueil/internal/web"
)

// A Square is a code that a camera reads, drawn as one path. It holds the receipt code
// and nothing else: no address that would say where it leads.
type Square struct {
	Size int // of the picture, with the quiet margin the norm asks for
	Path string
}

const quietMargin = 4

func squareOf(code string) (Square, error) {
	drawn, err := qr.Encode(code, qr.M)
	if err != nil {
		return Square{}, fmt.Errorf("drawing a receipt code: it does not fit")
	}
	var path strings.Builder
	for y := range drawn.Size {
		for x := 0; x < drawn.Size; x++ {
			from := x
			for x < drawn.Size && drawn.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1H%dz", from+quietMargin, y+quietMargin, x-from, from+quietMargin)
			}
		}
	}
	return Square{Size: drawn.Size + 2*quietMargin, Path: path.String()}, nil
}

// A CardLine is one line of a shopping list whose reference is a group of the code.
type CardLine struct{ Item, Group string }

// card writes the code as an ordinary list, for people whose phone or pocket is looked
// at. The page for codes reads it as it stands.
func card(voice *web.Voice, code string) (lines []CardLine) {
	for i, group := range strings.Split(code, "-") {
		lines = append(lines, CardLine{voice.T("page.card.item." + itoa(i+1)), group})
	}
	return lines
}

type cardPage struct {
	Frame
	Card []CardLine
}

// showCard shows the card alone: what is printed of it is nothing but a list.
func (s *Server) showCard(c echo.Context, v *visit) error {
	voice := s.voice(&v.draft)
	page := cardPage{s.frame(c, voice, voice.T("page.card.title")), card(voice, v.Code)}
	page.FormPage = true
	return s.render(c, voice, http.StatusOK, "card", page)
}
