// Package notify tells people outside the screens that something waits: by e-mail,
// or by a webhook.
//
// A notice is a kind, a count and minutes. It holds no name, no place, no reference
// and no address of a report, since a mailbox and a pager are read by whoever passes;
// to know more one logs in.
//
// The alarm is for an urgency 0 that nobody opened: it climbs a ladder of contacts,
// begins it again at its end, and stops when somebody who answers for it opens the
// report. Reminders are for the rest: at most one of a kind in an hour or a day.
//
// Nothing is sent by whoever decides. A notice is a row first; any office process
// claims it for a minute, sends it, and writes down what became of it. So each goes
// once however many processes run, one whose sender died is taken up again, and what
// cannot be sent is tried again for an hour, and seen. Once is not promised between a
// server's yes and the row that keeps it: who dies there leaves a notice to go twice.
package notify

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/audit"
	"recueil/internal/web"
)

// A Kind is what a notice is about.
type Kind string

// The kinds. CallBacks and Feedback count what other capabilities promise; who builds
// one hands its Counter in.
const (
	Alarm     Kind = "alarm"
	Unopened  Kind = "unopened"  // urgencies 0 and 1 that nobody opened
	Overdue   Kind = "overdue"   // nobody took up in time
	Answers   Kind = "answers"   // what reporters added, and nobody saw
	CallBacks Kind = "callbacks" // promised, and due
	Feedback  Kind = "feedback"  // of a recipient, and due
	Test      Kind = "test"
)

// Kinds lists them all, in the order of the page.
func Kinds() []Kind { return []Kind{Alarm, Unopened, Overdue, Answers, CallBacks, Feedback, Test} }

// A Counter says how many wait. It must be cheap: it is asked each minute.
type Counter func(ctx context.Context, now time.Time) (int, error)

// A Channel sends one notice to one address. Its error is a *Failure.
type Channel interface {
	Send(ctx context.Context, address string, n Notice, words Words) error
}

// A Meter counts what became of notices.
type Meter interface {
	Told(kind Kind, medium Medium, sent bool)
	Waits(w Waiting)
}

// Waiting is what a look at the house found.
type Waiting struct {
	Alarms  int           // reports of urgency 0 that are past the first step
	Oldest  time.Duration // how long the oldest unopened urgency 0 waits
	Overdue int
}

// Config is what a Notifier is made of.
type Config struct {
	Pool      *pgxpool.Pool
	Archive   *archive.Archive
	Trail     audit.Trail
	Channels  map[Medium]Channel // those that the settings make possible
	Hosts     []string           // that a webhook may go to
	Counters  map[Kind]Counter   // of the reminders
	Catalogue fs.FS
	Meter     Meter // nil counts nothing
	Now       func() time.Time
	Log       *slog.Logger
}

// A Notifier decides what is to be told, and sends what waits.
type Notifier struct {
	Config
	paris   *time.Location
	voices  map[string]*web.Voice
	trouble atomic.Pointer[Trouble]
	places  map[Medium]chan struct{} // of what Run sends at the same time, by each medium
}

// catalogue holds the words of notices; a language that has it can be spoken.
const catalogue, firstLanguage = "office_notices.toml", "fr"

// New makes a Notifier.
func New(c Config) (*Notifier, error) {
	n := &Notifier{Config: c, voices: map[string]*web.Voice{}}
	n.trouble.Store(&Trouble{})
	n.places = map[Medium]chan struct{}{}
	for medium := range n.Channels {
		n.places[medium] = make(chan struct{}, atOnce)
	}
	var err error
	if n.paris, err = time.LoadLocation("Europe/Paris"); err != nil {
		return nil, err
	}
	languages, err := web.FindLanguages(c.Catalogue, catalogue, firstLanguage)
	if err != nil {
		return nil, err
	}
	for _, lang := range languages.All() {
		if n.voices[lang], err = web.NewVoice(c.Catalogue, lang, lang+"/"+catalogue); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Can reports whether the settings of this process let it send by a medium.
func (n *Notifier) Can(m Medium) bool { return n.Channels[m] != nil }

const (
	lookEvery = 5 * time.Second // for alarms; a step is at least a minute
	sendEvery = 2 * time.Second
)

// Run looks after alarms and reminders, and sends, until ctx ends. The two do not
// wait for each other: a slow server keeps no alarm from climbing on, and no other notice
// from going.
func (n *Notifier) Run(ctx context.Context) {
	go n.each(ctx, sendEvery, "notices were not sent", n.begin)
	n.each(ctx, lookEvery, "alarms and reminders were not looked after", n.Look)
}

func (n *Notifier) each(ctx context.Context, pause time.Duration, failing string, do func(context.Context) error) {
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			n.Log.Warn(failing, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Look decides what is to be told now.
func (n *Notifier) Look(ctx context.Context) error {
	return errors.Join(n.raise(ctx), n.remind(ctx), n.tidy(ctx), n.observe(ctx))
}
