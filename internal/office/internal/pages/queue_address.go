package pages

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/report"
)

// A view of the queue is its address: codes, dates and ids, and never a word of a
// report. What an address asks that there is not is left out of it quietly; whoever
// follows an old link sees a queue, and above it what it shows.

// A preset is a view that has a name of its own.
type preset struct {
	Name   string // in the address, and in the catalogue
	Filter archive.Filter
	Less   bool // asked for less often
}

const everything = "toutes"

// presets are in the order of the screen.
var presets = []preset{
	{everything, archive.Filter{}, false},
	{"reponses", archive.Filter{Unseen: true}, false},
	{"en-retard", archive.Filter{Overdue: true}, false},
	{"a-verifier", archive.Filter{Lane: "to_verify"}, false},
	{"non-attribues", archive.Filter{Assigned: archive.Nobody}, false},
	{"les-miens", archive.Filter{Assigned: archive.Mine}, false},
	{"mon-equipe", archive.Filter{Assigned: archive.MyTeam}, true},
	{"attente", archive.Filter{Status: []triage.Status{triage.AwaitingInformation}}, true},
	{"validation", archive.Filter{Status: []triage.Status{triage.AwaitingValidation}}, true},
	{"sans-retour", archive.Filter{Status: []triage.Status{triage.Transmitted, triage.Acknowledged}}, true},
}

// filterStates are those that one may filter by.
var filterStates = append(triage.Open(), triage.Transmitted, triage.Acknowledged, triage.FeedbackReceived, triage.Closed, triage.Merged, triage.Archived)

var filterQualifications = []triage.Qualification{triage.Concern, triage.ConcernUrgent, triage.ImmediateHelp, triage.FirstResponders,
	triage.Prosecutor, triage.OutOfScope, triage.Duplicate, triage.Malicious}

// Words of an address, and what they stand for.
var (
	laneWords     = map[string]string{"principale": "main", "a-verifier": "to_verify"}
	assignedWords = map[string]archive.Assigned{"aucun": archive.Nobody, "moi": archive.Mine, "equipe": archive.MyTeam}
)

// parseFilter reads the filter of an address.
func (s *Server) parseFilter(query url.Values) archive.Filter {
	var f archive.Filter
	for _, p := range presets {
		if query.Get("vue") == p.Name {
			f = p.Filter
		}
	}
	if given := those(query["etat"], filterStates); given != nil {
		f.Status = given
	}
	if given := those(query["nature"], filterQualifications); given != nil {
		f.Qualification = given
	}
	for u := range report.Urgency(4) {
		if slices.Contains(query["urgence"], strconv.Itoa(int(u))) {
			f.Urgency = append(f.Urgency, u)
		}
	}
	if channel := report.Channel(query.Get("canal")); channel == report.Web || channel == report.Phone || channel == report.Unit {
		f.Channel = channel
	}
	if lane := laneWords[query.Get("voie")]; lane != "" {
		f.Lane = lane
	}
	if whose := assignedWords[query.Get("suivi")]; whose != "" {
		f.Assigned = whose
	} else if person, err := uuid.Parse(query.Get("suivi")); err == nil {
		f.Assigned, f.Person = archive.SomebodyS, person
	}
	f.Overdue = f.Overdue || query.Get("retard") == "1"
	f.Unseen = f.Unseen || query.Get("reponses") == "1"
	if place := query.Get("dep"); len(place) <= maxPlace {
		f.Department.Address = place
	}
	f.From = s.parseDay(query.Get("du"), 0)
	f.Until = s.parseDay(query.Get("au"), 1)
	return f
}

// those keeps the values that there are, in their usual order; nil is none.
func those[T ~string](given []string, all []T) (kept []T) {
	for _, one := range all {
		if slices.Contains(given, string(one)) {
			kept = append(kept, one)
		}
	}
	return kept
}

// parseDay is when a day begins in Paris, or one later; the zero time is none.
func (s *Server) parseDay(text string, later int) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, text, s.paris)
	if err != nil || day.Year() < 2000 || day.Year() > 2999 {
		return time.Time{}
	}
	return day.AddDate(0, 0, later)
}

// query writes what parseFilter reads; the same filter gives the same text.
func (s *Server) query(f archive.Filter) url.Values {
	q := url.Values{}
	for _, status := range f.Status {
		q.Add("etat", string(status))
	}
	for _, u := range f.Urgency {
		q.Add("urgence", strconv.Itoa(int(u)))
	}
	for _, qualification := range f.Qualification {
		q.Add("nature", string(qualification))
	}
	if f.Channel != "" {
		q.Set("canal", string(f.Channel))
	}
	for word, lane := range laneWords {
		if lane == f.Lane {
			q.Set("voie", word)
		}
	}
	for word, whose := range assignedWords {
		if whose == f.Assigned {
			q.Set("suivi", word)
		}
	}
	if f.Assigned == archive.SomebodyS {
		q.Set("suivi", f.Person.String())
	}
	if f.Department.Address != "" {
		q.Set("dep", f.Department.Address)
	}
	if f.Overdue {
		q.Set("retard", "1")
	}
	if f.Unseen {
		q.Set("reponses", "1")
	}
	if !f.From.IsZero() {
		q.Set("du", f.From.In(s.paris).Format(time.DateOnly))
	}
	if !f.Until.IsZero() {
		q.Set("au", f.Until.In(s.paris).AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return q
}

// presetOf is the name of the view that a filter is, or "".
func (s *Server) presetOf(f archive.Filter) string {
	text := s.query(f).Encode()
	for _, p := range presets {
		if s.query(p.Filter).Encode() == text {
			return p.Name
		}
	}
	return ""
}

// queueAddress is where a filter shows its rows after a place.
func (s *Server) queueAddress(f archive.Filter, after archive.Position) string {
	query := s.query(f)
	if name := s.presetOf(f); name == everything {
		query = url.Values{}
	} else if name != "" {
		query = url.Values{"vue": {name}}
	}
	if after != (archive.Position{}) {
		query.Set("apres", formatPosition(after))
	}
	if len(query) == 0 {
		return "/file"
	}
	return "/file?" + query.Encode()
}

func formatPosition(p archive.Position) string {
	return fmt.Sprintf("%d.%d.%s", p.Rank, p.DueAt.UnixMicro(), base64.RawURLEncoding.EncodeToString(p.ID[:]))
}

// parsePosition reads what formatPosition wrote; anything else is the top.
func parsePosition(text string) archive.Position {
	var p archive.Position
	var micros int64
	var id string
	if n, _ := fmt.Sscanf(strings.ReplaceAll(text, ".", " "), "%d %d %s", &p.Rank, &micros, &id); n != 3 || p.Rank < 0 || p.Rank > archive.LastRank {
		return archive.Position{}
	}
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return archive.Position{}
	}
	if p.ID, err = uuid.FromBytes(raw); err != nil {
		return archive.Position{}
	}
	p.DueAt = time.UnixMicro(micros).UTC()
	return p
}
