package transmission

import (
	"fmt"
	"strings"
	"time"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/font"
	"github.com/carlos7ags/folio/layout"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/text/unicode/runenames"
)

// Words is the voice of the file's language.
type Words interface {
	T(key string, namesAndValues ...any) string
	Has(key string) bool
}

// Sizes in points, and the few colours: ink, a softer one for labels, one line.
const (
	body, small, lead = 10.5, 9, 1.35
)

var ink, soft, line, tint = layout.Hex("1d2930"), layout.Hex("52606a"), layout.Hex("0b5563"), layout.Hex("eef3f3")

// A sheet is a PDF on its way.
type sheet struct {
	doc           *document.Document
	words         Words
	paris         *time.Location
	plain, bold   *font.Fallback
	plainF, boldF []font.Face
}

// PDF writes the file for people: A4, tagged so that a screen reader follows it, with
// its reference and the number of the page on each. What a font has no sign for is
// written as its Unicode name, so that nothing the reporter wrote is lost.
func (f *File) PDF(words Words, paris *time.Location) ([]byte, error) {
	s, err := newSheet(words, paris)
	if err != nil {
		return nil, fmt.Errorf("writing the file %s: %w", f.ID, err)
	}
	s.doc.Info = document.Info{Title: words.T("office.sent.pdf.title", "Reference", f.Reference), Author: words.T("office.sent.pdf.service"),
		Creator: "Recueil", Language: f.Language, CreationDate: f.PreparedAt, ModDate: f.PreparedAt}
	s.head(f)
	for _, section := range f.Sections {
		s.section(section)
	}
	s.notes(f.Notes)
	s.attachments(f.Attachments)
	s.add(s.text(words.T("office.sent.pdf.end"), small, soft).SetSpaceBefore(18))
	s.doc.SetFooterElement(func(at document.PageContext) layout.Element {
		return s.text(words.T("office.sent.pdf.page", "Reference", f.Reference, "N", at.PageIndex+1, "Of", at.TotalPages), small, soft).SetAlign(layout.AlignCenter)
	})
	raw, err := s.doc.ToBytes()
	if err != nil {
		return nil, fmt.Errorf("writing the file %s as PDF: it cannot be laid out", f.ID) // the library's words may repeat it
	}
	return raw, nil
}

func newSheet(words Words, paris *time.Location) (*sheet, error) {
	s := &sheet{doc: document.NewDocument(document.PageSizeA4), words: words, paris: paris}
	s.doc.SetTagged(true)
	s.doc.SetAutoBookmarks(true)
	s.doc.SetMargins(layout.Margins{Top: 56, Right: 62, Bottom: 56, Left: 62})
	var err error
	if s.plain, s.plainF, err = faces(liberationsansregular.TTF, dejavusans.TTF); err != nil {
		return nil, err
	}
	s.bold, s.boldF, err = faces(liberationsansbold.TTF, dejavusansbold.TTF)
	return s, err
}

// faces reads fonts, in the order in which they are asked for a sign. Only the signs
// that are used go into the PDF.
func faces(files ...[]byte) (*font.Fallback, []font.Face, error) {
	var embedded []*font.EmbeddedFont
	var read []font.Face
	for _, file := range files {
		face, err := font.ParseFont(file)
		if err != nil {
			return nil, nil, fmt.Errorf("reading a font of the program: %w", err)
		}
		embedded, read = append(embedded, font.NewEmbeddedFont(face)), append(read, face)
	}
	return font.NewFallback(embedded...), read, nil
}

func (s *sheet) text(text string, size float64, colour layout.Color) *layout.Paragraph {
	return painted(layout.NewParagraphFallback(spelt(text, s.plainF), s.plain, size), colour)
}

func (s *sheet) strong(text string, size float64, colour layout.Color) *layout.Paragraph {
	return painted(layout.NewParagraphFallback(spelt(text, s.boldF), s.bold, size), colour)
}

func painted(p *layout.Paragraph, colour layout.Color) *layout.Paragraph {
	runs := p.Runs()
	for i := range runs {
		runs[i].Color = colour
	}
	return layout.NewStyledParagraph(runs...).SetLeading(lead)
}

// heading stands on the page of what it announces.
func (s *sheet) heading(text string, level layout.HeadingLevel, size float64) layout.Element {
	h := layout.NewHeadingEmbedded(text, level, s.bold.Faces()[0])
	h.SetRuns(s.strong(text, size, line).Runs())
	return fitting{h, 3 * body * lead}
}

// add lays an element under what is there.
func (s *sheet) add(e layout.Element) {
	if _, ok := e.(fitting); !ok {
		e = fitting{Element: e}
	}
	s.doc.Add(e)
}

// gap stays between the last line and the number of the page.
const gap = 8

// A fitting element goes to the next page when no room is left for its first line and
// what has to follow it: the library would lay that line over the number of the page.
type fitting struct {
	layout.Element
	after float64
}

func (f fitting) PlanLayout(area layout.LayoutArea) layout.LayoutPlan {
	area.Height -= gap
	plan := f.Element.PlanLayout(area)
	if !area.AtFragmentTop && plan.Consumed+f.after > area.Height+.01 {
		return layout.LayoutPlan{Status: layout.LayoutNothing}
	}
	return plan
}

// spelt writes what none of the fonts can show as its name in Unicode.
func spelt(text string, faces []font.Face) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t' || shown(r, faces):
			out.WriteRune(r)
		case joins(r): // part of the sign before it
		default:
			fmt.Fprintf(&out, "[%s]", strings.ToLower(runenames.Name(r)))
		}
	}
	return out.String()
}

func shown(r rune, faces []font.Face) bool {
	for _, face := range faces {
		if face.GlyphIndex(r) != 0 {
			return true
		}
	}
	return false
}

// joins reports whether a sign only changes how its neighbours look: joiners,
// variation selectors, directions.
func joins(r rune) bool {
	return r == 0x200d || r >= 0xfe00 && r <= 0xfe0f || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
