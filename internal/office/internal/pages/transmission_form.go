package pages

import (
	"bytes"
	"io"
	"mime"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/transmission"
	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

const pdfType, jsonType, zipType = "application/pdf", "application/json", "application/zip"

// A sentForm is one way in which a file is looked at, or handed on.
type sentForm struct {
	end  string // of the name that it is saved under
	kind string
	hand bool // it leaves: only what was agreed to
	pack bool // both forms and the originals in one
}

// sentForms are all of them, by the last word of their address.
var sentForms = map[string]sentForm{
	"pdf": {end: ".pdf", kind: pdfType}, "json": {end: ".json", kind: jsonType},
	"remise-pdf": {end: ".pdf", kind: pdfType, hand: true}, "remise-json": {end: ".json", kind: jsonType, hand: true},
	"remise-zip": {end: ".zip", kind: zipType, hand: true, pack: true},
	"age":        {end: ".zip.age", kind: "application/octet-stream", hand: true, pack: true},
}

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
	saveAs(c, "inline", l.reference()+".pdf")
	return c.Stream(http.StatusOK, pdfType, bytes.NewReader(raw))
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
	name := c.Param("forme")
	form, known := sentForms[name]
	switch {
	case !known:
		return web.ErrNotFound
	case !form.hand:
	case !v.Role.May(triage.Follow):
		return errRole
	case t.did(stepValidated) == nil || t.did(stepReturned) != nil:
		return errNotSent
	case (name == "age") != (t.what.AgeKey != ""):
		return errSealOnly
	}
	if form.pack {
		return s.sendPacked(c, v, l, t)
	}
	action, how, content := "transmission.read", "inline", t.what.PDF
	if form.hand {
		action, how = "transmission.download", "attachment"
	}
	if form.kind == jsonType {
		content = t.what.JSON
	}
	event := audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "report", ID: l.row.ID.String(), Seen: t.part.Body, Detail: name}
	if err := s.Trail.Append(c.Request().Context(), event); err != nil {
		return err
	}
	saveAs(c, how, l.reference()+form.end)
	return c.Stream(http.StatusOK, form.kind, bytes.NewReader(content))
}

// sendPacked sends everything in one file, original by original, as it is read: nothing
// of it is put down anywhere. What turns out to be damaged on the way ends the
// connection, so that it does not look finished; nor does it open.
func (s *Server) sendPacked(c echo.Context, v *visit, l *leaving, t *sent) error {
	if err := s.hold(c, v, l); err != nil {
		return err
	}
	entries, barred := s.entriesOf(c, l, t)
	if barred != "" {
		return s.showTransmission(c, v, l, transmissionPage{Notice: s.voice.T("office.sent.file.back", "Why", barred)}, http.StatusConflict)
	}
	pack, err := s.packing(c, v, t)
	if err != nil {
		return err
	}
	if err := s.writeHandedOver(c, v, l, t); err != nil {
		return err
	}
	form := sentForms[c.Param("forme")]
	harmless(c)
	saveAs(c, "attachment", l.reference()+form.end)
	c.Response().Header().Set("Content-Type", form.kind)
	if err = pack(c.Response(), entries...); err == nil {
		return nil
	}
	if c.Request().Context().Err() == nil {
		s.Log.Error("a transmission broke off", "report", l.row.ID, "err", err)
	}
	panic(http.ErrAbortHandler)
}

// packing is how it leaves: sealed to the key that was agreed to, as long as the
// directory still vouches for that; open when there is none.
func (s *Server) packing(c echo.Context, v *visit, t *sent) (func(io.Writer, ...transmission.Entry) error, error) {
	if t.what.AgeKey == "" {
		return func(w io.Writer, entries ...transmission.Entry) error {
			return transmission.Pack(w, t.part.CreatedAt, entries...)
		}, nil
	}
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
	return func(w io.Writer, entries ...transmission.Entry) error {
		return transmission.Seal(w, recipient, t.part.CreatedAt, entries...)
	}, nil
}

var errRecipientChanged = &web.Problem{Status: http.StatusConflict, Key: "office.error.sent_recipient"}

// writeHandedOver writes into the trail that a file left, and each original with it.
func (s *Server) writeHandedOver(c echo.Context, v *visit, l *leaving, t *sent) error {
	at, id := s.Now(), l.row.ID.String()
	lines := []audit.Event{{At: at, Actor: v.ID, Action: "transmission.download", Object: "report", ID: id, Seen: t.part.Body, Detail: c.Param("forme")}}
	for _, p := range t.what.Pieces {
		lines = append(lines, audit.Event{At: at, Actor: v.ID, Action: "attachment.transmit", Object: "attachment", ID: p.ID.String(), Detail: id})
	}
	return s.Trail.Record(c.Request().Context(), func(pgx.Tx) ([]audit.Event, error) { return lines, nil })
}

func saveAs(c echo.Context, how, name string) {
	header := c.Response().Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
}
