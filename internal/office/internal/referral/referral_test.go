package referral_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/referral"
	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/testing/sealtest"
)

// full is a report in which every text says which question it answers.
func full(t *testing.T, profile report.Profile) *report.Report {
	t.Helper()
	r := &report.Report{ID: report.NewID(), Reference: "7K3F92XD", Door: report.Relative, Channel: report.Web, Language: "fr",
		ReceivedAt: time.Date(2026, 3, 17, 20, 0, 0, 0, time.UTC), Urgency: 1, Rules: []report.RuleID{"U1-7"}, CaseKey: secret.New(), ReplyKey: secret.New(),
		Attachments: []report.Attachment{{ID: report.NewID(), Name: "photo-de-nadia.jpg", Size: 3, Stored: 300, SHA256: strings.Repeat("0", 64)}}}
	for _, f := range report.Fields() {
		name := strings.Replace(f.Name, ".N.", ".0.", 1)
		var values []string
		switch {
		case f.Name == "reporter.profile":
			values = []string{string(profile)}
		case len(f.Codes) > 0:
			values = f.Codes[:1]
		case f.Kind == report.DateParts:
			values = []string{"4", "5", "2012"}
		case f.Name == "place.department":
			values = []string{"31"}
		default:
			values = []string{"M-" + f.Name}
		}
		if err := r.Set(name, values); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return r
}

func TestEveryQuestionIsGivenOrNever(t *testing.T) {
	const never = "short.callback done.earlier_reference exploitation.wants_follow_up_call"
	for _, f := range report.Fields() {
		identity := strings.HasPrefix(f.Name, "professional.") || strings.HasPrefix(f.Name, "contact.") || slices.Contains(strings.Fields(never), f.Name)
		if section := referral.SectionOf(f.Name); (section == "") != identity {
			t.Errorf("%s belongs to %q", f.Name, section)
		}
	}
}

// Whatever is chosen, a masked report says nothing of who wrote it.
func TestAMaskedReportHoldsNothingOfItsReporter(t *testing.T) {
	for profile, more := range map[report.Profile][]string{
		report.ProfileSelf:         {"M-children.N.first_name", "M-children.N.last_name"},
		report.ProfileParent:       {"M-parents.N.name", "M-parents.N.phone", "M-parents.N.address", "M-place.address"},
		report.ProfileProfessional: nil,
	} {
		r := full(t, profile)
		texts := map[string]string{}
		r.Walk(func(f report.Field, name string, _ []string) { texts[name] = "relu" })
		masked, removed, err := referral.Mask(r, report.NewID(), referral.Choice{Sections: referral.Sections(), Texts: texts})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := masked.Encode()
		if err != nil {
			t.Fatal(err)
		}
		hidden := append([]string{"M-professional", "M-contact", "M-short.callback", "M-done.earlier_reference", "7K3F92XD", r.ID.String(), "nadia", "case_key", "reply_key",
			"U1-7", "M-situation.facts"}, more...)
		for _, word := range hidden {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("of a %s, the masked report holds %s", profile, word)
			}
		}
		if !bytes.Contains(raw, []byte("M-children.N.school")) || !bytes.Contains(raw, []byte("relu")) || removed < 10 {
			t.Errorf("of a %s, what was chosen is missing, or %d were left out", profile, removed)
		}
		if profile != report.ProfileSelf && !bytes.Contains(raw, []byte("M-children.N.last_name")) {
			t.Errorf("of a %s, the child's name is missing", profile)
		}
	}
}

func TestWhatIsNotChosenIsLeftOut(t *testing.T) {
	r := full(t, report.ProfileNeighbour)
	masked, removed, err := referral.Mask(r, report.NewID(), referral.Choice{Sections: []referral.Section{referral.Exploitation, referral.Situation},
		Texts: map[string]string{"situation.facts": "  Elle dort dehors.  ", "exploitation.venue": " ", "place.child_now": "Chez Nadia"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := masked.Situation.Facts; got != "Elle dort dehors." {
		t.Errorf("the text is %q", got)
	}
	if masked.Place.ChildNow != "" || masked.Exploitation.Venue != "" || len(masked.Children) != 0 || masked.Situation.ChildWords != "" {
		t.Error("something is there that nobody gave")
	}
	if len(masked.Exploitation.Forms) != 1 || removed == 0 {
		t.Errorf("%d forms, %d left out", len(masked.Exploitation.Forms), removed)
	}
}

func TestAReferralOpensForItsUnitAndAsItself(t *testing.T) {
	epoch, identity := sealtest.Team(t, "cellule")
	_, other := sealtest.Team(t, "cellule")
	r := full(t, report.ProfileSibling)
	b := &referral.Body{ID: report.NewID(), From: "plateau", Reason: "Suivi <long>", Wish: "yes", Report: referral.Whole(r), Link: secret.New(),
		Files: []referral.File{{Attachment: r.Attachments[0], Owner: r.ID, Key: secret.New()}}}
	sealed, err := referral.Seal(b, epoch)
	if err != nil {
		t.Fatal(err)
	}
	row := referral.Row{ID: b.ID, From: "plateau"}
	opened, err := referral.Open(identity, row, sealed)
	if err != nil {
		t.Fatal(err)
	}
	if opened.Reason != b.Reason || opened.Wish != "yes" || !opened.Link.Equal(b.Link) || opened.Report.Reference != r.Reference || !opened.Report.ReplyKey.Equal(r.ReplyKey) ||
		!opened.Report.CaseKey.IsZero() || !opened.Files[0].Key.Equal(b.Files[0].Key) || opened.Files[0].Name != r.Attachments[0].Name {
		t.Errorf("it opens as %+v", opened)
	}
	// What was sealed before the team stood inside opens as it did.
	older := *b
	older.From = ""
	if again, err := referral.Seal(&older, epoch); err != nil || second(referral.Open(identity, row, again)) != nil {
		t.Error("a referral that names no team does not open")
	}
	for name, err := range map[string]error{
		"another team":     second(referral.Open(other, row, sealed)),
		"another referral": second(referral.Open(identity, referral.Row{ID: report.NewID(), From: "plateau"}, sealed)),
		"from another":     second(referral.Open(identity, referral.Row{ID: b.ID, From: "autre"}, sealed)),
		"as masked":        second(referral.Open(identity, referral.Row{ID: b.ID, From: "plateau", Masked: true}, sealed)),
		"cut":              second(referral.Open(identity, row, sealed[:len(sealed)-1])),
	} {
		if !errors.Is(err, unseal.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if small := len(sealed); small < 8<<10 {
		t.Errorf("it takes %d bytes, which says how long it is", small)
	}
}

// A slip in what builds a body gives no key away.
func TestABodyWithAKeyThatIsNotTheUnitsIsNotSealed(t *testing.T) {
	epoch, _ := sealtest.Team(t, "cellule")
	for name, b := range map[string]*referral.Body{
		"a case key":          {Report: full(t, report.ProfileSelf)},
		"a masked reply key":  {Masked: true, Report: referral.Whole(full(t, report.ProfileSelf))},
		"a masked reference":  {Masked: true, Report: &report.Report{ID: report.NewID(), Reference: "7K3F92XD"}},
		"a whole, with a key": {Report: &report.Report{ID: report.NewID(), CaseKey: secret.New()}},
	} {
		b.ID, b.Link = report.NewID(), secret.New()
		if _, err := referral.Seal(b, epoch); err == nil {
			t.Errorf("%s is sealed", name)
		}
	}
}

func TestALetterIsReadAsItsRowSaysItAndFromOneOfTheTwoTeams(t *testing.T) {
	epoch, identity := sealtest.Team(t, "plateau")
	link := secret.New()
	l := referral.Letter{ID: report.NewID(), Referral: report.NewID(), From: "cellule", Author: report.NewID(), Kind: "refused",
		At: time.Date(2026, 3, 17, 20, 0, 0, 0, time.UTC), Text: "Déjà suivie ailleurs."}
	sealed, err := referral.SealLetter(link, l, epoch)
	if err != nil {
		t.Fatal(err)
	}
	row := l
	row.Text, row.At = "", time.Time{}
	if read, err := referral.OpenLetter(identity, link, row, sealed); err != nil || read != l {
		t.Fatalf("it opens as %v, %v", read, err)
	}
	for name, change := range map[string]func(*referral.Letter){
		"another id":       func(l *referral.Letter) { l.ID = uuid.New() },
		"another referral": func(l *referral.Letter) { l.Referral = uuid.New() },
		"another kind":     func(l *referral.Letter) { l.Kind = "shared" },
		"another author":   func(l *referral.Letter) { l.Author = uuid.New() },
		"another team":     func(l *referral.Letter) { l.From = "plateau" },
	} {
		other := row
		change(&other)
		if _, err := referral.OpenLetter(identity, link, other, sealed); !errors.Is(err, unseal.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Whoever writes the database can seal to the platform, and knows every id.
	forged, err := referral.SealLetter(secret.New(), l, epoch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := referral.OpenLetter(identity, link, row, forged); !errors.Is(err, referral.ErrForged) {
		t.Errorf("a forged one: %v", err)
	}
	if _, err := referral.OpenLetter(identity, secret.Key{}, row, sealed); !errors.Is(err, referral.ErrForged) {
		t.Errorf("without a link: %v", err)
	}
	if _, err := referral.SealLetter(secret.Key{}, l, epoch); err == nil {
		t.Error("it is sealed without a link")
	}
}

func second[T any](_ T, err error) error { return err }
