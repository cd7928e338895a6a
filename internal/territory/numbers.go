package territory

import (
	_ "embed"
	"slices"
	"sync"
)

// A Number is somebody to reach at once. What it is for stands in the catalogue
// under "number.ID" and "number.ID.for"; what is known of it stands here, and a nil
// fact is unknown.
type Number struct {
	ID            string   `json:"id"`
	Number        string   `json:"number"` // empty for a site
	Kind          string   `json:"kind"`   // "call", "sms" or "link"
	SMS           bool     `json:"-"`
	URL           string   `json:"url"`
	Emergency     bool     `json:"emergency"` // for danger now; the others listen and advise
	Free          *bool    `json:"free"`
	DayAndNight   *bool    `json:"day_and_night"`
	WithoutCredit *bool    `json:"without_credit"`
	OnBill        *bool    `json:"on_bill"`
	Sources       []string `json:"sources"`     // addresses of the pages that state these facts
	VerifiedOn    string   `json:"verified_on"` // 2026-11-23: when this was compared with them
}

// Facts names what is known and worth telling, each with its words in the catalogue
// under "number.fact.": "free", "day_and_night", "without_credit", "not_on_bill",
// "on_bill". That a call is not free or has closing hours is no reason to call.
func (n Number) Facts() []string {
	var facts []string
	add := func(fact string, is *bool, value bool) {
		if is != nil && *is == value {
			facts = append(facts, fact)
		}
	}
	add("free", n.Free, true)
	add("day_and_night", n.DayAndNight, true)
	add("without_credit", n.WithoutCredit, true)
	add("not_on_bill", n.OnBill, false)
	add("on_bill", n.OnBill, true)
	return facts
}

//go:embed numbers.json
var numbersFile []byte

type numbers struct {
	Sources map[string]struct{ URL string }
	Numbers []Number
	Order   map[string][]string // by door; "" for every other door
	Others  []string
	byID    map[string]Number
}

var readNumbers = sync.OnceValue(func() numbers {
	var file numbers
	mustRead("numbers.json", numbersFile, &file)
	file.byID = make(map[string]Number, len(file.Numbers))
	for _, n := range file.Numbers {
		n.SMS = n.Kind == "sms"
		for i, source := range n.Sources {
			n.Sources[i] = file.Sources[source].URL
		}
		file.byID[n.ID] = n
	}
	return file
})

// EmergencyNumbers lists whom to reach in danger now. A young person may not be
// able to speak, so that the SMS comes first; adults are told the calls first.
func EmergencyNumbers(door string) []Number {
	file := readNumbers()
	order, ok := file.Order[door]
	if !ok {
		order = file.Order[""]
	}
	return file.pick(order)
}

// OtherNumbers lists who listens and advises when no one is in danger now.
func OtherNumbers() []Number {
	file := readNumbers()
	return file.pick(file.Others)
}

// Pharos is the State's site where anybody tells the police of unlawful content
// that the public can see.
func Pharos() Number { return readNumbers().byID["pharos"] }

func (f numbers) pick(ids []string) []Number {
	picked := make([]Number, 0, len(ids))
	for _, id := range ids {
		n := f.byID[id]
		n.Sources = slices.Clone(n.Sources)
		picked = append(picked, n)
	}
	return picked
}
