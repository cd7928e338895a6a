package pages

import (
	"slices"
	"strings"
	"time"

	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/preview"
	"recueil/internal/territory"
)

// A recordLine is one line of a record's timeline.
type recordLine struct {
	At       string
	Author   string
	Kind     string // a class
	Text     string
	Tag      string // what it comes to, in a word
	Facts    []fact
	Note     string
	File     *file
	Replaced bool
	Damaged  bool
	Open     string // the address of an opinion, for who may open it
	Reserved string // an opinion is another profession's
	at       time.Time
}

// recordLines tells all that happened, newest first: a meeting begins with what is new.
func (s *Server) recordLines(v *visit, f *recordFile) []recordLine {
	var lines []recordLine
	for _, e := range f.entries {
		l := recordLine{at: e.row.CreatedAt, Author: e.row.AuthorName, Kind: string(e.entry.Kind), Replaced: e.replaced, Damaged: e.damaged}
		if e.damaged {
			l.Text = s.voice.T("office.record.line.damaged")
		} else {
			s.tell(&l, e)
			if e.entry.File != nil {
				shown := s.recordFileView(f, *e.entry.File, preview.Kind(strings.Replace(e.entry.File.Type, "heif", "heic", 1)))
				l.File = &shown
			}
		}
		lines = append(lines, l)
	}
	for _, o := range f.opinions {
		l := recordLine{at: o.CreatedAt, Kind: "opinion", Text: s.voice.T("office.record.opinion.of", "Team", s.teamName(o.TeamID))}
		if _, holds := holder(v, o.TeamID, o.Epoch); holds {
			l.Author, l.Open = o.AuthorName, recordAddress(f.row.ID)+"/avis/"+o.ID.String()
		} else {
			l.Reserved = s.voice.T("office.record.opinion.reserved")
		}
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b recordLine) int { return a.at.Compare(b.at) })
	slices.Reverse(lines)
	for i := range lines {
		lines[i].At = s.when(lines[i].at)
	}
	return lines
}

// tell puts an entry into words, field by field.
func (s *Server) tell(l *recordLine, e recordEntry) {
	kind, told := string(e.entry.Kind), e.entry.Said
	l.Text = s.voice.First("office.record.line."+kind, "office.record.line.damaged")
	if e.entry.Kind == followup.Opening && e.entry.Replaces != nil {
		l.Text = s.voice.T("office.record.line.opening.changed")
	}
	if e.entry.Kind == followup.Plan && e.entry.Replaces != nil {
		l.Text = s.voice.T("office.record.line.plan.changed")
	}
	if to := told.Get(followup.HandedTo); to != "" {
		l.Facts = append(l.Facts, fact{Label: s.voice.T("office.record.who.handover"), Value: to})
	}
	for _, f := range followup.Fields(e.entry.Kind) {
		value := s.saidText(kind, f, told)
		switch {
		case value == "":
		case f.Name == "title" && e.entry.File != nil && value == e.entry.File.Name: // stands on the file
		case f.Name == "note":
			l.Note = value
		case slices.Contains([]string{"way", "status", "state", "reason", "towards"}, f.Name):
			l.Tag = value
		case f.Name == "hour":
		case f.Name == "day":
			if at, ok := told.At(s.paris); ok {
				value = s.when(at)
			}
			l.Facts = append(l.Facts, fact{Label: s.fieldLabel(kind, f.Name), Value: value})
		default:
			l.Facts = append(l.Facts, fact{Label: s.fieldLabel(kind, f.Name), Value: value, Wide: f.Type == followup.Text})
		}
	}
}

// changed tells of an entry what it says otherwise than the one before: who is about to
// replace it sees what would go.
func (s *Server) changed(before, after recordEntry) recordLine {
	old, l := recordLine{}, recordLine{At: s.when(after.row.CreatedAt), Author: after.row.AuthorName, Kind: string(after.entry.Kind), Damaged: after.damaged}
	if after.damaged {
		l.Text = s.voice.T("office.record.line.damaged")
		return l
	}
	s.tell(&l, after)
	if !before.damaged {
		s.tell(&old, before)
	}
	said := l.Facts
	l.Facts = nil
	for _, now := range said {
		if !slices.Contains(old.Facts, now) {
			l.Facts = append(l.Facts, now)
		}
	}
	for _, was := range old.Facts {
		if !slices.ContainsFunc(said, func(now fact) bool { return now.Label == was.Label }) {
			l.Facts = append(l.Facts, fact{Label: was.Label, Value: s.voice.T("office.unsaid")})
		}
	}
	if l.Note == old.Note {
		l.Note = ""
	}
	return l
}

func (s *Server) fieldLabel(kind, name string) string {
	return s.voice.First("office.record."+kind+"."+name, "office.record.field."+name)
}

// saidText is what was said to a field, in words.
func (s *Server) saidText(kind string, f followup.Field, told followup.Said) string {
	var words []string
	for _, value := range told.All(f.Name) {
		switch f.Type {
		case followup.One, followup.Many:
			value = s.recordCode(kind, f.Name, value)
		case followup.Day:
			if day, err := time.ParseInLocation(time.DateOnly, value, s.paris); err == nil {
				value = s.fullDay(day)
			}
		case followup.Minutes:
			value = s.voice.T("office.duration.minutes", "N", value)
		case followup.Years:
			value = s.voice.T("office.record.years", "N", value)
		case followup.Department:
			value = s.departmentName(value)
		}
		words = append(words, value)
	}
	return strings.Join(words, ", ")
}

func (s *Server) departmentName(code string) string {
	if d, ok := territory.Department(code); ok {
		return d.Name
	}
	return ""
}

// fullDay writes mardi 17 mars 2026.
func (s *Server) fullDay(t time.Time) string {
	at := t.In(s.paris)
	return s.voice.T("office.record.day", "Weekday", s.voice.T("weekday."+itoa(int(at.Weekday()))), "Day", at.Day(), "Month", s.voice.T("month."+itoa(int(at.Month()))), "Year", at.Year())
}
