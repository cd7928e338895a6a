package pages

import (
	"context"
	"mime"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/triage"
	"recueil/internal/secret"
	"recueil/internal/web"
)

// A unit sees what came with a referral as the platform does: covered, until somebody
// says why he looks. The reason is a letter of the unit to itself, since a referral that
// nobody has accepted has no record; it is sealed forward with the others.

// looks opens what somebody of the unit wrote down when he looked at its files.
func (s *Server) looks(ctx context.Context, v *visit, of givenBody) ([]readLetter, error) {
	rows, err := s.Archive.Looks(ctx, of.row.ID, s.unitIDs(v))
	return s.openLetters(v, rows, map[uuid.UUID]secret.Key{of.row.ID: of.body.Link}), err
}

// lookRows tells who looked at what, and why.
func (s *Server) lookRows(c echo.Context, v *visit, of givenBody, names map[string]string) ([]letterRow, error) {
	looks, err := s.looks(c.Request().Context(), v, of)
	var rows []letterRow
	for _, l := range looks {
		row := letterRow{s.voice.T("office.referral.looked", "Name", names[l.File.String()], "Reason", l.Text), s.when(l.SentAt), l.AuthorName, l.Damaged}
		rows = append(rows, row)
	}
	return rows, err
}

func (s *Server) askGiven(c echo.Context, v *visit) error {
	f, err := s.givenFile(c, v)
	if err != nil {
		return err
	}
	return s.coverGiven(c, f, http.StatusOK, s.motiveReturned(c, v))
}

func (s *Server) coverGiven(c echo.Context, f *givenFile, status int, page revealPage) error {
	page.filePage = s.givenPage(c, f, s.voice.T("office.file.title"))
	return s.cover(c, status, page)
}

// revealGiven takes the reason, and leads to what can be shown.
func (s *Server) revealGiven(c echo.Context, v *visit) error {
	f, err := s.givenFile(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	reason, problems := s.motive(form)
	switch {
	case f.frozen():
		return errFrozen
	case f.broken:
		return errDamaged
	case problems != nil:
		return s.coverGiven(c, f, http.StatusUnprocessableEntity, revealPage{Reason: reason, Problems: problems})
	}
	why := letter{Referral: f.of.row.ID, Link: f.of.body.Link, From: f.of.row.ToTeam, To: f.of.row.ToTeam, Kind: archive.Looked, Text: reason, File: f.listed.ID}
	ctx := c.Request().Context()
	err = s.Trail.Record(ctx, func(tx pgx.Tx) ([]audit.Event, error) {
		sealed, err := s.writeLetter(ctx, tx, v, why)
		line := s.givenLine(v, f, "attachment.open")
		line.Seen = sealed
		return []audit.Event{line}, err
	})
	if err != nil {
		return err
	}
	if err := s.sent(c, v); err != nil {
		return err
	}
	return goTo(c, referralAddress(f.of.row.ID)+"/pieces/"+f.listed.ID.String()+"/apercu")
}

// lookAtGiven lets through who gave a reason, not long ago.
func (s *Server) lookAtGiven(page func(echo.Context, *givenFile) error) func(echo.Context, *visit) error {
	return func(c echo.Context, v *visit) error {
		f, err := s.givenFile(c, v)
		if err != nil {
			return err
		}
		if f.frozen() {
			return errFrozen
		}
		looks, err := s.looks(c.Request().Context(), v, f.of)
		if err != nil {
			return err
		}
		for _, l := range looks {
			if !l.Damaged && l.Author == v.ID && l.File == f.listed.ID && s.Now().Sub(l.SentAt) <= triage.RevealTime {
				return page(c, f)
			}
		}
		return c.Redirect(http.StatusSeeOther, referralAddress(f.of.row.ID)+"/pieces/"+f.listed.ID.String())
	}
}

func (s *Server) showGiven(c echo.Context, f *givenFile) error {
	page := shownFile{filePage: s.givenPage(c, f, s.voice.T("office.file.shown.title")), Damaged: f.broken, PDF: f.kind == preview.PDF}
	if err := s.fillShown(c, f.heldFile, &page); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "file_shown", page)
}

func (s *Server) givenPicture(c echo.Context, f *givenFile) error {
	return s.sendPicture(c, f.heldFile)
}

func (s *Server) givenSound(c echo.Context, f *givenFile) error {
	if !f.kind.Sound() {
		return web.ErrNotFound
	}
	return s.sendOriginal(c, f.heldFile, string(f.kind))
}

// saveGiven sends the original, byte for byte. Each request stands in the trail.
func (s *Server) saveGiven(c echo.Context, v *visit) error {
	f, err := s.givenFile(c, v)
	switch {
	case err != nil:
		return err
	case f.frozen():
		return errFrozen
	case f.broken:
		return errDamaged
	}
	if err := s.Trail.Append(c.Request().Context(), s.givenLine(v, f, "attachment.download")); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saveName(f.listed.Name, f.kind)}))
	return s.sendOriginal(c, f.heldFile, "application/octet-stream")
}
