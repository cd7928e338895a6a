package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recueil/internal/envelope"
	"recueil/internal/report"
	"recueil/internal/spool"
	"recueil/internal/testing/sealtest"
)

func open(t *testing.T, dir string) *spool.Spool {
	t.Helper()
	s, err := spool.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// sealed returns a report's envelope, and one of something added to it.
func sealed(t *testing.T, story string) (envelope.Envelope, envelope.Envelope) {
	t.Helper()
	team, _ := sealtest.Team(t, "plateau")
	e := sealtest.Seal(t, sealtest.Report(story), team)
	added := e
	added.Tag[0] ^= 1
	return e, added.AsAddition()
}

func put(t *testing.T, s *spool.Spool, envelopes ...envelope.Envelope) {
	t.Helper()
	for _, e := range envelopes {
		if err := s.Put(e); err != nil {
			t.Fatal(err)
		}
	}
}

// A database takes envelopes, or refuses them.
type database struct {
	away      bool
	meanwhile func() // what happens at each try while it is away
	refuses   map[report.ID]bool
	took      []envelope.Envelope
	tried     map[report.ID]int
}

func (d *database) deliver(_ context.Context, e envelope.Envelope) error {
	if d.tried == nil {
		d.tried = map[report.ID]int{}
	}
	d.tried[e.ID]++
	switch {
	case d.away:
		d.meanwhile()
		return fmt.Errorf("%w: no answer", spool.ErrAway)
	case d.refuses[e.ID]:
		return errors.New("the database does not want this one")
	}
	d.took = append(d.took, e)
	return nil
}

// runFor lets the spool deliver for a while of the bubble's clock.
func runFor(t *testing.T, s *spool.Spool, d *database, log *bytes.Buffer, length time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	s.Run(ctx, d.deliver, slog.New(slog.NewTextHandler(log, nil)))
}

func TestWhatIsPutIsDeliveredOnceAndWhole(t *testing.T) {
	synctest.Test(t, whatIsPutIsDeliveredOnceAndWhole)
}

func whatIsPutIsDeliveredOnceAndWhole(t *testing.T) {
	dir := t.TempDir()
	first, _ := sealed(t, "bonjour")
	second, _ := sealed(t, "bonsoir")
	s := open(t, dir)
	put(t, s, first, second, first) // the same text twice is one file
	changed := first
	changed.Tag[3] ^= 1
	put(t, s, changed) // other text under the same id is another
	if s.Len() != 3 {
		t.Fatalf("%d envelopes wait", s.Len())
	}
	var d database
	var log bytes.Buffer
	runFor(t, s, &d, &log, time.Minute)
	if len(d.took) != 3 || s.Len() != 0 || log.Len() != 0 {
		t.Fatalf("took %d, %d wait: %s", len(d.took), s.Len(), log.String())
	}
	for _, e := range []envelope.Envelope{first, second, changed} {
		want, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(d.took, func(got envelope.Envelope) bool { b, _ := got.MarshalBinary(); return bytes.Equal(b, want) }) {
			t.Errorf("%s did not arrive as it was put", e.ID)
		}
	}
}

func TestReportComesBeforeWhatWasAddedToIt(t *testing.T) {
	synctest.Test(t, reportComesBeforeWhatWasAddedToIt)
}

func reportComesBeforeWhatWasAddedToIt(t *testing.T) {
	for range 8 { // ids and tags are random, and so is their order
		s := open(t, t.TempDir())
		e, added := sealed(t, "bonjour")
		put(t, s, added, e)
		var d database
		runFor(t, s, &d, new(bytes.Buffer), 2*time.Second)
		if len(d.took) != 2 || d.took[0].Kind != envelope.Report || d.took[1].Kind != envelope.Addition {
			t.Fatalf("%d came, the first a %s", len(d.took), d.took[0].Kind)
		}
	}
}

func TestNothingIsTriedTwiceWhileTheDatabaseIsAway(t *testing.T) {
	synctest.Test(t, nothingIsTriedTwiceWhileTheDatabaseIsAway)
}

func nothingIsTriedTwiceWhileTheDatabaseIsAway(t *testing.T) {
	s := open(t, t.TempDir())
	e, _ := sealed(t, "bonjour")
	put(t, s, e)
	more := func() { // people go on writing
		if s.Len() < 90 {
			e.Tag[1]++
			put(t, s, e)
		}
	}
	d, log := database{away: true, meanwhile: more}, new(bytes.Buffer)
	runFor(t, s, &d, log, 10*time.Minute)
	tries := 0
	for _, n := range d.tried {
		tries += n
	}
	if tries < 100 || tries > 130 || s.Len() != 90 {
		t.Errorf("%d tries in ten minutes, %d wait", tries, s.Len())
	}
	if lines := strings.Count(log.String(), "\n"); lines < tries-1 || !strings.Contains(log.String(), "count=90") {
		t.Errorf("%d log lines for %d tries: %s", lines, tries, log.String())
	}
	d.away = false
	runFor(t, s, &d, log, 40*time.Second)
	if len(d.took) != 90 || s.Len() != 0 {
		t.Errorf("took %d, %d wait", len(d.took), s.Len())
	}
}

func TestOneRefusedEnvelopeBlocksNobodyAndIsNeverGivenUp(t *testing.T) {
	synctest.Test(t, oneRefusedEnvelopeBlocksNobodyAndIsNeverGivenUp)
}

func oneRefusedEnvelopeBlocksNobodyAndIsNeverGivenUp(t *testing.T) {
	s := open(t, t.TempDir())
	poison, _ := sealed(t, "bonjour")
	poison.ID[0], poison.ReportID[0] = 0, 0 // first in the folder
	put(t, s, poison)
	d, log := database{refuses: map[report.ID]bool{poison.ID: true}}, new(bytes.Buffer)
	for range 30 {
		e, _ := sealed(t, "bonsoir")
		put(t, s, e)
		runFor(t, s, &d, log, 2*time.Minute)
	}
	if len(d.took) != 30 || s.Len() != 1 || s.Refused() != 1 {
		t.Errorf("took %d, %d wait, %d refused", len(d.took), s.Len(), s.Refused())
	}
	if n := d.tried[poison.ID]; n < 8 || n > 20 {
		t.Errorf("tried %d times in an hour", n)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), poison.ReportID.String()) {
		t.Errorf("nobody hears of it: %s", log.String())
	}
	d.refuses = nil
	runFor(t, s, &d, log, 6*time.Minute)
	if s.Len() != 0 || s.Refused() != 0 {
		t.Error("it is not delivered once it may be")
	}
}

func TestDamagedFilesAreSetAsideAndKept(t *testing.T) {
	synctest.Test(t, damagedFilesAreSetAsideAndKept)
}

func damagedFilesAreSetAsideAndKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	good, _ := sealed(t, "bonjour")
	put(t, s, good)
	whole, err := good.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string][]byte{
		"half": whole[:len(whole)/2], "empty": nil, "other-version": bytes.Replace(whole, []byte("recueil.envelope/1"), []byte("recueil.envelope/9"), 1),
		"plain": []byte(`{"format":"recueil.envelope/1","body":"Qm9uam91cg=="}`),
	}
	for name, content := range broken {
		if err := os.WriteFile(filepath.Join(dir, "00-"+name+".envelope"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var d database
	var log bytes.Buffer
	runFor(t, s, &d, &log, time.Minute)
	if len(d.took) != 1 || s.Len() != 0 || s.Damaged() != len(broken) {
		t.Errorf("took %d, %d wait, %d damaged: %s", len(d.took), s.Len(), s.Damaged(), log.String())
	}
	if strings.Count(log.String(), "level=ERROR") != len(broken) || strings.Contains(log.String(), "Bonjour") {
		t.Error(log.String())
	}
	for name, content := range broken {
		kept, _ := filepath.Glob(filepath.Join(dir, "00-"+name+".*.damaged"))
		if len(kept) != 1 {
			t.Errorf("%s is kept as %v", name, kept)
			continue
		}
		if got, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s was changed: %v", name, err)
		}
	}
}

func TestAnotherProcessFindsWhatWasPutAndDropsHalves(t *testing.T) {
	synctest.Test(t, anotherProcessFindsWhatWasPutAndDropsHalves)
}

func anotherProcessFindsWhatWasPutAndDropsHalves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool [1]") // a name that a pattern would misread
	s := open(t, dir)
	e, _ := sealed(t, "bonjour")
	put(t, s, e)
	if _, err := spool.Open(dir); err == nil || !strings.Contains(err.Error(), "--spool-dir") {
		t.Fatalf("two processes share a spool: %v", err)
	}
	half := filepath.Join(dir, "12345.tmp")
	if err := os.WriteFile(half, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Close()
	again := open(t, dir)
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a half that was never acknowledged is still there: %v", err)
	}
	if again.Len() != 1 {
		t.Fatalf("%d envelopes wait", again.Len())
	}
	var d database
	runFor(t, again, &d, new(bytes.Buffer), 2*time.Second)
	if len(d.took) != 1 || d.took[0].ID != e.ID {
		t.Errorf("took %d", len(d.took))
	}
}

func TestPutRefusesWhatIsNotSealedAndSaysWhenItCannotKeep(t *testing.T) {
	synctest.Test(t, putRefusesWhatIsNotSealedAndSaysWhenItCannotKeep)
}

func putRefusesWhatIsNotSealedAndSaysWhenItCannotKeep(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	e, _ := sealed(t, "bonjour")
	plain := e
	plain.Body = []byte("bonjour, en clair")
	if err := s.Put(plain); !errors.Is(err, envelope.ErrNotSealed) || s.Len() != 0 {
		t.Errorf("a plain body: %v, %d wait", err, s.Len())
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(e); err == nil {
		t.Error("what was not written counts as kept")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Open(filepath.Join(file, "spool")); err == nil || !strings.Contains(err.Error(), "--spool-dir") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
}

func TestFolderThatCannotBeReadIsNotTakenForEmpty(t *testing.T) {
	synctest.Test(t, folderThatCannotBeReadIsNotTakenForEmpty)
}

func folderThatCannotBeReadIsNotTakenForEmpty(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir)
	e, _ := sealed(t, "bonjour")
	put(t, s, e)
	if other := report.NewID(); s.Holds(other) || !s.Holds(e.ReportID) {
		t.Errorf("it holds one that was not put: %t, and the one that was: %t", s.Holds(other), s.Holds(e.ReportID))
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	var d database
	log := new(bytes.Buffer)
	runFor(t, s, &d, log, 2*time.Second)
	if s.Len() == 0 || !s.Holds(e.ReportID) || !strings.Contains(log.String(), "reading the spool folder") {
		t.Errorf("%d wait, held: %t; the log says %q", s.Len(), s.Holds(e.ReportID), log)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if runFor(t, s, &d, log, 10*time.Second); len(d.took) != 1 || s.Len() != 0 {
		t.Errorf("once it is back %d were taken and %d wait", len(d.took), s.Len())
	}
}
