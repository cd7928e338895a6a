package pages

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/referral"
	"recueil/internal/report"
	"recueil/internal/secret"
)

// What was added to a report goes the same way to the unit, whether it came before the
// report was referred or after: as it came where the referral is whole, and where it is
// masked as somebody wrote it again. Nothing goes by itself: he who passes it on has
// read it.

// An addedPart is an addition as somebody decides of it whether the unit gets it.
type addedPart struct {
	Given   referText // its box, of a masked referral
	Entry   talk      // the addition itself, alone
	Files   []choice
	Value   string // its id
	Damaged bool
}

// An added addition is one of a report, with its files.
type added struct {
	addition
	files []*heldFile // that can be given
}

// withFiles puts the files of a report's additions beside them.
func withFiles(additions []addition, all files) []added {
	list := make([]added, len(additions))
	for i, a := range additions {
		list[i] = added{a, slices.DeleteFunc(slices.Clone(all.added[i]), func(f *heldFile) bool { return f.broken || f.frozen() })}
	}
	return list
}

// textName is the field that holds what is given of an addition.
func textName(id report.ID) string { return "added." + id.String() }

// notGivenOf are the words of an addition, and of its report, that a masked referral
// does not give.
func (s *Server) notGivenOf(r *report.Report, a added, c referral.Choice) vocabulary {
	known := s.notGiven(r, c)
	if a.body.Added == nil {
		more := s.notGiven(a.body, c)
		for word := range more.words {
			known.words[word] = true
		}
		for phone := range more.phones {
			known.phones[phone] = true
		}
		return known
	}
	known.add(a.body.Added.Contact)
	return known
}

// addedPart shows an addition, and what is given of it.
func (s *Server) addedPart(r *report.Report, a added, t referring, problems []problem) addedPart {
	id := a.row.ID
	part := addedPart{Value: id.String(), Damaged: a.body == nil}
	shown := s.additionEntry(r, a.addition, nil)
	shown.New = false
	part.Entry.Entries = []entry{shown}
	if part.Damaged {
		return part
	}
	name := textName(id)
	part.Given = referText{ID: textID(name), Name: "text." + name, Label: s.voice.T("office.refer.added.one", "When", s.when(a.at)), Lang: s.writtenIn(a.body), Given: t.Choice.Texts[name],
		Lines: 4, Bad: textOf(problems, textID(name))}
	if a.body.Added != nil && a.body.Added.Text != "" {
		part.Given.Source, _ = s.notGivenOf(r, a, t.Choice).marked(a.body.Added.Text)
	}
	for _, f := range a.files {
		part.Files = append(part.Files, s.fileChoice(f, t.Files))
	}
	return part
}

func (s *Server) fileChoice(f *heldFile, chosen []string) choice {
	id := f.listed.ID.String()
	return choice{id, plainName(f.listed.Name), s.voice.T("office.file.kind." + kindNames[f.kind]), slices.Contains(chosen, id)}
}

// proposed is where somebody begins to write what is given of an addition.
func (s *Server) proposed(r *report.Report, a added, c referral.Choice) string {
	if a.body == nil || a.body.Added == nil {
		return ""
	}
	return s.notGivenOf(r, a, c).hidden(a.body.Added.Text)
}

// addedLeaks lists what a text in the place of an addition still says of somebody who
// is not given.
func (s *Server) addedLeaks(r *report.Report, a added, t referring) []problem {
	name := textName(a.row.ID)
	text, field := t.Choice.Texts[name], textID(name)
	switch _, found := s.notGivenOf(r, a, t.Choice).marked(text); {
	case !readable(text) || utf8.RuneCountInString(text) > report.MaxAddedText:
		return []problem{{field, s.voice.T("office.refer.text.refused")}}
	case len(found) > 0:
		return []problem{{field, s.voice.T("office.refer.leak", "Label", s.voice.T("office.refer.added.one", "When", s.when(a.at)), "Words", strings.Join(found, ", "))}}
	}
	return nil
}

// A passing is the decision on one addition for one referral.
type passing struct {
	of    *report.Report // the case
	row   archive.Referral
	link  secret.Key
	added added
	text  string   // of a masked referral
	files []string // that were chosen, of a masked one
	keep  bool     // nothing of it is given
}

// given is what the unit gets of an addition. Nothing of it is kept.
func (s *Server) given(p passing) (given referral.Addition, nothing bool) {
	given = referral.Addition{ID: report.NewID(), Referral: p.row.ID, Masked: p.row.Masked, At: p.added.at}
	given.Files = s.filesGiven(p.added.files, p.row.Masked, p.files)
	if p.row.Masked {
		given.Text = strings.TrimSpace(p.text)
	} else if p.added.body != nil {
		given.Report = referral.Whole(p.added.body)
	}
	return given, p.keep || p.added.body == nil || given.Masked && given.Text == "" && len(given.Files) == 0
}

// filesGiven lists the files that go along: with what is whole all, with what is masked
// those that were chosen, under names that say nothing.
func (s *Server) filesGiven(files []*heldFile, masked bool, chosen []string) (given []referral.File) {
	for _, f := range files {
		if masked && !slices.Contains(chosen, f.listed.ID.String()) {
			continue
		}
		file := referral.File{Attachment: f.listed, Owner: f.owner, Key: f.key}
		if masked {
			file.Name, file.Type = s.voice.T("office.refer.file.name", "N", len(given)+1)+extensions[f.kind][0], ""
		}
		given = append(given, file)
	}
	return given
}

// A passed addition is a decision about to be stored, with what the case and the trail
// say of it.
type passed struct {
	row     archive.PassedAddition
	writing writing
}

// passed seals what is given of an addition. A masked one of which nothing is given is
// kept.
func (s *Server) passed(v *visit, p passing) (d passed, err error) {
	given, nothing := s.given(p)
	d.row = archive.PassedAddition{ID: given.ID, ReferralID: p.row.ID, AdditionID: p.added.row.ID, TeamID: p.row.ToTeam, Author: v.ID, DecidedAt: s.Now()}
	entry := &passedOn{Referral: p.row.ID, Addition: p.added.row.ID, Unit: p.row.ToTeam, Kept: nothing}
	line := audit.Event{Action: "referral.keep_addition", Object: "referral", ID: p.row.ID.String(), Detail: p.added.row.ID.String()}
	if !nothing {
		line.Action, entry.Text = "referral.pass_on", given.Text
		entry.Files = idsOf(given.Files)
		to, err := s.seals(p.row.ToTeam)
		if err != nil {
			return d, err
		}
		d.row.Epoch = &to.Number
		if d.row.Body, err = referral.SealAddition(p.link, &given, to); err != nil {
			return d, err
		}
	}
	d.writing = writing{casefile.Of(p.of).New(archive.ReferralPart, entry), line}
	return d, nil
}

func idsOf(files []referral.File) (ids []report.ID) {
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	return ids
}

// passEarlier decides with a referral on what was added before it: of a whole one all
// that opens goes along, of a masked one what stood on the page is as somebody decided
// there. What came in between waits like what comes later.
func (s *Server) passEarlier(v *visit, e earlier) (all []passed, err error) {
	for _, a := range e.of.added {
		if a.body == nil || e.row.Masked && !slices.Contains(e.typed.Added, a.row.ID.String()) {
			continue
		}
		d, err := s.passed(v, passing{of: e.of.opened, row: e.row, link: e.link, added: a, text: e.typed.Choice.Texts[textName(a.row.ID)], files: e.typed.Files})
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// An earlier is a referral about to be stored, with what was typed for it.
type earlier struct {
	of    *referable
	typed referring
	row   archive.Referral
	link  secret.Key
}

// addedIDs lists the additions that a page shows, whose boxes then say what is given.
func addedIDs(form url.Values) (ids []string) {
	for _, id := range form["added"] {
		if _, err := uuid.Parse(id); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
