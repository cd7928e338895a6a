package pages

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/web"
)

// verifyRecipient notes that the member compared the entry with its source today.
func (s *Server) verifyRecipient(c echo.Context, v *visit) error {
	return s.vouch(c, v, "recipient.verify", archive.VerifyRecipient, func(r *archive.Recipient, _ url.Values) []problem {
		if r.Source == "" {
			return []problem{{"source", s.voice.T("office.directory.source.missing")}}
		}
		today := s.today()
		r.VerifiedOn, r.VerifiedBy = &today, &v.ID
		b, ok := v.keys.Bind(s.vouchingTeam(v), entryPurpose, entryFields(r)...)
		if !ok {
			return []problem{{"verifier", s.voice.T("office.directory.no_key")}}
		}
		r.EntryTeam, r.EntryEpoch, r.EntryTag = &b.TeamID, &b.Epoch, b.Tag
		return nil
	})
}

// confirmKey notes that a coordinator, who did not put the key in, compared its
// fingerprint with its owner.
func (s *Server) confirmKey(c echo.Context, v *visit) error {
	return s.vouch(c, v, "recipient.confirm_key", archive.ConfirmRecipient, func(r *archive.Recipient, form url.Values) []problem {
		switch {
		case r.AgeKey == "" || form.Get("seen") != seen(r.AgeKey):
			return []problem{{"confirmer", s.voice.T("office.directory.confirm.changed")}}
		case r.KeyBy != nil && *r.KeyBy == v.ID:
			return []problem{{"confirmer", s.voice.T("office.directory.confirm.other")}}
		case form.Get("compared") == "":
			return []problem{{"compared", s.voice.T("office.directory.confirm.tick")}}
		}
		today := s.today()
		r.ConfirmedOn, r.ConfirmedBy = &today, &v.ID
		b, ok := v.keys.Bind(s.vouchingTeam(v), keyPurpose, keyFields(r)...)
		if !ok {
			return []problem{{"confirmer", s.voice.T("office.directory.no_key")}}
		}
		r.KeyTeam, r.KeyEpoch, r.KeyTag = &b.TeamID, &b.Epoch, b.Tag
		return nil
	})
}

// vouchingTeam is the team under whose key a member vouches: the one that receives
// reports, whose members send files; else the first he is in.
func (s *Server) vouchingTeam(v *visit) string {
	receiving := s.Desk.Trust.File().Receiving().TeamID
	for _, team := range v.keys.Teams() {
		if team == receiving {
			return team
		}
	}
	if teams := v.keys.Teams(); len(teams) > 0 {
		return teams[0]
	}
	return receiving
}

// vouch lets a member stand for an entry as it was on his page: say what is wrong
// with that, or what he leaves on it.
func (s *Server) vouch(c echo.Context, v *visit, action string, keep func(context.Context, pgx.Tx, archive.Recipient) error, say func(*archive.Recipient, url.Values) []problem) error {
	r, err := s.recipientOf(c)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	before := r
	revision, _ := strconv.ParseInt(form.Get("revision"), 10, 32)
	if int(revision) != r.Revision {
		return s.showRecipient(c, v, http.StatusConflict, &r, recipientPage{Typed: typedOf(&r), Notice: s.voice.T("office.directory.conflict")})
	}
	if problems := say(&r, form); problems != nil {
		return s.showRecipient(c, v, http.StatusUnprocessableEntity, &before, recipientPage{Typed: typedOf(&before), Problems: problems, Open: problems[0].Field == "source"})
	}
	ctx := c.Request().Context()
	err = s.Trail.Within(ctx, s.recipientEvent(v, r.ID, action), func(tx pgx.Tx) error { return keep(ctx, tx, r) })
	if isConcurrent(err) {
		return s.showRecipient(c, v, http.StatusConflict, &before, recipientPage{Typed: typedOf(&before), Notice: s.voice.T("office.directory.conflict")})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/annuaire/"+r.ID.String())
}

// retireRecipient takes an entry out of use.
func (s *Server) retireRecipient(c echo.Context, v *visit) error {
	r, err := s.recipientOf(c)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	revision, _ := strconv.ParseInt(form.Get("revision"), 10, 32)
	ctx := c.Request().Context()
	err = s.Trail.Within(ctx, s.recipientEvent(v, r.ID, "recipient.retire"), func(tx pgx.Tx) error {
		return archive.RetireRecipient(ctx, tx, r.ID, int(revision), s.Now())
	})
	if isConcurrent(err) {
		return s.showRecipient(c, v, http.StatusConflict, &r, recipientPage{Typed: typedOf(&r), Notice: s.voice.T("office.directory.conflict")})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/annuaire")
}
