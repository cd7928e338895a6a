package pages

import (
	"regexp"
	"strconv"
	"strings"

	"recueil/internal/readout"
	"recueil/internal/report"
	"recueil/internal/territory"
)

// A brief is what must be seen without scrolling.
type brief struct {
	Calling calling
	Why     []why
	Facts   []fact
	Told    []told
	Missing []string // vital, and not answered
	Marks   []string // implausible values, kept as they are
	whole   map[string]bool
}

// A why is one rule that gave the urgency.
type why struct{ Text, ID string }

// A calling says whether and how the reporter may be reached.
type calling struct {
	By      string // phone, sms, email, mailbox, none, no_means
	Text    string
	Number  string // stands in Text and is dialled as a whole, never broken over two lines
	Details []string
	Caution string // calling wrongly would endanger somebody
	Later   []laterLine
}

// number is what somebody gave to be dialled and nothing else: no hour, no word.
var number = regexp.MustCompile(`^\+?[0-9][0-9 .()-]{2,22}$`)

// Before and After are what the text says around its number.
func (c calling) Before() string { before, _, _ := strings.Cut(c.Text, c.Number); return before }
func (c calling) After() string  { _, after, _ := strings.Cut(c.Text, c.Number); return after }

type fact struct {
	Label, Value string // an empty Value was not answered
	Wide         bool
}

type told struct {
	Label, Text string
	Lang        string // when it is not the page's
	More        bool   // the rest stands below
	Anchor      string // and there it is
}

func itoa(n int) string { return strconv.Itoa(n) }

func (s *Server) brief(r *report.Report) brief {
	b := brief{whole: map[string]bool{}}
	b.Calling = s.calling(r)
	for _, rule := range r.Rules {
		if strings.HasPrefix(string(rule), "U"+itoa(int(r.Urgency))) {
			b.Why = append(b.Why, why{s.reason(r, rule), string(rule)})
		}
	}
	where := s.value("place.child_now", r)
	if where == "" {
		where = r.Answers.Short.Where
	}
	b.add(s, "office.fact.where", where)
	b.add(s, "office.fact.access", s.access(r))
	b.add(s, "office.fact.age", s.ages(r))
	b.add(s, "office.fact.department", s.place(r))
	if !r.Short {
		b.add(s, "office.fact.children", s.names(r))
	}
	writes := s.join(s.who(r), r.Professional.Name, r.Professional.Role, s.value("reporter.knowledge", r), s.when(r.ReceivedAt))
	b.Facts = append(b.Facts, fact{s.voice.T("office.fact.writes"), writes, false})
	if r.Short {
		b.Facts = append(b.Facts, fact{s.voice.T("office.fact.persons"), r.Answers.Short.Who, true})
	}
	for _, name := range []string{"short.story", "situation.story", "situation.facts", "situation.child_words"} {
		if given := r.Get(name); given != nil {
			text, more := cut(given[0])
			f, _ := report.Lookup(name)
			b.Told = append(b.Told, told{readout.Label(s.voice, f), text, s.writtenIn(r), more, anchor(name)})
			b.whole[name] = !more
		}
	}
	for _, m := range r.Marks {
		if f, ok := report.Lookup(m.Field); ok {
			b.Marks = append(b.Marks, s.voice.T("office.brief.mark", "Label", readout.Label(s.voice, f), "Mark", s.voice.T("label.mark."+m.Kind)))
		}
	}
	return b
}

// add keeps a vital fact; unanswered, it is also listed as missing.
func (b *brief) add(s *Server, key, value string) {
	label := s.voice.T(key)
	b.Facts = append(b.Facts, fact{label, value, false})
	if value == "" {
		b.Missing = append(b.Missing, s.voice.T(key+".ask"))
	}
}

func (s *Server) join(parts ...string) string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

func (s *Server) place(r *report.Report) string {
	department, commune := s.department(r), s.value("place.commune", r)
	if d, ok := territory.Department(r.Place.Department); ok {
		commune = strings.TrimSuffix(commune, " ("+d.Name+")") // one of the list names its own
	}
	return s.join(department, commune)
}

// department is where to turn to; one that the reporter does not know is missing.
func (s *Server) department(r *report.Report) string {
	if r.Place.Department == "unknown" {
		return ""
	}
	return s.value("place.department", r)
}

func (s *Server) names(r *report.Report) string {
	var names []string
	for _, child := range r.Children {
		if name := strings.TrimSpace(child.FirstName + " " + child.LastName); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// access says who may reach the child now: those told to have access first.
func (s *Server) access(r *report.Report) string {
	var persons []string
	for n, suspect := range r.Suspects {
		name := s.join(s.value("suspects."+itoa(n)+".relation", r), suspect.Name)
		if name == "" {
			name = s.voice.T("office.fact.somebody")
		}
		switch {
		case suspect.HasAccessNow == report.Yes:
			persons = append(persons, s.voice.T("office.fact.access.yes", "Who", name))
		case suspect.LivesWithChild == report.Yes:
			persons = append(persons, s.voice.T("office.fact.access.lives", "Who", name))
		case suspect.HasAccessNow == report.No:
			persons = append(persons, s.voice.T("office.fact.access.no", "Who", name))
		default:
			persons = append(persons, s.voice.T("office.fact.access.unknown", "Who", name))
		}
	}
	return strings.Join(persons, "\n")
}

// calling puts into a few lines whether and how the reporter may be reached.
func (s *Server) calling(r *report.Report) calling {
	c := r.Contact
	reach := firstOf(c.Value, r.Answers.Short.Callback, r.Professional.WorkPhone, r.Professional.WorkEmail)
	by := string(c.Channel)
	switch {
	case c.Channel == report.ContactChannelNone:
		return calling{By: by, Text: s.voice.T("office.call.none"), Caution: s.voice.T("office.call.none.caution")}
	case c.Channel == report.ContactChannelMailbox:
		return calling{By: by, Text: s.voice.T("office.call.mailbox"), Caution: s.voice.T("office.call.mailbox.caution")}
	case reach == "":
		return calling{By: "no_means", Text: s.voice.T("office.call.no_means")}
	case by == "" && c.Value == "" && r.Answers.Short.Callback != "":
		by = "callback" // a phone or an hour, in the reporter's words
	case by == "" && strings.Contains(reach, "@"):
		by = "email"
	case by == "":
		by = "phone"
	}
	call := calling{By: by, Text: s.voice.T("office.call."+by, "Value", reach)}
	if number.MatchString(reach) {
		call.Number = reach
	}
	if c.Alias != "" {
		call.Details = append(call.Details, s.voice.T("office.call.alias", "Alias", c.Alias))
	}
	if c.SafeHours != "" {
		call.Details = append(call.Details, s.voice.T("office.call.hours", "Hours", c.SafeHours))
	}
	if c.MayLeaveMessage == report.Yes {
		call.Details = append(call.Details, s.voice.T("office.call.message"))
	}
	switch noMessage, shared := c.MayLeaveMessage == report.No, c.SharedDevice == report.Yes; {
	case noMessage && shared:
		call.Caution = s.voice.T("office.call.shared") + " " + s.voice.T("office.call.no_message")
	case noMessage:
		call.Caution = s.voice.T("office.call.no_message")
	case shared:
		call.Caution = s.voice.T("office.call.shared")
	case by == "callback", by == "phone" && c.Value != "" && c.SharedDevice == "":
		call.Caution = s.voice.T("office.call.unsure")
	}
	return call
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}
