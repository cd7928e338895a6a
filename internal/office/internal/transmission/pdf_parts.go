package transmission

import (
	"strconv"
	"strings"
	"time"

	"github.com/carlos7ags/folio/layout"
)

// head says what this is, for whom, and what it may not be used for.
func (s *sheet) head(f *File) {
	s.add(s.strong(s.words.T("office.sent.pdf.service"), body, soft))
	s.add(s.heading(s.words.T("office.sent.pdf.heading."+f.Qualification), layout.H1, 20))
	box := layout.NewDiv().SetPadding(12).SetBackground(tint).SetSpaceBefore(8).SetSpaceAfter(6).SetKeepTogether(true)
	row := func(key, value string) { box.Add(s.row(s.words.T(key), value)) }
	row("office.sent.pdf.reference", f.Reference)
	row("office.sent.pdf.to", strings.Join(nonEmpty(f.To.Name, f.To.Collectivity), " · "))
	row("office.sent.pdf.received", s.when(f.ReceivedAt))
	row("office.sent.pdf.prepared", s.when(f.PreparedAt))
	row("office.sent.pdf.urgency", s.words.T("urgency."+string(rune('0'+f.Urgency))))
	row("office.sent.pdf.identity", s.words.T("office.sent.pdf.identity."+string(f.Identity)))
	s.add(box)
	s.add(s.text(s.words.T("office.sent.pdf.confidential"), small, soft).SetSpaceAfter(4))
}

func nonEmpty(texts ...string) (kept []string) {
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// section writes the answers one under the other: what was told freely in full width
// behind a line, the rest beside its label.
func (s *sheet) section(section Section) {
	s.add(s.heading(section.Heading, layout.H2, 13))
	for _, a := range section.Answers {
		if !a.Long {
			s.add(s.row(a.Label, strings.Join(a.Values, ", ")))
			continue
		}
		s.add(s.heading(a.Label, layout.H3, body))
		for _, value := range a.Values {
			s.told(value)
		}
	}
}

func (s *sheet) row(label, value string) layout.Element {
	runs := s.strong(s.words.T("office.sent.pdf.label", "Label", label)+" ", body, soft).Runs()
	runs = append(runs, s.text(value, body, ink).Runs()...)
	return layout.NewStyledParagraph(runs...).SetLeading(lead).SetSpaceAfter(3)
}

// told writes what somebody wrote, paragraph by paragraph.
func (s *sheet) told(text string) {
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\t", "    "), "\n") {
		if strings.TrimSpace(paragraph) == "" {
			continue
		}
		side := layout.NewDiv().SetPaddingAll(layout.Padding{Left: 10}).SetBorders(layout.CellBorders{Left: layout.Border{Width: 1.5, Color: soft}}).SetSpaceAfter(4)
		s.add(side.Add(s.text(paragraph, body, ink)))
	}
}

func (s *sheet) notes(notes []Note) {
	if len(notes) == 0 {
		return
	}
	s.add(s.heading(s.words.T("office.sent.pdf.notes"), layout.H2, 13))
	for _, n := range notes {
		s.add(s.heading(s.when(n.At), layout.H3, body))
		s.told(n.Text)
	}
}

// attachments lists what goes along: where it lies beside this document, what it was
// called, and how to tell that it arrived as it was sent.
func (s *sheet) attachments(attachments []Attachment) {
	if len(attachments) == 0 {
		return
	}
	s.add(s.heading(s.words.T("office.sent.pdf.files"), layout.H2, 13))
	s.add(s.text(s.words.T("office.sent.pdf.files.text"), small, soft).SetSpaceAfter(4))
	for _, a := range attachments {
		s.add(s.heading(a.File, layout.H3, body))
		s.add(s.row(s.words.T("office.sent.pdf.file.name"), a.Name))
		s.add(s.row(s.words.T("office.sent.pdf.file.size"), Size(s.words, a.Size)))
		// In groups, so that a line may end between them: 64 signs do not fit on one.
		s.add(s.row("SHA-256", strings.Join(groups(a.SHA256, 16), " ")))
	}
}

// Size writes how large a file is: 312 octets, 48 Ko, 2,4 Mo.
func Size(words Words, bytes int64) string {
	switch {
	case bytes < 1000:
		return words.T("office.size.bytes", "Count", bytes)
	case bytes < 999_500:
		return words.T("office.size.kilobytes", "N", (bytes+500)/1000)
	}
	tenths := (bytes + 50_000) / 100_000
	return words.T("office.size.megabytes", "N", tenths/10, "Tenths", tenths%10)
}

func groups(text string, size int) (all []string) {
	for len(text) > size {
		all, text = append(all, text[:size]), text[size:]
	}
	return append(all, text)
}

func (s *sheet) when(t time.Time) string {
	at := t.In(s.paris)
	return s.words.T("office.sent.pdf.when", "Day", at.Day(), "Month", s.words.T("month."+strconv.Itoa(int(at.Month()))), "Year", at.Year(),
		"Hour", at.Hour(), "Minute", at.Format("04"))
}
