package pages

import (
	"slices"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
)

// A deed is a decision on a report that has a page of its own: it says what follows,
// asks what it wants to know, and has one button.
type deed struct {
	path   string // in addresses
	act    string // in catalogues, sealed decisions and the trail
	action triage.Action
	asks   question
	free   bool // a reason may be left out
	danger bool
}

// A question is what a deed asks besides the reason.
type question int

const (
	nothing question = iota
	qualification
	urgency
	person
	people
	reference
	otherOne // of the reports that this one is linked to
)

// deeds is the list of them, in the order of the screen.
var deeds = []deed{
	{path: "qualification", act: "qualify", action: triage.Qualify, asks: qualification},
	{path: "fin", act: "shut", action: triage.Shut},
	{path: "malveillance", act: "confirm_malicious", action: triage.ConfirmMalice, danger: true},
	{path: "attente", act: "wait", action: triage.Wait, free: true},
	{path: "reprise", act: "resume", action: triage.Resume},
	{path: "passation", act: "hand_over", action: triage.HandOver, asks: person, free: true},
	{path: "attribution", act: "reassign", action: triage.Reassign, asks: person, free: true},
	{path: "retour", act: "give_back", action: triage.GiveBack, free: true},
	{path: "urgence", act: "urgency", action: triage.Override, asks: urgency},
	{path: "lien", act: "link", action: triage.Link, asks: reference, free: true},
	{path: "separation", act: "unlink", action: triage.Link, asks: otherOne, free: true},
	{path: "reunion", act: "merge", action: triage.Merge, asks: reference, free: true, danger: true},
	{path: "acces", act: "restrict", action: triage.Restrict, asks: people, danger: true},
	{path: "ouverture", act: "lift", action: triage.Restrict},
	{path: "reouverture", act: "reopen", action: triage.Reopen},
}

func deedOf(path string) (deed, bool) {
	i := slices.IndexFunc(deeds, func(d deed) bool { return d.path == path })
	if i < 0 {
		return deed{}, false
	}
	return deeds[i], true
}

// fits narrows down what the table of triage lets a deed do, by what is known of the
// report besides its state.
func (d deed) fits(r *archive.Report) bool {
	as := triage.Qualification("")
	if r.Qualification != nil {
		as = *r.Qualification
	}
	switch d.act {
	case "shut":
		people, closes := as.Closes() // what was sent is closed on the page of the transmission
		return r.Status == triage.Qualified && closes && people == 1
	case "confirm_malicious":
		return as == triage.Malicious
	case "wait":
		return r.Status == triage.InTriage
	case "lift":
		return r.Restricted != nil
	}
	return true
}

// next lists the deeds that a report in a state most often waits for.
func next(r *archive.Report) []string {
	switch r.Status {
	case triage.InTriage:
		return []string{"qualify"}
	case triage.Qualified:
		return []string{"confirm_malicious", "shut"}
	}
	return nil
}

// leavingWord says by which word, if any, this member goes on to the page of the
// transmission, where what leaves the house is prepared, validated and followed.
func leavingWord(who triage.Person, r *archive.Report, object triage.Object) string {
	may := func(a triage.Action) bool { return triage.May(who, a, object) == nil }
	switch {
	case may(triage.Propose) && r.Qualification != nil && r.Qualification.Leaves():
		return "propose"
	case may(triage.Validate):
		return "validate"
	case may(triage.Follow):
		return "follow"
	}
	return ""
}
