package pages

import (
	"bytes"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

const pdfType, jsonType = "application/pdf", "application/json"

// previewPDF shows a file as it would be, before anybody proposed it.
func (s *Server) previewPDF(c echo.Context, v *visit, l *leaving, file *transmission.File) error {
	raw, err := file.PDF(s.spoken[fileLanguage].voice, s.paris)
	if err != nil {
		return err
	}
	event := audit.Event{At: s.Now(), Actor: v.ID, Action: "transmission.preview", Object: "report", ID: l.row.ID.String(), Detail: "pdf"}
	if err := s.Trail.Append(c.Request().Context(), event); err != nil {
		return err
	}
	return serveForm(c, "inline", l.reference()+".pdf", pdfType, raw)
}

// sentForm serves one form of a proposal. Before a coordinator agreed it is looked at;
// afterwards it is handed on: sealed where the recipient has a key, and then in no
// other way; else by a person, who is written down.
func (s *Server) sentForm(c echo.Context, v *visit) error {
	l, err := s.leaving(c, v)
	if err != nil {
		return err
	}
	var t *sent
	for _, one := range l.sent {
		if one.part.ID.String() == c.Param("envoi") {
			t = one
		}
	}
	if t == nil {
		return errNotSent
	}
	form := c.Param("forme")
	name, how := l.reference(), "inline"
	content, kind := t.what.PDF, pdfType
	switch form {
	case "pdf", "json":
	case "remise-pdf", "remise-json", "age":
		how = "attachment"
		if !v.Role.May(triage.Follow) {
			return errRole
		}
		if t.did(stepValidated) == nil || t.did(stepReturned) != nil {
			return errNotSent
		}
		if (form == "age") != (t.what.AgeKey != "") {
			return errSealOnly
		}
	default:
		return web.ErrNotFound
	}
	switch form {
	case "json", "remise-json":
		content, kind, name = t.what.JSON, jsonType, name+".json"
	case "age":
		if content, err = s.sealSent(c, v, l, t); err != nil {
			return err
		}
		kind, name = "application/octet-stream", name+".zip.age"
	default:
		name += ".pdf"
	}
	action := map[string]string{"inline": "transmission.read", "attachment": "transmission.download"}[how]
	event := audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "report", ID: l.row.ID.String(), Seen: t.part.Body, Detail: form}
	if err := s.Trail.Append(c.Request().Context(), event); err != nil {
		return err
	}
	return serveForm(c, how, name, kind, content)
}

// sealSent seals what was agreed to, to the key that was agreed to, as long as the
// directory still vouches for that key.
func (s *Server) sealSent(c echo.Context, v *visit, l *leaving, t *sent) ([]byte, error) {
	to, err := s.Archive.Recipient(c.Request().Context(), t.what.Recipient)
	if err != nil {
		return nil, err
	}
	if s.unfit(v, t, &to) != "" {
		return nil, errRecipientChanged
	}
	recipient, err := s.Desk.Trust.Recipient(t.what.AgeKey)
	if err != nil {
		return nil, errRecipientChanged
	}
	return transmission.Seal(recipient, t.part.CreatedAt, transmission.Form{Name: l.reference() + ".pdf", Content: t.what.PDF},
		transmission.Form{Name: l.reference() + ".json", Content: t.what.JSON})
}

var errRecipientChanged = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_recipient"}

func serveForm(c echo.Context, how, name, kind string, content []byte) error {
	header := c.Response().Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
	return c.Stream(http.StatusOK, kind, bytes.NewReader(content))
}
