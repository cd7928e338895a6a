package pages

import (
	"context"
	"io"
	"mime"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/preview"
	"recueil/internal/office/internal/referral"
	"recueil/internal/office/internal/unseal"
)

// referralFile sends a file that came with a referral, byte for byte, under the one key
// that was given for it. Each request stands in the trail.
func (s *Server) referralFile(c echo.Context, v *visit) error {
	f, err := s.ofUnit(c, v)
	if err != nil {
		return err
	}
	if f.Gone() {
		return archive.ErrNotFound
	}
	wanted, err := parseID(c.Param("piece"))
	if err != nil {
		return err
	}
	body, err := s.openReferral(v, &f)
	if err != nil {
		return archive.ErrNotFound
	}
	given := body.Files
	passed, err := s.Archive.PassedTo(c.Request().Context(), f.ID, s.unitIDs(v))
	if err != nil {
		return err
	}
	for _, row := range passed {
		if added, err := s.openAddition(v, body, row); err == nil {
			given = append(given, added.Files...)
		}
	}
	for _, one := range given {
		if one.ID == wanted {
			return s.sendGiven(c, v, f, one)
		}
	}
	return archive.ErrNotFound
}

func (s *Server) sendGiven(c echo.Context, v *visit, f archive.Referral, given referral.File) error {
	ctx := c.Request().Context()
	row, err := s.Archive.ReferredFile(ctx, given.ID, given.Owner)
	if err != nil {
		return err
	}
	if row.FrozenAt != nil {
		return errFrozen
	}
	if err := row.Check(given.Stored); err != nil {
		return asDamaged(err)
	}
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "attachment.download", Object: "attachment", ID: given.ID.String(), Detail: f.ID.String()}
	if err := s.Trail.Append(ctx, line); err != nil {
		return err
	}
	kind := s.kindOf(ctx, row, given)
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saveName(given.Name, kind)}))
	pieces := row.Open(ctx)
	defer pieces.Close()
	content, err := unseal.FileUnder(given.Owner, given.Attachment, given.Key, pieces, row.Size)
	if err != nil {
		return asDamaged(err)
	}
	return s.sendContent(c, content, outgoing{f.ID, given.Attachment, "application/octet-stream"})
}

// kindOf decides by its beginning what a file is; one that does not open is found out
// by sending it.
func (s *Server) kindOf(ctx context.Context, row *archive.Attachment, given referral.File) preview.Kind {
	content, err := unseal.FileUnder(given.Owner, given.Attachment, given.Key, row.Glance(ctx), row.Size)
	if err != nil {
		return preview.Other
	}
	head := make([]byte, min(preview.HeadSize, content.Size()))
	if _, err := io.ReadFull(content, head); err != nil {
		return preview.Other
	}
	return preview.Of(head)
}
