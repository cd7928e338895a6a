package transmission

import (
	"recueil/internal/report"
	"recueil/internal/territory"
)

// A Route says who answers for the child by where the child is. Where it cannot be
// told, a person chooses: Why says what stands in the way.
type Route struct {
	To      []territory.Collectivity // one when it is clear
	Why     Doubt
	Commune string // of which it speaks
}

// A Doubt is why a route is not clear.
type Doubt string

// The doubts; none when the route is clear.
const (
	NoPlace        Doubt = "no_place"        // nothing usable was said of where
	SeveralInIt    Doubt = "several"         // the département has two collectivities and the commune is not known
	UnknownCommune Doubt = "unknown_commune" // the commune is not in the official list: misspelt, or joined to another, maybe elsewhere
	OtherOne       Doubt = "other_one"       // the commune lies in another département than the one that was said
)

// RouteOf finds who answers for the child of a report.
func RouteOf(a *report.Answers) Route {
	place := a.Place
	said := territory.CollectivitiesIn(place.Department)
	if place.Commune.Code == "" && place.Commune.Label == "" {
		switch len(said) {
		case 0:
			return Route{Why: NoPlace}
		case 1:
			return Route{To: said}
		}
		return Route{To: said, Why: SeveralInIt}
	}
	r := Route{Commune: place.Commune.Label, To: said}
	commune, known := territory.CommuneByCode(place.Commune.Code)
	if !known {
		r.Why = UnknownCommune
		return r
	}
	answers, _ := territory.CollectivityOf(commune.Code)
	r.Commune = commune.Label()
	if place.Department != "" && len(said) > 0 && commune.Department.Code != place.Department {
		r.Why = OtherOne
		r.To = append([]territory.Collectivity{answers}, said...)
		return r
	}
	r.To = []territory.Collectivity{answers}
	return r
}
