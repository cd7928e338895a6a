package pages

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/territory"
)

// freshFor is how long an entry counts as true after it was looked up.
const freshFor = 365 * 24 * time.Hour

// The local services of a département: whom a unit may send somebody to.
type servicesPage struct {
	Frame
	Places []choice
	Groups []serviceGroup
	Chosen bool
}

// A serviceGroup is one département.
type serviceGroup struct {
	Heading string
	Rows    []serviceRow
}

type serviceRow struct {
	Address  string
	Name     string
	Offers   string
	Phone    string
	Place    string
	Verified string
	Stale    bool // looked up too long ago to send anybody there unasked
}

func (s *Server) services(c echo.Context, _ *visit) error {
	chosen := c.QueryParam("dep")
	if _, known := departmentName(chosen); !known {
		chosen = ""
	}
	listed, err := s.Archive.LocalServices(c.Request().Context(), chosen)
	if err != nil {
		return err
	}
	page := servicesPage{Frame: s.frame(c, s.voice.T("office.services.title")), Places: placesOf(chosen), Chosen: chosen != ""}
	for i := range listed {
		name, _ := departmentName(listed[i].Department)
		if n := len(page.Groups); n == 0 || page.Groups[n-1].Heading != name {
			page.Groups = append(page.Groups, serviceGroup{Heading: name})
		}
		group := &page.Groups[len(page.Groups)-1]
		group.Rows = append(group.Rows, s.serviceRow(&listed[i]))
	}
	return s.render(c, http.StatusOK, "services", page)
}

func (s *Server) serviceRow(l *archive.LocalService) serviceRow {
	return serviceRow{Address: "/services/" + l.ID.String(), Name: l.Name, Offers: l.Offers, Phone: l.Phone, Place: l.Address,
		Verified: s.voice.T("office.services.verified", "Day", s.day(l.VerifiedOn)), Stale: s.today().Sub(l.VerifiedOn) > freshFor}
}

// placesOf lists the départements, by code, with one of them chosen.
func placesOf(chosen string) (options []choice) {
	for _, d := range territory.Departments() {
		options = append(options, choice{Value: d.Code, Text: d.Name + " (" + d.Code + ")", Checked: d.Code == chosen})
	}
	return options
}

func departmentName(code string) (string, bool) {
	all := territory.Departments()
	i := slices.IndexFunc(all, func(d territory.Collectivity) bool { return d.Code == code })
	if i < 0 {
		return "", false
	}
	return all[i].Name + " (" + code + ")", true
}
