// Package live tells open screens what arrives. One poll a second for the whole
// process asks what the snapshot before could not see, so that a transaction that
// commits late is not skipped, and which of the listening sessions are still open.
// A stream carries ids, never a word; it goes to who holds the key of a team that the
// report was given to, and ends with the session.
package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/staff"
)

const (
	turn       = time.Second
	patience   = 5 * time.Second // for one poll
	backlog    = 16              // turns that a slow screen may lag behind
	MostOfEach = 4               // streams of one member; a browser opens six connections to one place
)

// ErrClosed says that this process is about to end.
var ErrClosed = errors.New("live streams are over")

// An End says why a stream ended. The zero End is a screen that could not follow, or
// the end of the process: it may come back at once.
type End string

// The ends that want something else than coming back.
const (
	SessionOver End = "session"
	Elsewhere   End = "elsewhere" // the member opened more screens than MostOfEach
)

// A Batch is what one turn brought to a stream; most bring nothing but the mark that
// a screen goes on from after a break.
type Batch struct {
	Arrivals []archive.Arrival
	More     bool // than are listed
	Mark     string
}

// A Stream is one screen that listens.
type Stream struct {
	Batches <-chan Batch // closed at the end; End then says why

	feed  *Feed
	watch staff.Watch
	teams []string
	out   chan Batch
	end   End
}

// A Feed polls while anybody listens.
type Feed struct {
	archive *archive.Archive
	desk    *staff.Desk
	log     *slog.Logger

	mu      sync.Mutex
	streams []*Stream // oldest first
	mark    string
	running bool
	closed  chan struct{}
}

// New returns a feed that nobody listens to yet.
func New(a *archive.Archive, d *staff.Desk, log *slog.Logger) *Feed {
	return &Feed{archive: a, desk: d, log: log, closed: make(chan struct{})}
}

// Open begins to listen for what arrives for these teams from now on. The oldest
// stream of a member who has MostOfEach ends for it.
func (f *Feed) Open(ctx context.Context, w staff.Watch, teams []string) (*Stream, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isClosed() {
		return nil, ErrClosed
	}
	if !f.running {
		// Before anything else: what comes from now on is after it.
		mark, err := f.archive.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		f.mark, f.running = mark, true
		go f.run()
	}
	var own []*Stream
	for _, s := range f.streams {
		if s.watch.Staff == w.Staff {
			own = append(own, s)
		}
	}
	if len(own) >= MostOfEach {
		f.finish(own[0], Elsewhere)
	}
	out := make(chan Batch, backlog)
	s := &Stream{Batches: out, feed: f, watch: w, teams: slices.Clone(teams), out: out}
	f.streams = append(f.streams, s)
	return s, nil
}

// Close ends the stream from the side of its screen.
func (s *Stream) Close() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.finish(s, "")
}

// End says why the stream ended, once Batches is closed.
func (s *Stream) End() End {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	return s.end
}

// Close ends every stream, and those to come.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isClosed() {
		return
	}
	close(f.closed)
	for len(f.streams) > 0 {
		f.finish(f.streams[0], "")
	}
}

func (f *Feed) isClosed() bool {
	select {
	case <-f.closed:
		return true
	default:
		return false
	}
}

// finish is called with the lock held.
func (f *Feed) finish(s *Stream, why End) {
	at := slices.Index(f.streams, s)
	if at < 0 {
		return
	}
	f.streams = slices.Delete(f.streams, at, at+1)
	s.end = why
	close(s.out)
}

// run polls until nobody listens any more.
func (f *Feed) run() {
	ticker := time.NewTicker(turn)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-f.closed:
			return
		case <-ticker.C:
		}
		if f.rest() {
			return
		}
		err := f.poll()
		if (err != nil) != failing {
			failing = err != nil
			f.log.Warn("live screens", "failing", failing, "err", err)
		}
	}
}

// rest ends the polling when nobody listens.
func (f *Feed) rest() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running = len(f.streams) > 0
	return !f.running
}

// poll is one turn. While the database is away nothing moves: the mark stays, and the
// turn after brings what this one could not.
func (f *Feed) poll() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f.mu.Lock()
	mark, watches := f.mark, []staff.Watch{}
	for _, s := range f.streams {
		watches = append(watches, s.watch)
	}
	f.mu.Unlock()
	alive, err := f.desk.Alive(ctx, watches)
	if err != nil {
		return err
	}
	arrivals, next, err := f.archive.Since(ctx, mark)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mark = next
	for _, s := range slices.Clone(f.streams) {
		if !slices.Contains(watches, s.watch) {
			// It came meanwhile: nobody has asked for its session in this turn. Its own
			// look back may have been before what arrived now.
			f.deliver(s, s.teams, arrivals, next)
			continue
		}
		held, open := alive[s.watch]
		if !open {
			f.finish(s, SessionOver)
			continue
		}
		f.deliver(s, held, arrivals, next)
	}
	return nil
}

// deliver hands a stream what is for the teams that its member still holds. A screen
// that does not follow ends, and comes back to where it was.
func (f *Feed) deliver(s *Stream, held []string, arrivals []archive.Arrival, mark string) {
	s.teams = slices.DeleteFunc(s.teams, func(team string) bool { return !slices.Contains(held, team) })
	batch := Batch{Arrivals: For(s.teams, arrivals), More: len(arrivals) >= archive.MostArrivals, Mark: mark}
	select {
	case s.out <- batch:
	default:
		f.finish(s, "")
	}
}

// For keeps what was given to one of these teams.
func For(teams []string, arrivals []archive.Arrival) (mine []archive.Arrival) {
	for _, a := range arrivals {
		if slices.ContainsFunc(a.Teams, func(team string) bool { return slices.Contains(teams, team) }) {
			mine = append(mine, a)
		}
	}
	return mine
}
