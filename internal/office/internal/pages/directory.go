package pages

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/staff"
	"recueil/internal/territory"
)

// The directory: whom files are sent to.
type directoryPage struct {
	Frame
	Groups []recipientGroup
	Count  int
}

type recipientGroup struct {
	Heading string
	Rows    []recipientRow
}

// A recipientRow is one entry in a line, with whether a file may go to it.
type recipientRow struct {
	Address   string
	ID        string
	Name      string
	Kind      string
	Territory string
	Standing  standing
	State     string // in words
	Class     string // of its badge
	Key       string // what becomes of a file, in words
	Fit       bool   // a file may go to it
}

// recipientKinds are the kinds of services in the order of the screen.
var recipientKinds = []string{"cell", "prosecutor", "first_responders", "partner"}

func (s *Server) directory(c echo.Context, v *visit) error {
	listed, err := s.Archive.Recipients(c.Request().Context())
	if err != nil {
		return err
	}
	page := directoryPage{Frame: s.frame(c, s.voice.T("office.directory.title")), Count: len(listed)}
	for _, kind := range recipientKinds {
		group := recipientGroup{Heading: s.voice.T("office.directory.kind." + kind + ".many")}
		for i := range listed {
			if listed[i].Kind == kind {
				group.Rows = append(group.Rows, s.recipientRow(v, &listed[i]))
			}
		}
		if group.Rows != nil {
			page.Groups = append(page.Groups, group)
		}
	}
	return s.render(c, http.StatusOK, "directory", page)
}

func (s *Server) recipientRow(v *visit, r *archive.Recipient) recipientRow {
	row := recipientRow{Address: "/annuaire/" + r.ID.String(), ID: r.ID.String(), Name: r.Name, Kind: s.voice.T("office.directory.kind." + r.Kind),
		Territory: s.territoryName(r.Collectivity), Standing: s.standing(v, r)}
	row.State = s.voice.T("office.directory.state." + string(row.Standing))
	row.Class = map[standing]string{verified: "is-done", altered: "is-error"}[row.Standing]
	row.Fit = row.Standing == verified
	if row.Class == "" {
		row.Class = "is-warning"
	}
	if r.VerifiedOn != nil && row.Fit {
		row.State = s.voice.T("office.directory.verified_on", "Day", s.day(*r.VerifiedOn))
	}
	switch {
	case r.AgeKey == "":
		row.Key = s.voice.T("office.directory.key.none")
	case r.KeyTag == nil:
		row.Key = s.voice.T("office.directory.key.unconfirmed")
	default:
		row.Key = s.voice.T("office.directory.key.confirmed")
	}
	return row
}

func (s *Server) territoryName(code string) string {
	if code == "" {
		return s.voice.T("office.directory.everywhere")
	}
	if c, ok := territory.CollectivityByCode(code); ok {
		return c.Name + " (" + c.Code + ")"
	}
	return code
}

// day writes a date without a time: "17 mars 2026".
func (s *Server) day(t time.Time) string {
	return s.voice.T("office.directory.day", "Day", t.Day(), "Month", s.voice.T("month."+itoa(int(t.Month()))), "Year", t.Year())
}

// today is the date in Paris, as the database keeps dates.
func (s *Server) today() time.Time {
	now := s.Now().In(s.paris)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
}

// A standing says whether a file may go to an entry, and why not.
type standing string

const (
	verified    standing = "verified"
	unverified  standing = "unverified"  // nobody vouches for it
	outdated    standing = "outdated"    // somebody did, too long ago
	unconfirmed standing = "unconfirmed" // nobody compared its key
	altered     standing = "altered"     // it is not what was verified
	retired     standing = "retired"
)

// verifiedMonths is how long a verification holds. Cells move, and so do prosecutors'
// addresses; no law says how often to look.
const verifiedMonths = 12

// standing checks an entry against the tags that those who vouched for it left. It is
// asked before every file that goes out, not only when the entry is shown.
func (s *Server) standing(v *visit, r *archive.Recipient) standing {
	switch {
	case r.RetiredAt != nil:
		return retired
	case r.EntryTag == nil || !holds(v, bindingOf(r.EntryTeam, r.EntryEpoch, r.EntryTag)):
		return unverified
	case !v.keys.Bound(bindingOf(r.EntryTeam, r.EntryEpoch, r.EntryTag), entryPurpose, entryFields(r)...):
		return altered
	case r.VerifiedOn.AddDate(0, verifiedMonths, 0).Before(s.today()):
		return outdated
	case r.AgeKey != "" && (r.KeyTag == nil || !holds(v, bindingOf(r.KeyTeam, r.KeyEpoch, r.KeyTag))):
		return unconfirmed
	case r.AgeKey != "" && !v.keys.Bound(bindingOf(r.KeyTeam, r.KeyEpoch, r.KeyTag), keyPurpose, keyFields(r)...):
		return altered
	}
	return verified
}

// holds reports whether a member has the key that a tag was made with. Who has not
// cannot tell what was altered from what is only old: it wants to be verified again.
func holds(v *visit, b staff.Binding) bool {
	_, ok := v.keys.Identity(b.TeamID, b.Epoch)
	return ok
}

// What the tags of an entry vouch for: whom it is, and apart from that whose key.
const entryPurpose, keyPurpose = "directory entry", "directory key"

func entryFields(r *archive.Recipient) []string {
	fields := []string{r.ID.String(), r.Kind, r.Name, r.Collectivity, r.Contact, r.AgeKey, r.Source, dateOf(r.VerifiedOn)}
	if r.VerifiedBy != nil {
		fields = append(fields, r.VerifiedBy.String())
	}
	return fields
}

func keyFields(r *archive.Recipient) []string {
	fields := []string{r.ID.String(), r.AgeKey, dateOf(r.ConfirmedOn)}
	if r.ConfirmedBy != nil && r.KeyBy != nil {
		fields = append(fields, r.ConfirmedBy.String(), r.KeyBy.String())
	}
	return fields
}

func dateOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func bindingOf(team *string, epoch *int, tag []byte) staff.Binding {
	b := staff.Binding{Tag: tag}
	if team != nil && epoch != nil {
		b.TeamID, b.Epoch = *team, *epoch
	}
	return b
}
