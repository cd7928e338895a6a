package pages

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/web"
)

// A way goes through the steps of the log-in, in the fields of its forms: where it
// leads afterwards, and what was typed there when the session ended.
type way struct {
	Return string
	Kept   []keptValue
}

// A keptValue is something typed on a page whose session ended meanwhile.
type keptValue struct{ Name, Value string }

// keptNames are the fields that survive a log-in.
var keptNames = []string{"version", "qualification", "reason", "message", "text", "asks", "files", "hold", "note", "note_id", "share", "replaces", "revision", "call", "to", "referral", "unit", "extent", "reread",
	"choice", "reference", "other", "drawn", "redactions", "whole", "on", "service", "once", "callback", "callback_day", "callback_time", "callback_note", "callback_who"}

// keptLists are those that a form holds several times.
var keptLists = []string{"part", "file", "added", "person", "report", "omit", "read", "outcome"}

// ownNames are those of them that a page fills in by itself.
var ownNames = []string{"version", "message", "note_id", "replaces", "revision", "to", "referral", "unit", "extent", "part", "added", "drawn", "report", "once", "callback", "callback_who"}

// way reads where a link through the log-in leads.
func (s *Server) way(c echo.Context) way { return way{Return: ownAddress(c.QueryParam("retour"))} }

// wayTo leads back to the page of a request that found no session, with what was
// typed on it.
func (s *Server) wayTo(c echo.Context) way {
	w := way{Return: here(c)}
	if c.Request().Method != http.MethodPost {
		return w
	}
	form, err := web.ReadForm(c.Response(), c.Request())
	if errors.Is(err, web.ErrContentType) {
		form, err = typedBesideFile(c)
	}
	if err != nil {
		return w
	}
	if slices.Contains(callForms, c.Path()) {
		w.Kept = []keptValue{{"call", form.Encode()}}
		return w
	}
	w.keep(form, "")
	return w
}

// callForms are the addresses that the form of a call is posted to. What else belongs to
// a call has a form of its own.
var callForms = []string{"/appels/:id", "/appels/:id/envoi", "/appels/:id/fin", "/appels/:id/abandon", "/appels/:id/reconnexion"}

// typedBesideFile reads what was typed in a form that brings a file. The file is not
// kept, and read to its end: a browser that is cut off shows an error of its own.
func typedBesideFile(c echo.Context) (url.Values, error) {
	parts, err := multipartOf(c.Request())
	if err != nil {
		return nil, err
	}
	form, file := readInputs(parts)
	if file != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(file, mostOfDocument))
	}
	return form, nil
}

// readWay reads what a form of the log-in carries along.
func readWay(form url.Values) way {
	w := way{Return: ownAddress(form.Get("return"))}
	w.keep(form, "kept.")
	return w
}

// keep takes over what was typed, from fields whose names begin with a prefix.
func (w *way) keep(form url.Values, prefix string) {
	for _, name := range keptNames {
		if form.Get(prefix+name) != "" {
			w.Kept = append(w.Kept, keptValue{name, form.Get(prefix + name)})
		}
	}
	for _, given := range slices.Sorted(maps.Keys(form)) {
		name, ours := strings.CutPrefix(given, prefix)
		if !ours || !slices.Contains(keptLists, name) && !strings.HasPrefix(name, "text.") {
			continue
		}
		for _, value := range form[given] {
			w.Kept = append(w.Kept, keptValue{name, value})
		}
	}
	w.keepSaid(form, prefix)
}

// keepSaid keeps what the forms of the unit ask: a field of a table, and with several
// answers each.
func (w *way) keepSaid(form url.Values, prefix string) {
	for _, field := range slices.Sorted(maps.Keys(form)) {
		if name, ok := strings.CutPrefix(field, prefix); ok && (strings.HasPrefix(name, said) || name == "entry" || name == "who") {
			for _, value := range form[field] {
				w.Kept = append(w.Kept, keptValue{name, value})
			}
		}
	}
}

// holdsText reports whether more is carried along than what a page knows by itself.
func (w way) holdsText() bool {
	return slices.ContainsFunc(w.Kept, func(k keptValue) bool { return !slices.Contains(ownNames, k.Name) })
}

// address is where the way leads.
func (w way) address() string {
	if w.Return == "" {
		return "/file"
	}
	return w.Return
}

// through is the address of a step of the log-in, on the same way.
func (w way) through(step string) string {
	if w.Return == "" || w.Return == "/file" {
		return step
	}
	return step + "?retour=" + url.QueryEscape(w.Return)
}

// mostWaiting is how long a text may be, in bytes, to wait in the row of a session.
const mostWaiting = 16000

// arrive leads to the page of the way. What was typed on it before the session ended
// waits meanwhile, sealed, in the session's row: the page answers no POST that holds
// a passphrase, which a reload would send once more.
func (s *Server) arrive(c echo.Context, session *staff.Session, w way) error {
	if w.call() != "" && session.Role.May(triage.Call) {
		return s.resumeCall(c, session, w)
	}
	if w.isLong(session.Role) {
		return s.resumeLong(c, session, w)
	}
	if !strings.HasPrefix(w.Return, "/dossiers/") && w.Return != "/releve" || !w.holdsText() || !session.Role.May(triage.Shut) {
		return c.Redirect(http.StatusSeeOther, w.address())
	}
	waiting, err := json.Marshal(w)
	if err != nil {
		return errors.New("what was typed cannot be written")
	}
	if len(waiting) <= mostWaiting {
		if err := s.Desk.Wait(c.Request().Context(), session, waiting); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, w.Return+returning)
	}
	// A text longer than any that is taken is shown once more, rather than lost.
	if w.Return == "/releve" {
		v, err := s.visitOn(c, session)
		if err != nil {
			return err
		}
		return s.showHandoff(c, v, http.StatusOK, handoffPage{Typed: readHanding(w.form())})
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(w.Return, "/dossiers/"), "/")
	id, err := parseID(address)
	if err != nil {
		return err
	}
	v, err := s.visitOn(c, session)
	if err != nil {
		return err
	}
	return s.showReport(c, v, id, s.screenOf(w.form()))
}

// returning is added to the address of a page that what was typed waits for.
const returning = "?texte=garde"

// returned is what waits in the session for the page at hand. It stays until it is
// sent, so that a reload loses nothing.
func returned(c echo.Context, v *visit) (url.Values, bool) {
	raw, waits := v.Awaited()
	var w way
	if !waits || c.QueryParam("texte") == "" || json.Unmarshal(raw, &w) != nil || w.Return != here(c) {
		return nil, false
	}
	return w.form(), true
}

// sent drops what waited for a page, once it was sent.
func (s *Server) sent(c echo.Context, v *visit) error {
	if _, waits := v.Awaited(); !waits {
		return nil
	}
	return s.Desk.Wait(c.Request().Context(), v.Session, nil)
}

// form is what was kept, as the form of its page would send it.
func (w way) form() url.Values {
	form := url.Values{}
	for _, k := range w.Kept {
		form.Add(k.Name, k.Value)
	}
	return form
}

// ownAddresses are those that the log-in leads to, one kind a line.
var ownAddresses = regexp.MustCompile(`^/(` + strings.Join([]string{
	`file(\?[a-zA-Z0-9=&%._:-]*)?`,
	`dossiers/[0-9a-f-]{36}(/pieces/[0-9a-f-]{36}|/decision/[a-z]+|/relais|/demande|/demandes/[0-9a-f-]{36}/ajouts/[0-9a-f-]{36}|/transmission(/[0-9a-f-]{36})?)?`,
	`demandes(/[0-9a-f-]{36}(/pieces/[0-9a-f-]{36})?)?`,
	`appels(/nouveau|/[0-9a-f-]{36}(/relais)?)?`,
	`rappels`,
	`releve(/oublies)?`,
	`suites`,
	`services(\?dep=[0-9AB]{2,3}|/nouveau|/[0-9a-f-]{36})?`,
	`annuaire(/[0-9a-z-]{7,36})?`,
	`compte/[a-z]+`,
	`comptes(/[0-9a-z-]{4,36}){0,2}`,
	`cles(/[0-9a-f-]{36}(/refus)?)?`,
	`verifications`,
	`alertes`,
	`journal(\?[a-zA-Z0-9=&%._:-]*)?`,
}, `|`) + `)$`)

// ownAddress lets an address of ours through, and no other: the log-in leads
// nowhere else.
func ownAddress(address string) string {
	if ownAddresses.MatchString(address) || unitAddresses.MatchString(address) {
		return address
	}
	return ""
}
