package pages

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/casefile"
	"recueil/internal/office/internal/followup"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/trust"
	"recueil/internal/web"
)

// recordPart is the kind of every entry of a record, as it stands in its header.
const recordPart archive.PartKind = "record"

var errNoRecord = &web.Problem{Status: http.StatusNotFound, Key: "office.error.no_record"}

// A recordFile is a record with all that was opened of it.
type recordFile struct {
	row          archive.Record
	key          casefile.Case
	broken       bool // its key does not open: nothing of it can be shown or added
	misled       bool // its row names another referral than the one that opened it
	restated     bool // its row is open or closed otherwise than its entries say
	reappointed  bool // so is the row of an appointment of it
	entries      []recordEntry
	appointments []archive.Appointment
	opinions     []archive.Opinion
	frozen       map[uuid.UUID]archive.RecordFreeze // of its files
}

// A recordEntry is an entry beside its row. One that does not open is damaged, alone.
type recordEntry struct {
	row      archive.RecordEntry
	entry    followup.Entry
	damaged  bool
	replaced bool // another corrects it
}

// unit is the follow-up unit that a member works in: the first of those whose key he
// holds.
func (s *Server) unit(v *visit) (trust.Team, bool) {
	units := s.units(v)
	if len(units) == 0 {
		return trust.Team{}, false
	}
	return units[0], true
}

// holder is the identity of one epoch of a team, if the member holds it.
func holder(v *visit, team string, epoch int) (keyring.Team, bool) {
	for _, key := range v.keys.Epochs(team) {
		if key.Epoch == epoch {
			return key, true
		}
	}
	return keyring.Team{}, false
}

// recordOf finds the record of an address and opens it. One of another team is not
// there.
func (s *Server) recordOf(c echo.Context, v *visit) (*recordFile, error) {
	id, err := uuid.Parse(c.Param("suivi"))
	if err != nil {
		return nil, errNoRecord
	}
	f, err := s.openFile(c, v, id)
	if errors.Is(err, errNoRecord) {
		// Somebody who follows an address that is not his leaves a line.
		line := audit.Event{At: s.Now(), Actor: v.ID, Action: "record.refused", Object: "record", ID: id.String()}
		if err := s.Trail.Append(c.Request().Context(), line); err != nil {
			return nil, err
		}
	}
	return f, err
}

func (s *Server) openFile(c echo.Context, v *visit, id uuid.UUID) (*recordFile, error) {
	ctx := c.Request().Context()
	row, err := s.Archive.Record(ctx, id, s.unitIDs(v))
	if errors.Is(err, archive.ErrNoRecord) {
		return nil, errNoRecord
	}
	if err != nil {
		return nil, err
	}
	f := &recordFile{row: row}
	if err := s.openRecordKey(v, f); err != nil {
		s.Log.Warn("a record does not open", "record", id, "err", err)
		f.broken = true
	}
	rows, err := s.Archive.RecordEntries(ctx, id)
	if err != nil {
		return nil, err
	}
	if f.opinions, err = s.Archive.Opinions(ctx, id); err != nil {
		return nil, err
	}
	if f.appointments, err = s.Archive.Appointments(ctx, id); err != nil {
		return nil, err
	}
	s.openEntries(f, rows)
	f.standAsSealed()
	if !slices.ContainsFunc(f.entries, func(e recordEntry) bool { return e.entry.File != nil }) {
		return f, nil
	}
	frozen, err := s.Archive.RecordFreezes(ctx, id)
	f.frozen = map[uuid.UUID]archive.RecordFreeze{}
	for _, one := range frozen {
		f.frozen[one.FileID] = one
	}
	return f, err
}

func (s *Server) recordKey(v *visit, row *archive.Record) (casefile.Case, error) {
	opened, err := s.sealedRecord(v, row)
	return casefile.Case{ID: row.ID, Key: opened.Key}, err
}

func (s *Server) sealedRecord(v *visit, row *archive.Record) (followup.RecordKey, error) {
	key, ok := holder(v, row.TeamID, row.Epoch)
	if !ok {
		return followup.RecordKey{}, fmt.Errorf("the member holds no epoch %d of %s", row.Epoch, row.TeamID)
	}
	return followup.OpenKey(key, row.ID, row.Body)
}

// openRecordKey opens the key of a record. The referral that was sealed with it is the
// one that counts: whoever writes the database could otherwise have what the unit writes
// of one child arrive at the report of another, or in another mailbox.
func (s *Server) openRecordKey(v *visit, f *recordFile) error {
	opened, err := s.sealedRecord(v, &f.row)
	if err != nil {
		return err
	}
	f.key = casefile.Case{ID: f.row.ID, Key: opened.Key}
	if opened.Referral == nil { // sealed before it stood there
		return nil
	}
	sealed := opened.Referral
	if *sealed == uuid.Nil {
		sealed = nil
	}
	f.misled = !sameID(sealed, f.row.Referral)
	f.row.Referral = sealed
	return nil
}

// openEntries opens what opens. A row that says of an entry that it corrects another
// than was sealed is damaged.
func (s *Server) openEntries(f *recordFile, rows []archive.RecordEntry) {
	f.entries = make([]recordEntry, len(rows))
	at := map[uuid.UUID]int{}
	for i, row := range rows {
		e := recordEntry{row: row}
		err := error(followup.ErrForged)
		if !f.broken {
			err = f.key.Open(casefile.Place{Part: row.ID, Kind: recordPart, Sequence: row.Sequence}, row.Body, &e.entry)
		}
		if err != nil || !sameID(e.entry.Replaces, row.Replaces) {
			if !f.broken {
				s.Log.Warn("an entry of a record does not open", "record", f.row.ID, "entry", row.ID, "err", err)
			}
			e.entry, e.damaged = followup.Entry{}, true
		}
		f.entries[i], at[row.ID] = e, i
		if e.entry.Replaces != nil {
			if j, known := at[*e.entry.Replaces]; known && (f.entries[j].damaged || f.entries[j].entry.Kind == e.entry.Kind) {
				f.entries[j].replaced = true
			}
		}
	}
}

func sameID(a, b *uuid.UUID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// current lists the entries of a kind as they stand now, oldest first.
func (f *recordFile) current(kind followup.Kind) []recordEntry {
	var found []recordEntry
	for _, e := range f.entries {
		if e.entry.Kind == kind && !e.replaced {
			found = append(found, e)
		}
	}
	return found
}

func (f *recordFile) find(id uuid.UUID) (recordEntry, bool) {
	i := slices.IndexFunc(f.entries, func(e recordEntry) bool { return e.row.ID == id })
	if i < 0 {
		return recordEntry{}, false
	}
	return f.entries[i], true
}

// openingEntry is what the unit knows from the start, as it stands now: the opening that
// no sealed entry corrects. The column beside it is for lists; who can write the database
// could have it name an older one, with a number that is no longer safe to call. Only one
// that it names and that does not open stands in front, so that an older one does not
// pass for the newest.
func (f *recordFile) openingEntry() (recordEntry, bool) {
	if named, ok := f.find(f.row.Opening); ok && named.damaged {
		return named, true
	}
	current := f.current(followup.Opening)
	if len(current) == 0 {
		return recordEntry{}, false
	}
	return current[len(current)-1], true
}

func (f *recordFile) opening() followup.Said {
	e, _ := f.openingEntry()
	return e.entry.Said
}

// openingMoved reports whether the row names another opening than what was sealed.
func (f *recordFile) openingMoved() bool {
	e, ok := f.openingEntry()
	return !f.broken && (!ok || e.row.ID != f.row.Opening)
}

func (f *recordFile) nextSequence() int {
	if len(f.entries) == 0 {
		return 1
	}
	return f.entries[len(f.entries)-1].row.Sequence + 1
}

// next is what comes next: an appointment, a step of the plan, a review.
func (f *recordFile) next(paris *time.Location) *time.Time {
	if f.row.Status == followup.Closed {
		return nil
	}
	var first *time.Time
	consider := func(at time.Time) {
		if first == nil || at.Before(*first) {
			first = &at
		}
	}
	for _, p := range f.appointments {
		if p.Status == followup.Planned {
			consider(p.StartsAt)
		}
	}
	for _, e := range f.current(followup.Plan) {
		if due, ok := e.entry.Said.Day("due", paris); ok && e.entry.Said.Get("state") == followup.ToDo {
			consider(due)
		}
	}
	if reviews := f.current(followup.Review); len(reviews) > 0 {
		if due, ok := reviews[len(reviews)-1].entry.Said.Day("next", paris); ok {
			consider(due)
		}
	}
	return first
}

func recordAddress(id uuid.UUID) string { return "/suivi/" + id.String() }
