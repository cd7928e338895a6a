package call_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/call"
	"recueil/internal/report"
)

var at = time.Date(2026, 3, 17, 2, 14, 0, 0, time.UTC)

func TestEveryQuestionStandsInOneSection(t *testing.T) {
	seen := map[string]string{}
	for _, section := range call.Sections() {
		if len(section.Fields()) == 0 {
			t.Errorf("%s asks nothing", section.Key)
		}
		for _, f := range section.Fields() {
			if seen[f.Name] != "" {
				t.Errorf("%s is asked in %s and in %s", f.Name, seen[f.Name], section.Key)
			}
			seen[f.Name] = section.Key
		}
	}
	for _, f := range report.Fields() {
		if seen[f.Name] == "" && f.Page != "short" {
			t.Errorf("no section asks for %s", f.Name)
		}
	}
}

func TestReadTakesTheRestWhenOneAnswerIsRefused(t *testing.T) {
	a, refused := call.Read(url.Values{
		"situation.facts": {strings.Repeat("é", report.MaxLongText+1)}, "danger_now": {"perhaps"}, "reporter.profile": {"friend", "parent"},
		"children.0.first_name": {"Lina"}, "children.3.age": {"4"}, "children.99.age": {"4"}, "short.where": {"Lille"}, "unknown": {"x"},
	})
	for name, want := range map[string]string{"situation.facts": report.TooLong, "danger_now": report.UnknownCode, "reporter.profile": call.Doubled} {
		if refused[name] != want {
			t.Errorf("%s is refused as %q, want %q", name, refused[name], want)
		}
	}
	if len(refused) != 3 || len(a.Children) != 4 || a.Children[0].FirstName != "Lina" || a.Children[3].Age != "4" || a.Short.Where != "" {
		t.Errorf("taken: %d children, refused %v", len(a.Children), refused)
	}
}

func TestACommuneTellsItsDepartment(t *testing.T) {
	a, _ := call.Read(url.Values{"place.commune": {"Lille"}})
	if a.Place.Department != "59" || a.Place.Commune.Code == "" {
		t.Errorf("Lille is %q in %q", a.Place.Commune.Code, a.Place.Department)
	}
	for _, typed := range []url.Values{{"place.commune": {"Nulle-Part-sur-Rien"}}, {"place.commune": {"Lille"}, "place.department": {"abroad"}}, {"place.commune": {"\xff"}}} {
		if a, _ := call.Read(typed); a.Place.Commune.Code != "" {
			t.Errorf("%q has a code", typed)
		}
	}
}

func TestOnlyWhatTheCallerTookBackGoes(t *testing.T) {
	var d call.Draft
	for name, value := range map[string]string{"contact.value": "06 39 98 12 34", "contact.channel": "phone", "exploitation.venue": "hôtel de la gare", "done.earlier_reference": "7KQ4-M2XB"} {
		if err := d.Answers.Set(name, []string{value}); err != nil {
			t.Fatal(err)
		}
	}
	a := d.Complete()
	if a.Contact.Value == "" || a.Exploitation.Venue == "" || a.Done.EarlierReference == "" || len(a.Done.Steps) != 1 || a.Reporter.Profile != report.ProfileUndisclosed {
		t.Errorf("complete: %+v", a)
	}
	d.Answers.Contact.Channel = report.ContactChannelNone
	if a := d.Complete(); a.Contact.Value != "" {
		t.Error("who wants no call is called")
	}
	if d.Answers.Contact.Value == "" {
		t.Error("the draft lost a number that the report leaves out")
	}
}

func TestADraftOpensAsItsOwnCallOnly(t *testing.T) {
	d := call.Draft{ID: report.NewID(), Relays: []call.Relay{{Service: "17", At: at, Note: "patrouille"}}, Callback: call.Promise{Due: at, Note: "rappeler"}}
	d.Answers.Situation.Facts = "Il crie."
	b, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := call.Decode(append(b, "     "...), d.ID)
	if err != nil || read.Answers.Situation.Facts != "Il crie." || len(read.Relays) != 1 || !read.Callback.Due.Equal(at) {
		t.Errorf("read back: %v", err)
	}
	if _, err := call.Decode(b, report.NewID()); !errors.Is(err, call.ErrOther) {
		t.Errorf("as another call: %v", err)
	}
	for _, bad := range []string{"", "[]", `{"format":"recueil.report/1"}`, `{"format":"recueil.call/1","id":"` + d.ID.String() + `","answers":{"danger_now":"perhaps"}}`} {
		if _, err := call.Decode([]byte(bad), d.ID); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestTheDoorFollowsTheCaller(t *testing.T) {
	for profile, door := range map[report.Profile]report.Door{report.ProfileSelf: report.Young, report.ProfileYoungForOther: report.Young,
		report.ProfileElected: report.Professional, report.ProfileNeighbour: report.Relative, "": report.Relative} {
		d := call.Draft{ID: report.NewID()}
		d.Answers.Reporter.Profile = profile
		if r := d.Report(at, "fr"); r.Door != door || r.Channel != report.Phone {
			t.Errorf("%q comes by the door %q and the channel %q", profile, r.Door, r.Channel)
		}
	}
}
