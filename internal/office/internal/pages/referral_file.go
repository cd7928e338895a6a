package pages

import (
	"context"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/referral"
)

// A givenBody is a referral that opened, beside its row.
type givenBody struct {
	row  *archive.Referral
	body *referral.Body
}

// A givenFile is a file that came with a referral, or was passed on later, under the one
// key that was given for it.
type givenFile struct {
	*heldFile
	of givenBody
}

// givenFile finds the file of a request. Whatever is missing on the way to it, the answer
// is the same.
func (s *Server) givenFile(c echo.Context, v *visit) (*givenFile, error) {
	f, err := s.ofUnit(c, v)
	if err != nil {
		return nil, err
	}
	wanted, err := parseID(c.Param("piece"))
	if err != nil {
		return nil, err
	}
	if f.Gone() {
		return nil, archive.ErrNotFound
	}
	body, err := s.openReferral(v, &f)
	if err != nil {
		return nil, archive.ErrNotFound
	}
	given := body.Files
	passed, err := s.Archive.PassedTo(c.Request().Context(), f.ID, s.unitIDs(v))
	if err != nil {
		return nil, err
	}
	for _, row := range passed {
		if added, err := s.openAddition(v, body, row); err == nil {
			given = append(given, added.Files...)
		}
	}
	for _, one := range given {
		if one.ID == wanted {
			held, err := s.holdGiven(c.Request().Context(), f.ID, one)
			return &givenFile{held, givenBody{&f, body}}, err
		}
	}
	return nil, archive.ErrNotFound
}

// holdGiven finds what is stored of a file that a referral names.
func (s *Server) holdGiven(ctx context.Context, of uuid.UUID, given referral.File) (*heldFile, error) {
	held := &heldFile{listed: given.Attachment, owner: given.Owner, key: given.Key, kind: preview.Other}
	var err error
	if held.row, err = s.Archive.ReferredFile(ctx, given.ID, given.Owner); err == nil {
		err = held.glance(ctx)
	}
	if err != nil {
		if asDamaged(err) == err {
			return nil, err
		}
		s.Log.Warn("a file of a referral is damaged", "referral", of, "file", given.ID, "err", err)
		held.broken = true
	}
	return held, nil
}

func referralAddress(id uuid.UUID) string { return "/demandes/" + id.String() }

// givenView is such a file as the pages show it. It is the platform's to freeze.
func (s *Server) givenView(of uuid.UUID, f *heldFile) file {
	shown := s.fileView(f, referralAddress(of)+"/pieces/"+f.listed.ID.String())
	if shown.Frozen == "" && !shown.Damaged {
		shown.Reveals, shown.Saves = !shown.Unseen, true
	}
	return shown
}

func (s *Server) givenFiles(c echo.Context, of *archive.Referral, given []referral.File) ([]file, error) {
	var shown []file
	for _, one := range given {
		held, err := s.holdGiven(c.Request().Context(), of.ID, one)
		if err != nil {
			return nil, err
		}
		shown = append(shown, s.givenView(of.ID, held))
	}
	return shown, nil
}

func (s *Server) givenPage(c echo.Context, f *givenFile, title string) filePage {
	return filePage{Frame: s.frame(c, title), File: s.givenView(f.of.row.ID, f.heldFile), Back: s.voice.T("office.referral.title"), Report: referralAddress(f.of.row.ID)}
}

// givenLine is the line of the trail that an act on such a file leaves, of any kind.
func (s *Server) givenLine(v *visit, f *givenFile, action string) audit.Event {
	return audit.Event{At: s.Now(), Actor: v.ID, Action: action, Object: "attachment", ID: f.listed.ID.String(), Detail: f.of.row.ID.String()}
}
