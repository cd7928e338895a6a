package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"iter"
	"net/url"
	"slices"
	"strings"

	"recueil/internal/report"
)

// A sheet is what one address asks: a step, or for a professional who wants it so
// all the steps of his path, one under the other. Both are the same questions, asked
// and taken in the same way.
type sheet struct {
	steps []step
	whole bool
}

// wholeAddress is where all steps are served at once.
const wholeAddress = "/e/tout"

// Inputs of a sheet. A whole one says which steps it shows, because answers open
// and close some of them; and both have a button that leads to another view of the
// form with what was typed, without asking anything back.
const (
	stepInput = "_step"
	viewInput = "_view"

	viewWhole   = "whole"
	viewSteps   = "steps"
	viewNumbers = "numbers"
	viewBack    = "back" // to the page before: what was typed goes along
)

// sheetAt finds what an address asks. Which steps are on a whole sheet, the draft
// says, or the form that was sent.
func sheetAt(name string) (sheet, bool) {
	if "/e/"+name == wholeAddress {
		return sheet{whole: true}, true
	}
	at, ok := stepAt(atoi(name))
	return sheet{steps: []step{at}}, ok
}

func sheetOf(at step) sheet { return sheet{steps: []step{at}} }

// sent is the sheet as a form was filled in on it.
func (s sheet) sent(form url.Values) sheet {
	if s.whole {
		s.steps = slices.DeleteFunc(wholePath(), func(at step) bool { return !slices.Contains(form[stepInput], itoa(at.number)) })
	}
	return s
}

// sheet is the sheet as it is shown: a whole one has every step of the path, and
// those on which something was just typed.
func (d *draft) sheet(typed sheet) sheet {
	if !typed.whole {
		return typed
	}
	path := d.path()
	shown := slices.DeleteFunc(wholePath(), func(at step) bool { return !slices.Contains(path, at) && !slices.Contains(typed.steps, at) })
	return sheet{shown, true}
}

// wholePath lists every step that a whole sheet can have.
func wholePath() []step {
	var all []step
	for _, key := range paths[report.Professional] {
		all = append(all, stepOf(key))
	}
	return all
}

// isOn reports whether a visitor may be asked this.
func (s sheet) isOn(d *draft) bool {
	if s.whole {
		return d.Door == report.Professional
	}
	return slices.Contains(d.path(), s.steps[0])
}

// long reports whether the draft was last filled in on a whole sheet.
func (d *draft) long() bool { return d.Long && d.Door == report.Professional }

// address is where a visitor answers a step, as he likes it.
func (d *draft) address(at step) string {
	if d.long() {
		return wholeAddress + "#" + at.Anchor()
	}
	return at.Address()
}

// change is where the check page leads to alter a step's answers: it comes back there.
func (d *draft) change(at step) string {
	if d.long() {
		return d.address(at)
	}
	return at.Change()
}

// changeAnswer is the same for one answer: on a whole sheet, its item of a group.
func (d *draft) changeAnswer(at step, f report.Field, n int) string {
	if d.long() && f.Group != "" {
		return wholeAddress + "#" + idOf(f.Group) + "-" + itoa(n)
	}
	return d.change(at)
}

// Address is where the sheet is served.
func (s sheet) Address() string {
	if s.whole {
		return wholeAddress
	}
	return s.steps[0].Address()
}

// here is the address of the sheet as it was opened: from the check page or not.
func (s sheet) here(back bool) string {
	if back && !s.whole {
		return s.steps[0].Change()
	}
	return s.Address()
}

// asks reports whether any step of the sheet does.
func (s sheet) asks(f report.Field, n int, d report.Door) bool {
	return slices.ContainsFunc(s.steps, func(at step) bool { return at.asks(f, n, d) })
}

// answers goes through the questions of the sheet, step by step.
func (s sheet) answers(d report.Door, a *report.Answers) iter.Seq2[report.Field, int] {
	return func(yield func(report.Field, int) bool) {
		for _, at := range s.steps {
			for f, n := range at.answers(d, a) {
				if !yield(f, n) {
					return
				}
			}
		}
	}
}

// told reports whether a step has an answer that its writer gave, beyond what was
// chosen beforehand.
func (d *draft) told(at step) bool {
	for f, n := range at.answers(d.Door, &d.Answers) {
		given := d.Answers.At(f, n)
		if given != nil && !slices.Equal(given, defaults[f.Name][d.Door]) {
			return true
		}
	}
	return false
}

// base is a keyed hash of a sheet's stored answers: it tells whether another tab
// changed them since the page was shown.
func (v *visit) base(at sheet) string { return v.bases([]sheet{at})[0] }

// bases are those of several pages, under a key that is derived once.
func (v *visit) bases(of []sheet) []string {
	key := v.token.Derive("recueil page base")
	mac := hmac.New(sha256.New, key.Bytes())
	var answers []byte
	bases := make([]string, len(of))
	for i, at := range of {
		answers = v.appendAnswers(answers[:0], at)
		mac.Reset()
		mac.Write(answers)
		bases[i] = base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
	}
	return bases
}

// appendAnswers appends what a page holds: each answer's name, how many values it has, and
// those, every text after its length.
func (v *visit) appendAnswers(to []byte, at sheet) []byte {
	for f, n := range at.answers(v.Door, &v.Answers) {
		given := v.Answers.At(f, n)
		if given == nil {
			continue
		}
		to = binary.AppendUvarint(appendText(to, nameAt(f, n)), uint64(len(given)))
		for _, value := range given {
			to = appendText(to, value)
		}
	}
	return to
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// placeOfRemoved is the item that an item's removal leaves in its place, or the last
// one: whoever removed it stays there.
func placeOfRemoved(form url.Values, a *report.Answers) string {
	group, gone, ok := removal(form)
	if !ok {
		return ""
	}
	return "#" + idOf(group) + "-" + itoa(max(0, min(gone, a.GroupLen(group)-1)))
}

// Anchor is the step's place on a whole sheet.
func (s step) Anchor() string { return "partie-" + strings.TrimPrefix(s.Address(), "/e/") }
