package intake

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// A filesPage is the step on which files are added, one after the other. Its form goes
// to an address of its own, because files come in otherwise than answers do.
type filesPage struct {
	Frame
	Action    string // where files are sent
	Remove    string // and where one is taken back
	Go        string // words of the button that goes on
	Heading   string
	Hint      string
	Place     int
	Total     int
	Dots      []string
	Back      bool
	Previous  string
	Attached  Attached
	Problem   string
	Errors    []Fault
	Notice    string
	Accepted  string // types, for the browser to choose among
	MostBytes int64
	Sentences []ScriptWords
}

// Attached is what was added so far.
type Attached struct {
	Files []AttachedFile
	Full  bool
	Most  int
	Limit string // the largest size, in words
}

// An AttachedFile is a line of the list.
type AttachedFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size string `json:"size"`
}

// ScriptWords is a sentence that our script says without asking the server.
type ScriptWords struct{ Key, Text string }

const (
	fileInput = "file"
	viewFiles = "files" // of viewInput: from a whole sheet to the page of the files
)

// acceptedKinds is what a browser offers first; what counts is the content.
const acceptedKinds = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf,audio/mp4,audio/x-m4a,audio/mpeg,audio/ogg,audio/wav,text/plain,.heic,.heif,.m4a,.mp3,.ogg,.wav,.txt"

func filesStep() step { return stepOf("attachments") }

// takesFiles reports whether the way of a draft has the page of the files.
func (d *draft) takesFiles() bool { return slices.Contains(paths[d.Door], "attachments") }

// metFiles reports whether files may lie here for a draft: only its stored list tells
// which of them are wanted.
func (d *draft) metFiles() bool {
	return len(d.Files) > 0 || d.takesFiles() && slices.Contains(d.Visited, filesStep().number)
}

func (s *Server) attached(voice *web.Voice, files []report.Attachment) Attached {
	a := Attached{Full: len(files) >= s.FileLimits.Most, Most: s.FileLimits.Most, Limit: sizeInWords(voice, s.FileLimits.Size)}
	for _, file := range files {
		a.Files = append(a.Files, attachedFile(voice, file))
	}
	return a
}

func attachedFile(voice *web.Voice, file report.Attachment) AttachedFile {
	name := file.Name
	if name == "" {
		name = voice.T("page.attachments.unnamed")
	}
	return AttachedFile{file.ID.String(), name, sizeInWords(voice, file.Size)}
}

// sizeInWords says how large a file is, as people see it on their devices.
func sizeInWords(voice *web.Voice, bytes int64) string {
	switch {
	case bytes < 1000:
		return voice.T("page.attachments.size.b", "N", bytes)
	case bytes < 1e6:
		return voice.T("page.attachments.size.kb", "N", (bytes+500)/1000)
	}
	tenths := strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64)
	return voice.T("page.attachments.size.mb", "N", strings.Replace(strings.TrimSuffix(tenths, ".0"), ".", voice.T("page.attachments.size.point"), 1))
}

// showFiles shows the step; its only possible error is the file that was not taken.
func (s *Server) showFiles(c echo.Context, v *visit, status int, with shown) error {
	voice, at := s.voice(&v.draft), sheetOf(filesStep())
	page := s.newFilesPage(c, voice, v.Files, with.errors[fileInput])
	page.Action, page.Remove, page.Go, page.Back, page.Previous, page.Notice = "/f", "/f/1", voice.T("button.continue"), with.back, v.beforeSheet(at), with.notice
	page.Heading, page.Hint = voice.T("page.attachments.heading"), voice.T("page.attachments.hint")
	if v.long() {
		page.Previous = v.address(at.steps[0])
	}
	if with.back {
		page.Previous = "/v"
	}
	page.Place, page.Total = v.place(at)
	for i := 1; i <= page.Total; i++ {
		page.Dots = append(page.Dots, map[bool]string{i < page.Place: "is-done", i == page.Place: "is-here"}[true])
	}
	page.Title = voice.T("page.layout.step", "N", page.Place, "Total", page.Total)
	return s.render(c, voice, status, "files", page)
}

// newFilesPage is what the page has in common wherever files are added.
func (s *Server) newFilesPage(c echo.Context, voice *web.Voice, files []report.Attachment, problem string) filesPage {
	page := filesPage{Frame: s.frame(c, voice, ""), Attached: s.attached(voice, files), Problem: problem, Accepted: acceptedKinds, MostBytes: s.FileLimits.Size}
	page.FormPage = true
	if page.Problem != "" {
		page.Errors, page.Error = []Fault{{fileInput, page.Problem}}, true
	}
	for _, key := range []string{"sending", "sent", "waiting", "cancelled", "removed"} {
		page.Sentences = append(page.Sentences, ScriptWords{key, voice.T("page.attachments.script." + key)})
	}
	for _, problem := range []fileProblem{fileEmpty, fileTooLarge, fileTooMany, fileBroken} {
		page.Sentences = append(page.Sentences, ScriptWords{string(problem), s.fileProblem(voice, problem)})
	}
	return page
}

func (s *Server) fileProblem(voice *web.Voice, p fileProblem) string {
	return voice.T("problem.file."+string(p), "Most", s.FileLimits.Most, "Limit", sizeInWords(voice, s.FileLimits.Size))
}

// addFiles takes what was chosen, and goes on unless another one shall be added: a
// file that was chosen and not added by the button is not lost.
func (s *Server) addFiles(c echo.Context) error {
	defer s.pace(c)()
	v, err := s.load(c)
	switch {
	case lost(err):
		return gone(err)
	case err != nil:
		return err
	case v.Sent == nil && !sheetOf(filesStep()).isOn(&v.draft):
		return goTo(c, v.next())
	}
	to := filing{owner: v.ID, life: v.life()}
	if v.Sent == nil {
		if to.caseKey, err = secret.FromBytes(v.CaseKey); err != nil {
			return err
		}
	}
	room := s.FileLimits.Most - len(v.Files)
	if v.Sent != nil || s.mayBeSent(c, v) {
		room = -1 // only to see whether there is one
	}
	up, err := s.readUpload(c, to, max(room, 0))
	switch {
	case err != nil:
		return err
	case room < 0 && up.problem == fileTooMany:
		return inbox.ErrFileSent
	case v.Sent != nil:
		return goTo(c, "/r")
	case room < 0:
		return goTo(c, v.after(sheetOf(filesStep())))
	}
	again := shown{back: up.fields.Get("_back") != ""}
	adds := up.fields.Get("_join") != ""
	if adds && len(up.files) == 0 && up.problem == "" {
		up.problem = fileNone
	}
	at := filesStep()
	v, err = s.listFiles(c, &up, func(v *visit) {
		if v.forgetAgain(at.Address()); up.problem != "" {
			again.errors = map[string]string{fileInput: s.fileProblem(s.voice(&v.draft), up.problem)}
			if !byScript(c) {
				v.keepAgain(at.Address(), http.StatusUnprocessableEntity, again)
			}
		} else if !adds && !slices.Contains(v.Visited, at.number) {
			v.Visited = append(v.Visited, at.number)
		}
	})
	switch {
	case lost(err):
		return gone(err)
	case err != nil:
		return err
	case byScript(c) && adds:
		return s.tellScript(c, s.voice(&v.draft), up)
	case v.waits(at.Address()):
		return goTo(c, onceMore(sheetOf(at).here(again.back)))
	case up.problem != "":
		return s.showFiles(c, v, http.StatusUnprocessableEntity, again)
	case adds:
		return goTo(c, sheetOf(at).here(again.back)+"#"+fileInput)
	case again.back:
		return goTo(c, v.next())
	case v.long():
		return goTo(c, v.address(at))
	}
	return goTo(c, v.after(sheetOf(at)))
}

// listFiles puts what was stored into the draft, whichever tab saved it meanwhile.
// Until it is listed a file is nobody's: what cannot be is removed.
func (s *Server) listFiles(c echo.Context, up *upload, also func(*visit)) (*visit, error) {
	ctx := c.Request().Context()
	var surplus []report.Attachment
	v, err := s.change(c, func(v *visit) error {
		if v.Sent != nil || s.mayBeSent(c, v) {
			return inbox.ErrFileSent
		}
		taken := min(len(up.files), max(0, s.FileLimits.Most-len(v.Files)))
		if surplus = up.files[taken:]; len(surplus) > 0 {
			up.problem = fileTooMany
		}
		v.Files = append(v.Files, up.files[:taken]...)
		also(v)
		return nil
	})
	if err != nil {
		surplus = up.files
	}
	if len(surplus) > 0 && v != nil {
		s.dropFiles(ctx, v.ID, surplus)
	}
	up.files = slices.DeleteFunc(up.files, func(file report.Attachment) bool {
		return slices.ContainsFunc(surplus, func(other report.Attachment) bool { return other.ID == file.ID })
	})
	return v, err
}

// toldScript is what our script adds to the list itself.
type toldScript struct {
	Files   []AttachedFile `json:"files"`
	Problem string         `json:"problem,omitempty"`
}

func (s *Server) tellScript(c echo.Context, voice *web.Voice, up upload) error {
	told, status := toldScript{Files: []AttachedFile{}}, http.StatusOK
	for _, file := range up.files {
		told.Files = append(told.Files, attachedFile(voice, file))
	}
	if up.problem != "" {
		status, told.Problem = http.StatusUnprocessableEntity, s.fileProblem(voice, up.problem)
	}
	return c.JSON(status, told)
}

// dropUnlisted removes what no list names, right before the list is sent: a process that
// died between the end of a file and its listing left it whole. Sent along it would stay
// for good, seen by nobody. It never holds a report up.
func (s *Server) dropUnlisted(ctx context.Context, owner report.ID, listed []report.Attachment) {
	ctx, cancel := context.WithTimeout(ctx, dropTime)
	defer cancel()
	ids := make([]report.ID, len(listed))
	for i, file := range listed {
		ids[i] = file.ID
	}
	if err := s.Files.RemoveOthers(ctx, owner, ids); err != nil {
		s.Log.Warn("files that nothing lists were not looked for", "owner", owner, "err", err)
	}
}

// dropTime is how long a report waits for that.
const dropTime = 2 * time.Second

// removeFile takes one file back: its bytes go first, so that what was taken back is
// nowhere any more.
func (s *Server) removeFile(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	v, err := s.load(c)
	switch {
	case lost(err):
		return gone(err)
	case err != nil:
		return err
	case v.Sent != nil:
		return goTo(c, "/r")
	}
	id, err := uuid.Parse(form.Get(fileInput))
	listed := err == nil && slices.ContainsFunc(v.Files, func(file report.Attachment) bool { return file.ID == id })
	if listed {
		if err := s.takeBack(c, v, id); err != nil {
			return err
		}
	}
	return goTo(c, sheetOf(filesStep()).here(form.Get("_back") != "")+"#"+fileInput)
}

func (s *Server) takeBack(c echo.Context, v *visit, id report.ID) error {
	// Begun, it is done, whether or not the browser waits for the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), longest)
	defer cancel()
	if !s.mayBeSent(c, v) {
		if err := s.Files.RemoveFile(ctx, v.ID, id); err != nil {
			return err
		}
	}
	c.SetRequest(c.Request().WithContext(ctx))
	_, err := s.change(c, func(v *visit) error {
		if v.Sent != nil {
			return errShow
		}
		v.forgetAgain(filesStep().Address())
		v.Files = slices.DeleteFunc(v.Files, func(file report.Attachment) bool { return file.ID == id })
		return nil
	})
	if errors.Is(err, errShow) {
		return nil
	}
	return err
}

// filesRow is how the check page lists them.
func (s *Server) filesRow(v *visit, at step) (rows []Row) {
	voice := s.voice(&v.draft)
	if len(v.Files) == 0 {
		return []Row{{Label: voice.T("page.attachments.heading"), Values: []string{voice.T("page.attachments.none")}, Change: v.change(at)}}
	}
	row := Row{Label: voice.T("page.attachments.heading"), Long: true, Change: v.change(at)}
	for _, file := range v.Files {
		line := attachedFile(voice, file)
		row.Values = append(row.Values, voice.T("page.attachments.line", "Name", line.Name, "Size", line.Size))
	}
	return []Row{row}
}
