package report_test

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/reporttest"
)

func set(t *testing.T, a *report.Answers, name string, values ...string) {
	t.Helper()
	if err := a.Set(name, values); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestEveryFieldComesBackAsItWasTyped(t *testing.T) {
	for _, door := range report.Doors() {
		var a report.Answers
		for _, name := range reporttest.Names(door) {
			f, _ := report.Lookup(name)
			set(t, &a, name, reporttest.Value(f, name)...)
		}
		for _, name := range reporttest.Names(door) {
			f, _ := report.Lookup(name)
			if got := a.Get(name); !reflect.DeepEqual(got, reporttest.Value(f, name)) {
				t.Errorf("%s at the door %s: %q", name, door, got)
			}
		}
	}
}

func TestSealedBodyHoldsAnyAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		door := rapid.SampledFrom(report.Doors()).Draw(t, "door")
		r := report.Report{ID: report.NewID(), Door: door, Channel: report.Web, ReceivedAt: time.Now().UTC().Round(0),
			CaseKey: secret.New(), ReplyKey: secret.New(), Answers: reporttest.Random(t, door)}
		r.Marks = r.Check(r.ReceivedAt)
		r.Urgency, r.Rules = report.Assess(&r)
		body, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := report.Decode(append(body, "   "...))
		if err != nil {
			t.Fatal(err)
		}
		var want, have []string
		r.Walk(func(_ report.Field, name string, values []string) { want = append(append(want, name), values...) })
		got.Walk(func(_ report.Field, name string, values []string) { have = append(append(have, name), values...) })
		if !slices.Equal(want, have) || got.CaseKey != r.CaseKey || got.ReplyKey != r.ReplyKey || got.Urgency != r.Urgency {
			t.Fatalf("sealed %q, opened %q", want, have)
		}
	})
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	good := `{"format":"recueil.report/1","id":"0190a1b2-0000-7000-8000-000000000001","received_at":"2026-01-01T00:00:00Z","urgency":2`
	for name, body := range map[string]string{
		"another version":   strings.Replace(good, "/1", "/2", 1) + "}",
		"unknown field":     good + `,"secret_marker":1}`,
		"unknown code":      good + `,"danger_now":"perhaps"}`,
		"unknown danger":    good + `,"situation":{"dangers":["boredom"]}}`,
		"trailing junk":     good + `}x`,
		"second object":     good + `}{}`,
		"urgency 9":         strings.Replace(good, `"urgency":2`, `"urgency":9`, 1) + "}",
		"no id":             strings.Replace(good, "0190a1b2-0000-7000-8000-000000000001", "00000000-0000-0000-0000-000000000000", 1) + "}",
		"eleven children":   good + `,"children":[` + strings.Repeat(`{"age":"3"},`, 10) + `{"age":"3"}]}`,
		"text over limit":   good + `,"situation":{"story":"` + strings.Repeat("é", report.MaxLongText+1) + `"}}`,
		"key of 5 bytes":    good + `,"case_key":"AAAAAAA="}`,
		"unknown door":      good + `,"door":"back"}`,
		"nothing":           "",
		"cut in the middle": good,
	} {
		if _, err := report.Decode([]byte(body)); err == nil {
			t.Errorf("%s passes", name)
		} else if strings.Contains(err.Error(), "secret_marker") || strings.Contains(err.Error(), "boredom") || strings.Contains(err.Error(), "perhaps") {
			t.Errorf("%s: the error quotes the body: %v", name, err)
		}
	}
	if _, err := report.Decode([]byte(good + "}    ")); err != nil {
		t.Errorf("padding with spaces is refused: %v", err)
	}
	for _, end := range []string{"}", `,"later":1}`} {
		later := []byte(strings.Replace(good, "/1", "/2", 1) + end)
		if _, err := report.Decode(later); !errors.Is(err, report.ErrUnknownFormat) {
			t.Errorf("another version gives %v", err)
		}
	}
}

func TestSetRefusesSizeAndForgeryOnly(t *testing.T) {
	long := strings.Repeat("👩", report.MaxLongText)
	for _, c := range []struct {
		name, field string
		values      []string
		kind        string
	}{
		{"50,000 emoji", "situation.story", []string{long}, ""},
		{"50,001 emoji", "situation.story", []string{long + "👩"}, report.TooLong},
		{"501 letters of 500", "short.where", []string{strings.Repeat("é", 501)}, report.TooLong},
		{"invalid UTF-8", "situation.story", []string{"a\xff"}, report.InvalidUTF8},
		{"unknown field", "situation.password", []string{"x"}, report.UnknownField},
		{"unnumbered item", "children.N.age", []string{"3"}, report.UnknownField},
		{"number with a zero before it", "children.01.age", []string{"3"}, report.UnknownField},
		{"eleventh child", "children.10.age", []string{"3"}, report.TooMany},
		{"tenth child", "children.9.age", []string{"3"}, ""},
		{"unknown code", "danger_now", []string{"perhaps"}, report.UnknownCode},
		{"one unknown code among good ones", "situation.dangers", []string{"other", "x"}, report.UnknownCode},
		{"doubled codes", "situation.dangers", []string{"other", "other"}, ""},
		{"department of Corsica", "place.department", []string{"2A"}, ""},
		{"department overseas", "place.department", []string{"976"}, ""},
		{"no department", "place.department", []string{"../x"}, report.UnknownCode},
		{"doubled radio", "danger_now", []string{"", "yes"}, ""},
	} {
		var a report.Answers
		err := a.Set(c.field, c.values)
		var refused *report.FieldError
		if errors.As(err, &refused); c.kind == "" && err != nil || c.kind != "" && (refused == nil || refused.Kind != c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.kind != "" && !reflect.DeepEqual(a, report.Answers{}) {
			t.Errorf("%s: refused, yet something was stored", c.name)
		}
	}
}

func TestTextIsKeptButForControls(t *testing.T) {
	for typed, want := range map[string]string{
		"a\r\nb\rc\nd\te": "a\nb\nc\nd\te", "a\x00b\x1bc\u0085": "a\uFFFDb\uFFFDc\uFFFD",
		"<script>{{x}}\u202e👩‍👧": "<script>{{x}}\u202e👩‍👧",
	} {
		if got := report.NormaliseText(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestDatesAreReadOrKept(t *testing.T) {
	for _, c := range []struct {
		day, month, year, want string
	}{
		{"9", "3", "2011", "2011-03-09"}, {"09", "mars", "2011", "2011-03-09"}, {"1", "Févr.", "2012", "2012-02-01"},
		{"1", "august", "2012", "2012-08-01"}, {"1", "déc", "2012", "2012-12-01"},
		{"31", "2", "2012", "31 / 2 / 2012"}, {"", "mars", "", " / mars / "}, {"x", "1", "12", "x / 1 / 12"}, {"", " ", "", ""},
	} {
		var a report.Answers
		set(t, &a, "children.0.birth_date", c.day, c.month, c.year)
		if c.want == "" {
			if len(a.Children) != 0 {
				t.Error("an empty date makes a child")
			}
			continue
		}
		if got := string(a.Children[0].BirthDate); got != c.want {
			t.Errorf("%q %q %q: %q, want %q", c.day, c.month, c.year, got, c.want)
		}
	}
}

func TestHiddenAnswersAreDropped(t *testing.T) {
	var a report.Answers
	set(t, &a, "situation.story", "x")
	set(t, &a, "signs", "several_phones", "waiting_cars")
	set(t, &a, "exploitation.venue", "un hôtel")
	set(t, &a, "done.measure_kind", "aemo")
	set(t, &a, "children.0.age", "9")
	set(t, &a, "children.0.relation_to_first", "cousin")
	set(t, &a, "children.2.age", "4")
	relative := a.Clone()
	relative.Prune(report.Relative)
	if relative.Situation.Story != "" || relative.Exploitation.Venue == "" || relative.Done.MeasureKind != "" ||
		len(relative.Children) != 2 || relative.Children[0].RelationToFirst != "" || relative.Children[1].Age != "4" {
		t.Errorf("relative: %+v", relative)
	}
	young := a.Clone()
	young.Prune(report.Young)
	if young.Situation.Story != "x" || len(young.Signs) != 0 || young.Exploitation.Venue != "" {
		t.Errorf("the young are not asked for signs, so what depends on them goes too: %+v", young)
	}
}

func TestImplausibleValuesAreMarkedNotRefused(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var a report.Answers
	set(t, &a, "children.0.birth_date", "1", "1", "1986")
	set(t, &a, "children.1.birth_date", "1", "1", "2030")
	set(t, &a, "children.2.birth_date", "31", "2", "2012")
	set(t, &a, "children.3.birth_date", "1", "1", "2007")
	set(t, &a, "children.3.school", "0590001A")
	set(t, &a, "parents.0.phone", "douze")
	set(t, &a, "parents.1.phone", "06 39 98 12 34")
	set(t, &a, "professional.work_email", "pas une adresse")
	set(t, &a, "contact.channel", "phone")
	want := []report.Mark{{Field: "children.0.birth_date", Kind: report.ImplausibleAge}, {Field: "children.1.birth_date", Kind: report.FutureDate},
		{Field: "children.2.birth_date", Kind: report.ImpossibleDate}, {Field: "children.3.school", Kind: report.NotASchoolCode},
		{Field: "parents.0.phone", Kind: report.NotAPhone}, {Field: "professional.work_email", Kind: report.NotAnEmail},
		{Field: "contact.value", Kind: report.NoContact}}
	if got := a.Check(now); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestCommunesAreMarkedByTheirCode(t *testing.T) {
	for name, c := range map[string]struct {
		place report.Place
		kind  string
	}{
		"none":                         {report.Place{Department: "69"}, ""},
		"known":                        {report.Place{Department: "69", Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}, ""},
		"known, in Corsica":            {report.Place{Department: "2A", Commune: report.Commune{Label: "Ajaccio (Corse-du-Sud)", Code: "2A004"}}, ""},
		"known, overseas":              {report.Place{Department: "974", Commune: report.Commune{Label: "Saint-Denis (La Réunion)", Code: "97411"}}, ""},
		"known, no département":        {report.Place{Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}, ""},
		"known, unknown département":   {report.Place{Department: "unknown", Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}, ""},
		"known, another département":   {report.Place{Department: "59", Commune: report.Commune{Label: "Lyon (Rhône)", Code: "69123"}}, report.CommuneElsewhere},
		"unknown":                      {report.Place{Department: "69", Commune: report.Commune{Label: "Lyonn"}}, report.UnknownCommune},
		"unknown, without département": {report.Place{Commune: report.Commune{Label: "Lyonn"}}, report.UnknownCommune},
		"foreign":                      {report.Place{Department: "abroad", Commune: report.Commune{Label: "Bruxelles"}}, ""},
	} {
		a := report.Answers{Place: c.place}
		var want []report.Mark
		if c.kind != "" {
			want = []report.Mark{{Field: "place.commune", Kind: c.kind}}
		}
		if got := a.Check(time.Now()); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestTodayIsNotTheFutureAnywhereInFrance(t *testing.T) {
	var a report.Answers
	set(t, &a, "children.0.birth_date", "2", "6", "2026")
	if got := a.Check(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)); len(got) != 0 {
		t.Errorf("it is the second of June in Wallis: %v", got)
	}
	if got := a.Check(time.Date(2026, 6, 1, 11, 59, 0, 0, time.UTC)); len(got) != 1 || got[0].Kind != report.FutureDate {
		t.Errorf("it is nowhere the second of June: %v", got)
	}
}

func TestSendableWantsAProfileAndOneWord(t *testing.T) {
	var a report.Answers
	if a.Sendable() {
		t.Error("nothing can be sent")
	}
	set(t, &a, "situation.young_ticks", "runaway_now")
	if a.Sendable() {
		t.Error("no profile")
	}
	set(t, &a, "reporter.profile", "self")
	if !a.Sendable() {
		t.Error("a tick is enough")
	}
	for name, told := range map[string][]string{"contact.value": {"06 39 98 12 34"}, "done.detail": {"x"}, "signs": {"waiting_cars"}, "danger_now": {"yes"}, "place.commune": {"Lille"}} {
		only := report.Answers{Reporter: report.Reporter{Profile: report.ProfileParent}}
		set(t, &only, name, told...)
		if !only.Sendable() {
			t.Errorf("%s is nothing", name)
		}
	}
	nothing := report.Answers{DangerNow: report.No, Reporter: report.Reporter{Profile: report.ProfileParent}, Children: []report.Child{{Age: "4"}}}
	set(t, &nothing, "short.callback", "demain")
	if nothing.Sendable() {
		t.Error("nothing was told")
	}
	var short report.Answers
	set(t, &short, "short.who", "   ")
	if short.Sendable() {
		t.Error("blanks are something")
	}
	set(t, &short, "short.who", "mon frère")
	if !short.Sendable() {
		t.Error("one line of the short form is enough")
	}
}

func FuzzDecode(f *testing.F) {
	seeds, err := os.ReadDir("testdata/fuzz/FuzzDecode")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := report.Decode(body)
		if err != nil {
			return
		}
		if _, err := r.Encode(); err != nil {
			t.Errorf("decoded, yet cannot be encoded: %v", err)
		}
	})
}
