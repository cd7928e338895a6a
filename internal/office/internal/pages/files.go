package pages

import (
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// A file as the screens show it: never its content.
type file struct {
	ID      string // for an anchor
	Name    string // as the sender's device called it, in one line
	Kind    string // what it is, in words
	Unlike  bool   // its name says something else
	Size    string
	Digest  string // the beginning of its SHA-256, to compare on the phone
	Whole   string // all of it
	Address string
	Damaged bool
	Frozen  string // when, and by whom
	Unseen  bool   // there is no way to show what it is
	Reveals bool   // this member may look at it
	Saves   bool
	Freezes bool
}

var kindNames = map[preview.Kind]string{preview.JPEG: "jpeg", preview.PNG: "png", preview.WebP: "webp", preview.HEIC: "heic", preview.PDF: "pdf",
	preview.M4A: "m4a", preview.MP3: "mp3", preview.Ogg: "ogg", preview.Wav: "wav", preview.Text: "text", preview.Other: "other"}

func (s *Server) file(v *visit, id report.ID, f *heldFile) file {
	shown := s.fileView(f, fileAddress(id, f.listed.ID))
	if shown.Frozen == "" && !shown.Damaged {
		shown.Reveals, shown.Saves, shown.Freezes = v.Role.May(triage.Reveal) && !shown.Unseen, v.Role.May(triage.Download), v.Role.May(triage.Freeze)
	}
	return shown
}

// fileView is what a file says of itself, whoever looks at the page.
func (s *Server) fileView(f *heldFile, address string) file {
	shown := file{ID: f.listed.ID.String(), Name: plainName(f.listed.Name), Size: s.size(f.listed.Size), Whole: f.listed.SHA256,
		Address: address, Damaged: f.broken && !f.frozen()}
	if shown.Name == "" {
		shown.Name = s.voice.T("office.file.nameless")
	}
	shown.Digest = shown.Whole[:min(12, len(shown.Whole))]
	if f.frozen() {
		by := ""
		if f.row.FrozenName != nil {
			by = *f.row.FrozenName
		}
		shown.Frozen = s.voice.T("office.file.frozen", "When", s.when(*f.row.FrozenAt), "Who", by)
		return shown
	}
	if shown.Damaged {
		return shown
	}
	shown.Kind = s.voice.T("office.file.kind." + kindNames[f.kind])
	shown.Unlike = !fits(f.listed.Name, f.kind)
	shown.Unseen = !s.Viewer.Shows(f.kind) && !f.kind.Sound() && f.kind != preview.Text
	return shown
}

func (s *Server) fileList(v *visit, id report.ID, held []*heldFile) []file {
	shown := make([]file, len(held))
	for i, f := range held {
		shown[i] = s.file(v, id, f)
	}
	return shown
}

func fileAddress(id, file report.ID) string {
	return "/dossiers/" + id.String() + "/pieces/" + file.String()
}

// A filePage is one file: what it is, and what may be done with it.
type filePage struct {
	Frame
	File      file
	Back      string // what the way back leads to, when it is no report
	Reference string
	Report    string // its address
	Version   int
}

// An openedFile is the file that a request names, on the way there: a report that
// was given to one of the member's teams, which opens, and lists the file itself or
// by an addition. Whatever is missing on this way, the answer is the same.
type openedFile struct {
	*heldFile
	report *archive.Report
	opened *report.Report
}

func (s *Server) openedFile(c echo.Context, v *visit) (*openedFile, error) {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return nil, err
	}
	wanted, err := parseID(c.Param("piece"))
	if err != nil {
		return nil, err
	}
	found, err := s.Archive.Get(c.Request().Context(), id, v.keys.Teams())
	if err != nil {
		return nil, err
	}
	opened, err := s.unseal(v, &found)
	if err != nil {
		s.Log.Warn("a report does not open", "report", id, "err", err)
		return nil, archive.ErrNotFound
	}
	additions, err := s.additions(c, v, &found)
	if err != nil {
		return nil, err
	}
	all, err := s.files(c, v, &found, opened, additions)
	if err != nil {
		return nil, err
	}
	for _, list := range append(all.added, all.own) {
		for _, f := range list {
			if f.listed.ID == wanted {
				return &openedFile{f, &found, opened}, nil
			}
		}
	}
	return nil, archive.ErrNotFound
}

func (s *Server) filePage(c echo.Context, v *visit, f *openedFile, title string) filePage {
	return filePage{Frame: s.frame(c, title), File: s.file(v, f.report.ID, f.heldFile),
		Reference: seal.FormatReference(f.opened.Reference), Report: "/dossiers/" + f.report.ID.String(), Version: f.report.Version}
}

// fileEvent is the line of the trail that an act on a file leaves: which file, and of
// which report, by their ids alone.
func (s *Server) fileEvent(v *visit, f *openedFile, action string) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "attachment", ID: f.listed.ID.String(), Detail: f.report.ID.String()}
}
