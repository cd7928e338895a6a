package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/report"
	"recueil/internal/web"
)

// A servicePage is one local service, to be entered or changed.
type servicePage struct {
	Frame
	New      bool
	Address  string
	Typed    localService
	Places   []choice
	Notice   string
	Problems []problem
}

// Bad returns what is wrong with a field, or "".
func (p servicePage) Bad(field string) string { return textOf(p.Problems, field) }

// A localService is what is typed for one. The day is written as the browser's own
// field writes it.
type localService struct {
	ID                                   uuid.UUID // made with the page: a double tap is one entry
	Version                              int
	Department, Name, Offers             string
	Phone, Address, Source, VerifiedText string
}

func readService(form url.Values) localService {
	id, err := uuid.Parse(form.Get("entry"))
	if err != nil || id == uuid.Nil {
		id = report.NewID()
	}
	version, _ := strconv.ParseInt(form.Get("version"), 10, 32)
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n")) }
	return localService{id, max(0, int(version)), form.Get("department"), text("name"), text("offers"), text("phone"), text("address"), text("source"), text("verified")}
}

// serviceLimits are those of the table, in code points.
var serviceLimits = []struct {
	field string
	most  int
	of    func(*localService) string
	must  bool
}{
	{"name", 200, func(t *localService) string { return t.Name }, true},
	{"offers", 1000, func(t *localService) string { return t.Offers }, false},
	{"phone", 40, func(t *localService) string { return t.Phone }, false},
	{"address", 300, func(t *localService) string { return t.Address }, false},
	{"source", 300, func(t *localService) string { return t.Source }, true},
}

// problemsOfService lists what is wrong, and reads the day.
func (s *Server) problemsOfService(t *localService) (day time.Time, problems []problem) {
	if _, known := departmentName(t.Department); !known {
		problems = append(problems, problem{"department", s.voice.T("office.services.department.missing")})
	}
	for _, l := range serviceLimits {
		switch text := l.of(t); {
		case l.must && text == "":
			problems = append(problems, problem{l.field, s.voice.T("office.services." + l.field + ".missing")})
		case !readable(text):
			problems = append(problems, problem{l.field, s.voice.T("office.services.unreadable")})
		case utf8.RuneCountInString(text) > l.most:
			problems = append(problems, problem{l.field, s.voice.T("office.services.long", "N", l.most)})
		}
	}
	day, err := time.Parse(time.DateOnly, t.VerifiedText)
	switch {
	case err != nil:
		problems = append(problems, problem{"verified", s.voice.T("office.services.verified.missing")})
	case day.After(s.today()):
		problems = append(problems, problem{"verified", s.voice.T("office.services.verified.future")})
	case s.today().Sub(day) > freshFor:
		problems = append(problems, problem{"verified", s.voice.T("office.services.verified.old")})
	}
	return day, problems
}

func (s *Server) askService(c echo.Context, _ *visit) error {
	page := servicePage{New: true, Typed: localService{ID: report.NewID(), VerifiedText: s.today().Format(time.DateOnly)}}
	return s.showService(c, http.StatusOK, page)
}

func (s *Server) service(c echo.Context, _ *visit) error {
	stored, err := s.storedService(c)
	if err != nil {
		return err
	}
	return s.showService(c, http.StatusOK, servicePage{Typed: typedService(stored)})
}

func (s *Server) storedService(c echo.Context) (archive.LocalService, error) {
	id, err := uuid.Parse(c.Param("service"))
	if err != nil {
		return archive.LocalService{}, archive.ErrNoService
	}
	return s.Archive.LocalService(c.Request().Context(), id)
}

func typedService(l archive.LocalService) localService {
	return localService{l.ID, l.Version, l.Department, l.Name, l.Offers, l.Phone, l.Address, l.Source, l.VerifiedOn.Format(time.DateOnly)}
}

func (s *Server) showService(c echo.Context, status int, page servicePage) error {
	title := page.Typed.Name
	page.Address = "/services/" + page.Typed.ID.String()
	if page.New {
		title, page.Address = s.voice.T("office.services.new"), "/services/nouveau"
	}
	page.Frame, page.Places = s.frame(c, title), placesOf(page.Typed.Department)
	page.Error = len(page.Problems) > 0
	return s.render(c, status, "service", page)
}

// keepService enters a local service, or changes one. Who looked it up, where and when
// stands with it: nobody is sent to an address that somebody once heard of.
func (s *Server) keepService(c echo.Context, v *visit) error {
	form, err := web.ReadForm(c.Response(), c.Request())
	if err != nil {
		return err
	}
	typed := readService(form)
	page := servicePage{New: c.Param("service") == ""}
	if !page.New {
		stored, err := s.storedService(c)
		if err != nil {
			return err
		}
		typed.ID = stored.ID
	} else {
		typed.Version = 0
	}
	day, problems := s.problemsOfService(&typed)
	if page.Typed, page.Problems = typed, problems; problems != nil {
		return s.showService(c, http.StatusUnprocessableEntity, page)
	}
	kept := archive.LocalService{ID: typed.ID, Department: typed.Department, Name: typed.Name, Offers: typed.Offers, Phone: typed.Phone,
		Address: typed.Address, Source: typed.Source, VerifiedOn: day, ChangedBy: v.ID, Version: typed.Version}
	err = s.storeService(c, v, kept)
	if isConcurrent(err) {
		return s.serviceConflict(c, page)
	}
	if err != nil {
		return err
	}
	return goTo(c, "/services?dep="+typed.Department)
}

// serviceConflict shows what is typed beside what is stored by now. A new entry that is
// stored already is the second tap.
func (s *Server) serviceConflict(c echo.Context, page servicePage) error {
	stored, err := s.Archive.LocalService(c.Request().Context(), page.Typed.ID)
	if err != nil {
		return err
	}
	now := typedService(stored)
	if now.Version = page.Typed.Version; now == page.Typed {
		return goTo(c, "/services?dep="+page.Typed.Department)
	}
	page.New, page.Typed.Version = false, stored.Version // sending again is a choice
	page.Notice = s.voice.T("office.services.conflict", "Now", fmt.Sprintf("%s · %s · %s", stored.Name, stored.Phone, stored.Address))
	return s.showService(c, http.StatusConflict, page)
}

func (s *Server) storeService(c echo.Context, v *visit, l archive.LocalService) error {
	ctx := c.Request().Context()
	line := audit.Event{At: s.Now(), Actor: v.ID, Action: "service.write", Object: "service", ID: l.ID.String()}
	return s.Trail.Within(ctx, line, func(tx pgx.Tx) error { return archive.KeepLocalService(ctx, tx, l) })
}
