package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
	"recueil/internal/web"
)

// Saved views: an address of the queue under a name, for oneself or for the team. The
// address holds no words; the name may, and is sealed under the team's key.

const (
	maxViewName = 60 // code points
	viewPadding = 64 // bytes, so that the size of a name says little
)

// A savedView is one as its reader sees it.
type savedView struct {
	ID     string
	Name   string
	Shared bool
	Mine   bool // to remove
	filter archive.Filter
}

// A typedView is what is typed to keep a view.
type typedView struct {
	ID     uuid.UUID // comes with the page: a double tap is one
	Name   string
	Shared bool
	Bad    string
}

// savedViews lists the views of a member. The name of one whose key he holds no more is
// not told; the view itself still shows.
func (s *Server) savedViews(ctx context.Context, v *visit) (views []savedView, err error) {
	found, err := s.Archive.SavedViews(ctx, v.ID, v.keys.Teams())
	for _, one := range found {
		view := savedView{ID: one.ID.String(), Name: s.voice.T("office.view.unnamed"), Shared: one.Shared,
			Mine: one.Owner == v.ID || v.Role.May(triage.Reassign)}
		if team, held := v.keys.Team(one.TeamID, one.Epoch); held {
			if name, err := team.OpenForTeam(keyring.ForViews, one.Name, one.ID[:]); err == nil {
				view.Name = strings.TrimRight(string(name), " ")
			}
		}
		query, _ := url.ParseQuery(one.Query) // what is none shows the main queue
		view.filter = s.parseFilter(query)
		s.resolveDepartment(v, &view.filter)
		views = append(views, view)
	}
	return views, err
}

// saveView keeps the view at hand under a name.
func (s *Server) saveView(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	query, _ := url.ParseQuery(form.Get("vue"))
	query.Del("apres")
	typed := typedView{ID: idOf(form.Get("id")), Name: strings.Join(strings.Fields(form.Get("nom")), " "), Shared: form.Get("partage") != ""}
	switch {
	case typed.Name == "" || !readable(typed.Name):
		typed.Bad = s.voice.T("office.view.name.missing")
	case utf8.RuneCountInString(typed.Name) > maxViewName:
		typed.Bad = s.voice.T("office.view.name.long", "N", maxViewName)
	}
	if typed.Bad == "" {
		filter := s.parseFilter(query)
		s.resolveDepartment(v, &filter)
		err := s.keepView(c, v, typed, s.query(filter).Encode())
		if !isConcurrent(err) {
			return leave(c, err, s.queueAddress(filter, archive.Position{}))
		}
		typed.Bad = s.voice.T("office.view.most", "N", archive.MostViews)
	}
	return s.showQueue(c, v, query, queueScreen{Status: http.StatusUnprocessableEntity, View: typed, Problems: []problem{{"nom", typed.Bad}}})
}

// idOf reads the id that came with a page; from one without, a new one.
func idOf(text string) uuid.UUID {
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return report.NewID()
	}
	return id
}

func leave(c echo.Context, err error, address string) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, address)
}

// keepView keeps what a page sends once. Another name, or another view, from the same page
// is another.
func (s *Server) keepView(c echo.Context, v *visit, typed typedView, query string) error {
	for {
		err := s.storeView(c, v, typed, query)
		if !isConcurrent(err) && !errors.Is(err, archive.ErrViewID) {
			return err
		}
		kept, failed := s.savedViews(c.Request().Context(), v)
		if failed != nil {
			return failed
		}
		same := func(one savedView) bool {
			return one.ID == typed.ID.String() && one.Name == typed.Name && one.Shared == typed.Shared && s.query(one.filter).Encode() == query
		}
		if slices.ContainsFunc(kept, same) {
			return nil
		}
		if isConcurrent(err) {
			return err
		}
		typed.ID = report.NewID()
	}
}

func (s *Server) storeView(c echo.Context, v *visit, typed typedView, query string) error {
	teams := v.keys.Teams()
	if len(teams) == 0 {
		return errRole
	}
	epochs := v.keys.Epochs(teams[0])
	team, id, now := epochs[len(epochs)-1], typed.ID, s.Now()
	padded := typed.Name + strings.Repeat(" ", viewPadding-len(typed.Name)%viewPadding)
	sealed, err := team.SealForTeam(keyring.ForViews, []byte(padded), id[:])
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	return s.Trail.Within(ctx, audit.Event{At: now, Actor: v.ID, Action: "view.save", Object: "view", ID: id.String()}, func(tx pgx.Tx) error {
		return archive.SaveView(ctx, tx, archive.SavedView{ID: id, Owner: v.ID, TeamID: team.ID, Epoch: team.Epoch, Name: sealed, Query: query, Shared: typed.Shared, CreatedAt: now})
	})
}

// dropView removes one's own view; a coordinator also what others share.
func (s *Server) dropView(c echo.Context, v *visit) error {
	id, err := uuid.Parse(c.Param("vue"))
	if err != nil {
		return archive.ErrNotFound
	}
	var teams []string
	if v.Role.May(triage.Reassign) {
		teams = v.keys.Teams()
	}
	ctx := c.Request().Context()
	err = s.Trail.Within(ctx, audit.Event{At: s.Now(), Actor: v.ID, Action: "view.drop", Object: "view", ID: id.String()}, func(tx pgx.Tx) error {
		return archive.DropView(ctx, tx, id, v.ID, teams)
	})
	return leave(c, err, "/file")
}
