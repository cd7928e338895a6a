package report_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"recueil/internal/report"
	"recueil/internal/testing/reporttest"
)

// dump lists every answer.
func dump(a *report.Answers) (all []string) {
	a.Walk(func(_ report.Field, name string, values []string) {
		all = append(all, name+" = "+strings.Join(values, "|"))
	})
	return all
}

// What goes in comes out in a shape that goes in again, sealed or not; what is
// refused changes nothing. Numbers choose the field and the item.
func FuzzSet(f *testing.F) {
	for i, field := range report.Fields() {
		f.Add(uint8(i), uint8(0), strings.Join(reporttest.Value(field, field.Name), "\n"))
	}
	for _, typed := range []string{"", "\n", "a\x00b", "a\xff", "<script>", "31\nfévrier\n2012", "today\n1\n2\n2012", " / ", "a / b\nc\nd", "yes\nno", "59000\n59350", strings.Repeat("é", 501)} {
		for _, i := range []uint8{1, 7, 12, 18, 31, 33} {
			f.Add(i, uint8(3), typed)
		}
	}
	f.Fuzz(func(t *testing.T, field, n uint8, typed string) {
		fields := report.Fields()
		chosen := fields[int(field)%len(fields)]
		name, values := strings.Replace(chosen.Name, ".N.", "."+string('0'+rune(n%10))+".", 1), strings.Split(typed, "\n")
		var a report.Answers
		before := dump(&a)
		if err := a.Set(name, values); err != nil {
			if !slices.Equal(dump(&a), before) {
				t.Errorf("%s was refused (%v) and yet stored %q", name, err, dump(&a))
			}
			if len(typed) > 40 && strings.Contains(err.Error(), typed) {
				t.Errorf("the error quotes the answer: %v", err)
			}
			return
		}
		got := a.Get(name)
		for _, value := range got {
			if !utf8.ValidString(value) || value != report.NormaliseText(value) {
				t.Errorf("%s holds %q", name, value)
			}
		}
		var again report.Answers
		if err := again.Set(name, got); err != nil {
			t.Fatalf("%s does not take back what it gave, %q: %v", name, got, err)
		}
		if !reflect.DeepEqual(again.Get(name), got) {
			t.Errorf("%s gave %q and then %q", name, got, again.Get(name))
		}
		r := report.Report{ID: report.NewID(), ReceivedAt: time.Unix(0, 0).UTC(), Answers: a}
		r.Check(r.ReceivedAt)
		report.Assess(&r)
		body, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		opened, err := report.Decode(body)
		if err != nil {
			t.Fatalf("%s = %q does not open: %v", name, got, err)
		}
		if !slices.Equal(dump(&opened.Answers), dump(&a)) {
			t.Errorf("sealed %q, opened %q", dump(&a), dump(&opened.Answers))
		}
		for _, door := range append(report.Doors(), "") {
			r.Prune(door)
		}
		if err := a.Set(name, nil); err != nil || a.Get(name) != nil {
			t.Errorf("%s cannot be cleared: %v, %q", name, err, a.Get(name))
		}
	})
}

func FuzzNormaliseText(f *testing.F) {
	for _, s := range []string{"", "a\r\nb\rc\td", "\x00\x1b\u0085\u009f", "\u202e👩‍👧", "\r\r\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		clean := report.NormaliseText(typed)
		if report.NormaliseText(clean) != clean {
			t.Errorf("%q is cleaned to %q and then further", typed, clean)
		}
		for _, r := range clean {
			if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
				t.Errorf("%q keeps the control character %U", typed, r)
			}
		}
		if typed == strings.Map(func(r rune) rune {
			if r < 0x20 || r >= 0x7f && r < 0xa0 {
				return -1
			}
			return r
		}, typed) && clean != typed {
			t.Errorf("%q has no control character and became %q", typed, clean)
		}
	})
}

func TestPruneKeepsWhatIsShownAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.SampledFrom(report.Doors()).Draw(t, "written at")
		door := rapid.SampledFrom(report.Doors()).Draw(t, "sent from")
		a := reporttest.Random(t, written)
		pruned := a.Clone()
		pruned.Prune(door)
		pruned.Walk(func(f report.Field, name string, values []string) {
			if !pruned.Shown(name, door) && f.Name != "reporter.profile" {
				t.Errorf("%s = %q is not shown at the door %s, and stays", name, values, door)
			}
		})
		once := dump(&pruned)
		pruned.Prune(door)
		if !slices.Equal(dump(&pruned), once) {
			t.Errorf("pruned once %q, twice %q", once, dump(&pruned))
		}
		// Outside groups, whose items move up, a shown answer is as it was.
		a.Walk(func(f report.Field, name string, values []string) {
			if f.Group == "" && pruned.Shown(name, door) && !slices.Equal(pruned.Get(name), values) {
				t.Errorf("%s was %q and is %q", name, values, pruned.Get(name))
			}
		})
	})
}

func TestCloneSharesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		door := rapid.SampledFrom(report.Doors()).Draw(t, "door")
		a := reporttest.Random(t, door)
		before := dump(&a)
		c := a.Clone()
		for _, name := range reporttest.Names(door) {
			if f, _ := report.Lookup(name); rapid.Bool().Draw(t, name+" cleared") {
				_ = c.Set(name, nil) // clearing cannot be refused
			} else if err := c.Set(name, reporttest.Value(f, name)); err != nil {
				t.Fatal(err)
			}
		}
		for group := range map[string]bool{"children": true, "suspects": true, "exploitation.handles": true} {
			c.RemoveItem(group, 0)
			c.AddItem(group)
		}
		c.Prune(report.Young)
		if !slices.Equal(dump(&a), before) {
			t.Errorf("a copy changes its original from %q to %q", before, dump(&a))
		}
	})
}
