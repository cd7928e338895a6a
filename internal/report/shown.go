package report

import "slices"

// conditions hold for questions that depend on another answer. They are evaluated
// on the server at every step: what the browser shows is only a help.
var conditions = map[string]func(*Answers) bool{
	"done.measure_kind":                func(a *Answers) bool { return slices.Contains(a.Done.Steps, DoneStepJudgeMeasure) },
	"done.earlier_reference":           func(a *Answers) bool { return slices.Contains(a.Done.Steps, DoneStepHelplineBefore) },
	"professional.parents_informed_on": func(a *Answers) bool { return a.Professional.ParentsInformed == "yes" },
	"contact.value":                    (*Answers).reachableDirectly,
	"contact.safe_hours":               (*Answers).reachableDirectly,
	"contact.may_leave_message":        (*Answers).reachableDirectly,
	"contact.alias":                    (*Answers).reachableDirectly,
}

// reachableDirectly holds unless the reporter chose not to be contacted, or only
// through the receipt code. Before the choice, everything may be told.
func (a *Answers) reachableDirectly() bool {
	return a.Contact.Channel != ContactChannelNone && a.Contact.Channel != ContactChannelMailbox
}

// Shown reports whether a question is put at a door, given the other answers. The
// page about exploitation is one condition for all its questions.
func (a *Answers) Shown(name string, d Door) bool {
	f, n, err := locate(name)
	if err != nil || f.Asked[d] == Never {
		return false
	}
	return a.holds(f, n)
}

func (a *Answers) holds(f Field, n int) bool {
	if f.Page == "exploitation" && !a.OpensExploitation() {
		return false
	}
	if f.Name == "children.N.relation_to_first" && n == 0 {
		return false
	}
	condition := conditions[f.Name]
	return condition == nil || condition(a)
}

// OpensExploitation reports whether the page about exploitation is shown.
func (a *Answers) OpensExploitation() bool {
	return slices.Contains(a.Situation.Dangers, DangerSexualExploitation) ||
		slices.Contains(a.Situation.YoungTicks, YoungTickSomeoneGainsFromMe) ||
		len(a.Signs) >= 2
}

// Prune drops the answers to questions that are not shown, and empty items of
// groups. An empty door shows the short form alone, with the profile.
func (a *Answers) Prune(d Door) {
	a.prune(func(f *Field, n int) bool {
		asked := f.Asked[d] != Never || d == "" && f.Page == "short" || f.Name == "reporter.profile"
		return asked && a.holds(*f, n)
	})
}

// PruneAsked is Prune for a conversation in which every question may be put: nothing
// goes but what depends on another answer and lost it. The page about exploitation
// is before the listener's eyes in any case.
func (a *Answers) PruneAsked() {
	a.prune(func(f *Field, n int) bool { return f.Page == "exploitation" || a.holds(*f, n) })
}

func (a *Answers) prune(shown func(f *Field, n int) bool) {
	for range 2 { // an answer that goes may have been the condition of another
		if !a.dropHidden(shown) {
			return
		}
	}
}

// dropHidden drops what is not shown as the answers stand, and reports whether that
// was anything.
func (a *Answers) dropHidden(shown func(f *Field, n int) bool) bool {
	type answer struct {
		f *Field
		n int
	}
	var hidden []answer
	fields := Fields()
	for i := range fields {
		f := &fields[i]
		if f.Group == "" {
			if f.read(a, -1) != nil && !shown(f, -1) {
				hidden = append(hidden, answer{f, -1})
			}
			continue
		}
		for n := range f.count(a) {
			if f.read(a, n) != nil && !shown(f, n) {
				hidden = append(hidden, answer{f, n})
			}
		}
	}
	for _, h := range hidden {
		_ = h.f.store(a, h.f.Name, h.n, nil) // clearing cannot be refused
	}
	return a.dropEmptyItems() || len(hidden) > 0
}

// Missing lists the questions asked as required at a door that have no answer. A
// page asks for them once more; none of them blocks sending.
func (a *Answers) Missing(d Door) []string {
	var missing []string
	for _, f := range Fields() {
		if f.Asked[d] != Required || f.Page == "short" {
			continue
		}
		if f.Page == "professional" && f.Name != "professional.parents_informed" && !blank(a.Professional.CannotIdentify) {
			continue // a reason stands in the place of the identity
		}
		if f.Group == "" {
			if a.holds(f, -1) && f.read(a, -1) == nil {
				missing = append(missing, f.Name)
			}
			continue
		}
		for n := range max(1, f.count(a)) {
			name := f.named(n)
			if f.Name == "children.N.age" && a.Get("children."+itoa(n)+".birth_date") != nil {
				continue // a birth date tells the age
			}
			if a.holds(f, n) && a.Get(name) == nil {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// Sendable reports whether there is enough to send: a profile, and anything told in
// words, by a tick, or by "in danger now". On the short form one line of three is enough.
func (a *Answers) Sendable() bool {
	if !blank(a.Short.Where) || !blank(a.Short.Who) || !blank(a.Short.Story) {
		return true
	}
	told := a.DangerNow == Yes
	a.Walk(func(f Field, _ string, _ []string) {
		switch f.Kind {
		case Text, LongText, Multi, PhoneNumber, Email, CommuneKind:
			told = told || f.Page != "short"
		}
	})
	return told && a.Reporter.Profile != ""
}
