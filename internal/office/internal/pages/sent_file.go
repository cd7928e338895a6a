package pages

import (
	"maps"
	"strings"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/readout"
	"recueil/internal/report"
)

// fileLanguage is what recipients read, whatever the member's screens speak.
const fileLanguage = defaultLanguage

// fileOf puts into a file what may leave of a report: every answer but those that tell
// who wrote, unless he allowed it; what he added; the notes marked for it. Whoever
// called about it later is somebody else: his leave is his own.
func (s *Server) fileOf(l *leaving, to *archive.Recipient) *transmission.File {
	in := s.spoken[fileLanguage]
	f := &transmission.File{FileFormat: transmission.FileFormat, ID: report.NewID(), Language: fileLanguage, Reference: l.reference(),
		ReceivedAt: l.opened.ReceivedAt.UTC(), PreparedAt: s.Now().UTC(), Channel: string(l.opened.Channel), Urgency: int(l.row.Urgency),
		Identity: transmission.Withheld, Sections: []transmission.Section{}, Notes: []transmission.Note{}, Attachments: []transmission.Attachment{}}
	if l.row.Qualification != nil {
		f.Qualification = string(*l.row.Qualification)
	}
	f.To = transmission.To{Kind: to.Kind, Name: to.Name}
	if to.Collectivity != "" {
		f.To.Collectivity = in.territoryName(to.Collectivity)
	}
	if transmission.Allowed(&l.opened.Answers) {
		f.Identity = transmission.Disclosed
	}
	in.fileAnswers(f, l.opened, transmission.Section{})
	for _, a := range l.additions {
		if a.body == nil {
			continue
		}
		heading := in.voice.T("office.sent.pdf.added", "When", in.when(a.at))
		if a.body.Added == nil {
			in.fileAnswers(f, a.body, transmission.Section{Of: a.row.ID, Heading: heading})
			continue
		}
		in.fileAdded(f, a, heading)
	}
	notes := notesOf(l.opened, l.parts)
	later := notes.corrections()
	for _, n := range notes {
		if _, corrected := later[n.part.ID]; n.Share && !corrected {
			f.Notes = append(f.Notes, transmission.Note{Part: n.part.ID, At: n.part.CreatedAt.UTC(), Text: n.Text})
		}
	}
	return f
}

// fileAnswers adds the answers of a report or of a call, each under its own heading or
// all under the one given.
func (s *Server) fileAnswers(f *transmission.File, r *report.Report, within transmission.Section) {
	from, withheld := len(f.Sections), !transmission.Allowed(&r.Answers)
	r.Walk(func(field report.Field, name string, given []string) {
		if withheld && transmission.Reporters(field.Name) {
			return
		}
		under := within.Heading
		if under == "" {
			under = s.heading(r, field, name)
		}
		at := -1
		for i := from; i < len(f.Sections); i++ {
			if f.Sections[i].Heading == under {
				at = i
			}
		}
		if at < 0 {
			at = len(f.Sections)
			f.Sections = append(f.Sections, transmission.Section{Of: within.Of, Heading: under})
		}
		a := transmission.Answer{Field: name, Label: readout.Label(s.voice, field), Values: s.values(field, given), Long: field.Kind == report.LongText || field.Max >= 2000}
		switch {
		case field.Codes != nil, field.Name == "place.department":
			a.Codes = given
		case field.Kind == report.CommuneKind && len(given) > 1 && given[1] != "":
			a.Codes = given[1:2]
		}
		f.Sections[at].Answers = append(f.Sections[at].Answers, a)
	})
}

// fileAdded adds what came later by the receipt code.
func (s *Server) fileAdded(f *transmission.File, a addition, heading string) {
	section := transmission.Section{Of: a.row.ID, Heading: heading}
	if text := a.body.Added.Text; strings.TrimSpace(text) != "" {
		section.Answers = append(section.Answers, transmission.Answer{Field: "added.text", Label: s.voice.T("office.sent.pdf.added.text"), Values: []string{text}, Long: true})
	}
	if contact := a.body.Added.Contact; contact != "" && f.Identity == transmission.Disclosed {
		section.Answers = append(section.Answers, transmission.Answer{Field: "added.contact", Label: s.voice.T("office.sent.pdf.added.contact"), Values: []string{contact}})
	}
	if section.Answers != nil {
		f.Sections = append(f.Sections, section)
	}
}

// answerKey names an answer of a file on its page. Between a page and what is posted
// from it answers and notes may come or go, so nothing is named by its place.
func answerKey(section *transmission.Section, a *transmission.Answer) string {
	key := "r-"
	if section.Of != uuid.Nil {
		key = "a" + section.Of.String() + "-"
	}
	return key + strings.ReplaceAll(a.Field, ".", "-")
}

func noteKey(n *transmission.Note) string { return "n" + n.Part.String() }

// without returns the file without the answers and notes of those names.
func without(f *transmission.File, omitted map[string]bool) *transmission.File {
	out := *f
	out.Sections, out.Notes = []transmission.Section{}, []transmission.Note{}
	for _, section := range f.Sections {
		kept := transmission.Section{Of: section.Of, Heading: section.Heading}
		for _, a := range section.Answers {
			if !omitted[answerKey(&section, &a)] {
				a.Values = append([]string{}, a.Values...)
				kept.Answers = append(kept.Answers, a)
			}
		}
		if kept.Answers != nil {
			out.Sections = append(out.Sections, kept)
		}
	}
	for _, n := range f.Notes {
		if !omitted[noteKey(&n)] {
			out.Notes = append(out.Notes, n)
		}
	}
	return &out
}

// told lists those who told what a file says, by the addition that each came with; the
// zero id is the first reporter's. What is added by the receipt code is his as well.
func (l *leaving) told() map[uuid.UUID]*report.Report {
	all := map[uuid.UUID]*report.Report{uuid.Nil: l.opened}
	for _, a := range l.additions {
		if a.body != nil && a.body.Added == nil {
			all[a.row.ID] = a.body
		}
	}
	return all
}

// withheld are those of them who did not allow to be named.
func (l *leaving) withheld() map[uuid.UUID]*report.Report {
	all := l.told()
	maps.DeleteFunc(all, func(_ uuid.UUID, r *report.Report) bool { return transmission.Allowed(&r.Answers) })
	return all
}

// ownCase reports whether one of those not to be named is the child in danger.
func (l *leaving) ownCase() bool {
	for _, r := range l.withheld() {
		if transmission.OwnCase(&r.Answers) {
			return true
		}
	}
	return false
}
