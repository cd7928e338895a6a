package intake

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/reply"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// Files of a mailbox are gathered on a page of its own and sent together, as an
// addition whose id and case key the box holds from the first file on.
const (
	boxFilesAddress  = "/b/3"
	boxRemoveAddress = "/b/3/1"
	filesInput       = "files" // of the mailbox, as a whole
)

// A parcel is what files of a mailbox will belong to, and those that came in so far.
type parcel struct {
	Addition report.ID           `json:"addition,omitzero"`
	CaseKey  []byte              `json:"case_key,omitempty"`
	Files    []report.Attachment `json:"files,omitempty"`
}

// boxForFiles finds the open mailbox of who may send files: adults may always, the
// young when a message of staff asks for them.
func (s *Server) boxForFiles(c echo.Context) (*boxVisit, error) {
	v, err := s.loadBox(c)
	if err != nil {
		return nil, err
	}
	if v.Code == "" {
		return nil, inbox.ErrNoDraft
	}
	may, err := s.mayAttach(c.Request().Context(), v)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, errNotAsked
	}
	return v, nil
}

// errNotAsked says that nobody asked a young person for files.
var errNotAsked = errors.New("no message asks for files")

func (s *Server) mayAttach(ctx context.Context, v *boxVisit) (bool, error) {
	if v.Voice == voiceAdult {
		return true, nil
	}
	code, err := v.code()
	if err != nil {
		return false, err
	}
	messages, err := s.Mailboxes.Messages(ctx, code.Lookup(), s.Now())
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(messages, func(m inbox.Message) bool {
		opened, err := reply.OpenMessage(code.ReplyKey(), reply.MessagePlace{Report: v.Report, ID: m.ID, Sequence: m.Sequence}, m.Body)
		return err == nil && opened.Files
	}), nil
}

// leadFromBoxFiles answers who cannot send files here.
func (s *Server) leadFromBoxFiles(c echo.Context, err error) error {
	switch {
	case errors.Is(err, errNoCookie):
		return gone(err)
	case lost(err):
		return s.boxOver(c)
	case errors.Is(err, errNotAsked):
		return goTo(c, boxAddress)
	}
	return err
}

func (s *Server) boxFiles(c echo.Context) error {
	v, err := s.boxForFiles(c)
	if err != nil {
		return s.leadFromBoxFiles(c, err)
	}
	if fromHistory(c) {
		return s.showBoxResume(c, v)
	}
	s.slide(c, v)
	if v.Again != nil && v.Again.At == boxFilesAddress && c.QueryParam(againQuery) != "" {
		return s.showBoxFiles(c, v, v.Again.Status, *v.Again)
	}
	return s.showBoxFiles(c, v, http.StatusOK, boxAgain{})
}

func (s *Server) showBoxFiles(c echo.Context, v *boxVisit, status int, with boxAgain) error {
	voice := s.boxVoice(v)
	page := s.newFilesPage(c, voice, v.Parcel.Files, with.Errors[fileInput])
	page.Heading, page.Hint, page.Notice = voice.T("page.box.files.heading"), voice.T("page.box.files.hint"), with.Notice
	page.Title, page.Action, page.Remove, page.Previous, page.Go = voice.T("page.box.files.title"), boxFilesAddress, boxRemoveAddress, boxAddress, voice.T("page.box.files.send")
	return s.render(c, voice, status, "files", page)
}

// addBoxFiles takes what was chosen, and sends all of them unless another one shall be
// added.
func (s *Server) addBoxFiles(c echo.Context) error {
	defer s.pace(c)()
	v, err := s.boxForFiles(c)
	if err == nil && v.Parcel.Addition == uuid.Nil {
		id, key := report.NewID(), secret.New()
		v, err = s.changeBox(c, func(v *boxVisit) {
			if v.Parcel.Addition == uuid.Nil {
				v.Parcel = parcel{Addition: id, CaseKey: key.Bytes()}
			}
		})
	}
	if err != nil {
		return s.leadFromBoxFiles(c, err)
	}
	to := filing{owner: v.Parcel.Addition, life: v.life()}
	if to.caseKey, err = secret.FromBytes(v.Parcel.CaseKey); err != nil {
		return err
	}
	up, err := s.readUpload(c, to, max(0, s.FileLimits.Most-len(v.Parcel.Files)))
	if err != nil {
		return err
	}
	adds := up.fields.Get("_join") != ""
	if adds && len(up.files) == 0 && up.problem == "" {
		up.problem = fileNone
	}
	if v, err = s.listBoxFiles(c, to.owner, &up, !byScript(c)); err != nil {
		return s.leadFromBoxFiles(c, err)
	}
	switch {
	case byScript(c) && adds:
		return s.tellScript(c, s.boxVoice(v), up)
	case up.problem != "" && byScript(c):
		return s.showBoxFiles(c, v, http.StatusUnprocessableEntity, boxAgain{Errors: s.boxFileErrors(v, up.problem)})
	case up.problem != "":
		return goTo(c, onceMore(boxFilesAddress))
	case adds:
		return goTo(c, boxFilesAddress+"#"+fileInput)
	}
	return s.sendBoxFiles(c, v)
}

func (s *Server) boxFileErrors(v *boxVisit, p fileProblem) map[string]string {
	return map[string]string{fileInput: s.fileProblem(s.boxVoice(v), p)}
}

// listBoxFiles puts what was stored into the box. Until it is listed a file is
// nobody's: what cannot be is removed, as when another tab sent the parcel meanwhile.
func (s *Server) listBoxFiles(c echo.Context, owner report.ID, up *upload, again bool) (*boxVisit, error) {
	var surplus []report.Attachment
	v, err := s.changeBox(c, func(v *boxVisit) {
		taken := 0
		if v.Parcel.Addition == owner {
			taken = min(len(up.files), max(0, s.FileLimits.Most-len(v.Parcel.Files)))
		}
		if surplus = up.files[taken:]; len(surplus) > 0 {
			up.problem = fileTooMany
		}
		v.Parcel.Files = append(v.Parcel.Files, up.files[:taken]...)
		if v.Again = nil; up.problem != "" && again {
			v.Again = &boxAgain{At: boxFilesAddress, Status: http.StatusUnprocessableEntity, Errors: s.boxFileErrors(v, up.problem)}
		}
	})
	if err != nil {
		surplus = up.files
	}
	s.dropFiles(c.Request().Context(), owner, surplus)
	up.files = up.files[:len(up.files)-len(surplus)]
	return v, err
}

// sendBoxFiles seals the list of the files to the team, by an addition of the id that
// they belong to: sent twice, it is one.
func (s *Server) sendBoxFiles(c echo.Context, v *boxVisit) error {
	if len(v.Parcel.Files) == 0 {
		return goTo(c, boxAddress)
	}
	code, err := v.code()
	if err != nil {
		return err
	}
	r := report.Report{ID: v.Report, Channel: report.Web, Language: s.boxVoice(v).Lang, ReceivedAt: s.Now().UTC().Truncate(1000), Urgency: unweighed,
		ReplyKey: code.ReplyKey(), Attachments: v.Parcel.Files, Added: &report.Added{}}
	if r.CaseKey, err = secret.FromBytes(v.Parcel.CaseKey); err != nil {
		return err
	}
	sent := v.Parcel.Addition
	if !s.parcelMayBeSent(c, v) {
		s.dropUnlisted(c.Request().Context(), sent, v.Parcel.Files)
	}
	e, err := seal.Addition(&r, sent, s.Trust.File().Receiving())
	if err != nil {
		return err
	}
	outcome, err := s.Receiver.Accept(c.Request().Context(), inbox.Delivery{Envelope: e})
	if err != nil {
		return err
	}
	now := s.Now()
	missed := false // a file that came to the list after it was sealed
	_, err = s.changeBox(c, func(v *boxVisit) {
		if v.Again = nil; v.Parcel.Addition == sent {
			if missed = len(v.Parcel.Files) > len(r.Attachments); missed {
				v.Again = &boxAgain{At: boxFilesAddress, Status: http.StatusUnprocessableEntity, Errors: s.boxFileErrors(v, fileBroken)}
			}
			v.Parcel = parcel{}
			v.Sent = append(v.Sent, sentFromBox{sent, filesInput, now})
		}
	})
	if outcome == inbox.Spooled || err != nil {
		// The box still lists them: leaving must not take them along.
		putCookie(c, boxCookie, cookieValue(v.token)+onItsWay)
		return s.showSent(c, v)
	}
	if missed {
		return goTo(c, onceMore(boxFilesAddress))
	}
	return goTo(c, boxAddress+"?s=1")
}

// removeBoxFile takes one file back before it is sent.
func (s *Server) removeBoxFile(c echo.Context) error {
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	v, err := s.boxForFiles(c)
	if err != nil {
		return s.leadFromBoxFiles(c, err)
	}
	id, err := uuid.Parse(form.Get(fileInput))
	if err != nil || !slices.ContainsFunc(v.Parcel.Files, func(file report.Attachment) bool { return file.ID == id }) {
		return goTo(c, boxFilesAddress)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), longest)
	defer cancel()
	if !s.parcelMayBeSent(c, v) {
		if err := s.Files.RemoveFile(ctx, v.Parcel.Addition, id); err != nil {
			return err
		}
	}
	c.SetRequest(c.Request().WithContext(ctx))
	_, err = s.changeBox(c, func(v *boxVisit) {
		v.Again = nil
		v.Parcel.Files = slices.DeleteFunc(v.Parcel.Files, func(file report.Attachment) bool { return file.ID == id })
	})
	if err != nil {
		return s.leadFromBoxFiles(c, err)
	}
	return goTo(c, boxFilesAddress+"#"+fileInput)
}

// leavesParcel tells whose files a mailbox that is left has, unless they are on their
// way.
func (s *Server) leavesParcel(ctx context.Context, c echo.Context, token secret.Key) (owner report.ID, leaves bool) {
	sealed, _, err := s.Drafts.LoadDraft(ctx, boxID(token), s.Now())
	if err != nil {
		return owner, false // none: nothing to remove
	}
	v, err := openBox(token, sealed)
	if err != nil || v.Parcel.Addition == uuid.Nil || s.parcelMayBeSent(c, v) {
		return owner, false
	}
	return v.Parcel.Addition, true
}

func (s *Server) parcelMayBeSent(c echo.Context, v *boxVisit) bool {
	return isOnItsWay(c, boxCookie) || s.Spooled != nil && s.Spooled(v.Report)
}
