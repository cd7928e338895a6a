package pages

import (
	"slices"
	"strings"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/triage"
	"recueil/internal/readout"
	"recueil/internal/report"
)

// A Row is a report as the queue shows it: what decides whether to open it now.
type Row struct {
	ID         string
	Address    string
	Urgency    int
	ReceivedAt time.Time
	DueAt      time.Time
	Since      string // it waits for
	Clock      bool   // its due time runs
	Left       string // until it is due; empty: the time does not run, or is over
	Late       string // how long it is overdue; empty: it is not
	Situation  string // the gravest thing said
	Detail     string // the children's ages, then the other dangers
	Who        string
	Where      string
	Assignee   string // empty: nobody's
	Mine       bool
	Open       bool // somebody has it open for work now
	Holder     string
	Claimable  bool
	Version    int
	Unverified bool
	Damaged    bool
	FromUnit   bool   // a follow-up unit sent it
	Altered    string // what the database says of it otherwise than what was sealed, in words
	Additions  int
	Unseen     string // what of those nobody has opened, in words
	Marks      int    // implausible values
	New        bool
	Ticks      string // what ticking it in the lane stands for; empty: it cannot be ticked
	Ticked     bool
	Alike      int    // further rows that look like it, folded into it
	Unfold     string // shows them

	opened *report.Report // or its excerpt; nil: it is damaged
}

// row puts a report into one line. opened is nil when the body does not open; when it
// does, its times are those that were sealed.
func (s *Server) row(v *visit, r *archive.Report, opened *report.Report) Row {
	now, received, due := s.Now(), r.ReceivedAt, r.DueAt
	if opened != nil {
		received, due = opened.ReceivedAt, r.Urgency.Due(opened.ReceivedAt)
	}
	held := r.HeldBy(now)
	row := Row{
		ID: r.ID.String(), Address: "/dossiers/" + r.ID.String(), Urgency: int(r.Urgency), ReceivedAt: received, DueAt: due,
		Since: s.duration(now.Sub(received)), Open: held != nil, Version: r.Version, Unverified: r.Lane == "to_verify", FromUnit: r.FromUnit, Additions: r.Additions,
		Mine: r.Assignee != nil && *r.Assignee == v.ID, New: r.Status == triage.Received,
		Claimable: v.Role.May(triage.Claim) && r.Assignee == nil && (held == nil || *held == v.ID),
	}
	row.Clock = slices.Contains(triage.Due(), r.Status) && held == nil
	switch {
	case triage.Late(r.Status, r.Urgency, due, held != nil, now):
		row.Late = s.voice.T("office.row.late", "T", s.duration(now.Sub(due)))
	case row.Clock && r.Urgency > 0:
		row.Left = s.voice.T("office.row.left", "T", s.duration(due.Sub(now)))
	}
	if r.AssigneeName != nil {
		row.Assignee = *r.AssigneeName
	}
	if row.Open && r.LeaseName != nil {
		row.Holder = *r.LeaseName
	}
	switch {
	case r.Replied:
		row.Unseen = s.voice.T("office.badge.replied", "Count", r.Unseen)
	case r.Unseen > 0:
		row.Unseen = s.voice.T("office.badge.unseen", "Count", r.Unseen)
	}
	if opened == nil {
		row.Damaged, row.Situation, row.Detail = true, s.voice.T("office.damaged.short"), s.voice.T("office.damaged.row")
		return row
	}
	row.opened = opened
	row.Altered = s.altered(r, opened)
	row.Situation, row.Detail = s.situation(opened)
	row.Who = s.who(opened)
	row.Where = firstOf(s.department(opened), shorten(opened.Answers.Short.Where))
	row.Marks = min(len(opened.Marks), mostMarks)
	return row
}

// altered says in words what was changed in the row of a report since it was sealed,
// and tells the operator.
func (s *Server) altered(r *archive.Report, opened *report.Report) string {
	columns := sealedRow(r).Altered(opened)
	if columns == nil {
		return ""
	}
	s.Log.Warn("the row of a report was changed from outside", "report", r.ID, "columns", columns)
	words := make([]string, len(columns))
	for i, column := range columns {
		words[i] = s.voice.T("office.altered." + column)
	}
	return strings.Join(words, ", ")
}

// gravest are the words of a situation in the order in which they decide what is
// read first: a sign of urgency before a danger.
func gravest(r *report.Report) []string {
	var keys []string
	for _, sign := range r.UrgencySigns {
		keys = append(keys, "urgency_signs."+string(sign))
	}
	for _, tick := range r.Situation.YoungTicks {
		keys = append(keys, "situation.young_ticks."+string(tick))
	}
	slices.SortStableFunc(keys, func(a, b string) int { return graveness(a) - graveness(b) })
	if r.DangerNow == report.Yes {
		keys = append(keys, "danger_now")
	}
	for _, d := range r.Situation.Dangers {
		keys = append(keys, "situation.dangers."+string(d))
	}
	return keys
}

// byGravity follows the table of urgency.
var byGravity = []string{"dangerous_person_present", "weapon_or_death_threat", "suicidal_act", "suicidal_thoughts", "child_alone",
	"recent_sexual_violence", "visible_injury", "under_2_years", "runaway_now", "imminent_departure_abroad", "someone_gains_from_me", "recent_worsening"}

func graveness(key string) int {
	code := key[strings.LastIndex(key, ".")+1:]
	if i := slices.Index(byGravity, code); i >= 0 {
		return i
	}
	return len(byGravity)
}

// situation says in a few words what a report is about: a headline, and beside it
// the ages and the rest.
func (s *Server) situation(r *report.Report) (headline, detail string) {
	var words []string
	for _, key := range gravest(r) {
		word := s.voice.First("office.situation."+key, "code."+key)
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 && r.Short {
		return s.voice.T("office.situation.short"), shorten(firstOf(r.Answers.Short.Who, r.Answers.Short.Story))
	}
	if len(words) == 0 {
		words = append(words, s.voice.T("office.situation.none"))
	}
	var details []string
	if ages := s.ages(r); ages != "" {
		details = append(details, ages)
	}
	if len(words) > 1 {
		rest := words[1:min(len(words), 4)]
		for i := range rest {
			rest[i] = lowerFirst(rest[i])
		}
		details = append(details, strings.Join(rest, ", "))
	}
	return words[0], strings.Join(details, " · ")
}

// ages lists the children by age: "14 ans", "2 enfants : 6 ans, 9 ans".
func (s *Server) ages(r *report.Report) string {
	var ages []string
	for _, child := range r.Children {
		years, known := child.Years(r.ReceivedAt)
		switch {
		case child.Age == report.AgeUnder1:
			ages = append(ages, s.voice.T("code.children.N.age.under_1"))
		case child.Age == report.Age18To20:
			ages = append(ages, s.voice.T("code.children.N.age.18_20"))
		case known:
			ages = append(ages, s.voice.T("code.children.N.age.years", "Count", years))
		}
	}
	if len(r.Children) > 1 {
		text := s.voice.T("office.row.children", "N", len(r.Children))
		if len(ages) > 0 {
			text = s.voice.T("office.row.ages", "Children", text, "Ages", strings.Join(ages, ", "))
		}
		return text
	}
	return strings.Join(ages, ", ")
}

func (s *Server) who(r *report.Report) string {
	if r.Reporter.Profile == "" {
		return ""
	}
	return upperFirst(s.value("reporter.profile", r))
}

// value is one answer in words, or "".
func (s *Server) value(name string, r *report.Report) string {
	f, ok := report.Lookup(name)
	if !ok {
		return ""
	}
	given := r.Get(name)
	if given == nil {
		return ""
	}
	return strings.Join(readout.Values(s.voice, f, given), ", ")
}

// shorten cuts what somebody typed to what a line of the queue can hold.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > mostShown {
		return string(runes[:mostShown]) + "…"
	}
	return text
}

// mostShown of a text are the characters that a line has room for.
const mostShown = 80

func lowerFirst(s string) string { return mapFirst(s, strings.ToLower) }

func upperFirst(s string) string { return mapFirst(s, strings.ToUpper) }

func mapFirst(s string, to func(string) string) string {
	for i, r := range s {
		end := i + len(string(r))
		return to(s[:end]) + s[end:]
	}
	return s
}
