package intake_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"
)

// drawn paints a page's square back into modules.
func (b *browser) drawn() (modules [][]bool) {
	b.t.Helper()
	size := atoi(b.t, strings.Fields(b.doc.Find("svg.square").AttrOr("viewbox", b.doc.Find("svg.square").AttrOr("viewBox", "0 0 0 0")))[2])
	for range size {
		modules = append(modules, make([]bool, size))
	}
	path := b.doc.Find("svg.square path").Last().AttrOr("d", "")
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1H(\d+)z`).FindAllStringSubmatch(path, -1) {
		x, y, length := atoi(b.t, run[1]), atoi(b.t, run[2]), atoi(b.t, run[3])
		if run[4] != run[1] {
			b.t.Errorf("a run from %s ends at %s", run[1], run[4])
		}
		for i := range length {
			modules[y][x+i] = true
		}
	}
	return modules
}

func atoi(t failer, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The square holds the code alone, and the card the same code in another shape; both
// wait folded.
func TestTheReceiptInOtherShapes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.toCheck().fill(url.Values{"word": {"prune"}}).want(200, "/r")
	code := b.doc.Find("#code").Text()
	want, err := qr.Encode(code, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	modules := b.drawn()
	if len(modules) != want.Size+8 {
		t.Fatalf("%d modules, want %d and a margin of 4", len(modules), want.Size)
	}
	for y := range modules {
		for x, black := range modules[y] {
			if black != want.Black(x-4, y-4) {
				t.Fatalf("the module at %d, %d is wrong", x, y)
			}
		}
	}
	if b.doc.Find("details[open]").Length() != 0 || b.doc.Find("details .square, details .groceries").Length() != 2 {
		t.Error("the other shapes do not wait folded")
	}
	if b.doc.Find(".square + img, img").Length() != 0 || strings.Count(b.body, code) != 1 {
		t.Error("the code stands in an address, or more than once")
	}
	b.open("/r?c=1").want(200, "/r?c=1")
	card := b.doc.Find("#liste").Text()
	if b.doc.Find("title").Text() != "Liste" || strings.Contains(card, "code") || strings.Contains(card, code) {
		t.Errorf("the card gives itself away: %s %s", b.doc.Find("title").Text(), card)
	}
	s.enter(card, "prune").want(200, "/b/1")
	s.enter(strings.Join(strings.Fields(card), " "), "prune").want(200, "/b/1")
	s.clock.Add(11 * time.Minute)
	b.open("/r?c=1").want(410, "")
	s.quiet(code)
}
