// Package preview makes pictures of files that can be looked at without harm.
//
// What a reporter sends is hostile until shown otherwise: decoders are where files
// attack. So none runs in the office. This program starts itself once more for each
// picture, as a process without environment, keys, network or file system, bounded
// in memory and time; the original goes in by its standard input, and a small
// picture without any metadata comes out, upright, with a few facts that the file
// told about itself. Whatever happens to that process, the office says that the file
// cannot be shown, and nothing else happens. See docs/attachments-office.md.
package preview

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the one format that comes out
	"io"
	"log/slog"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sys/unix"

	"recueil/internal/child"
)

// Argument makes the program what [Run] is, in place of the office.
const Argument = "show-a-file"

// ErrNotShown says that there is no picture of a file: its decoder refused it,
// crashed, took too long or too much, or there is none.
var ErrNotShown = errors.New("the file cannot be shown")

// Bounds of what goes in and comes out.
const (
	MaxOriginal = 64 << 20 // bytes; larger files are downloaded
	MaxSide     = 1600     // pixels of what comes out
	maxFacts    = 16 << 10 // bytes of the answer's first line
	maxPicture  = 6 << 20  // bytes of what comes out
	maxTime     = 40 * time.Second
)

// A Picture is what can be shown of a file.
type Picture struct {
	JPEG          []byte // empty when only facts were found
	Width, Height int
	Facts         []Fact // what the file says of itself; nobody verified it
	Large         bool   // there are more pixels than are decoded
}

// A Fact is something that a file says of itself: the words of its Kind stand in the
// catalogue, its Value is text of the file.
type Fact struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// Kinds of facts.
const (
	Taken    = "taken"
	Changed  = "changed"
	Place    = "place" // latitude and longitude in degrees
	Device   = "device"
	Software = "software"
	Turned   = "turned" // by how the device was held; its value is EXIF's number, 2 to 8
)

// A Viewer starts the processes, two at a time and no more.
type Viewer struct {
	program string
	pdf     string // draws the first page of a PDF; empty where there is none
	log     *slog.Logger
	turns   *semaphore.Weighted
	longest time.Duration // that one file may take
	plain   atomic.Bool   // this machine allows no namespaces of our own
	shown   cache
}

// New returns a Viewer that starts program; the office's own is /proc/self/exe, so
// that an upgrade on disk changes nothing for a process that runs. The first page of a
// PDF is drawn by pdf, poppler's pdftoppm; without it a PDF is for download only.
func New(program, pdf string, log *slog.Logger) *Viewer {
	// A descriptor that somebody left open when the office was started would go on to
	// its children: Go closes those alone that it opened.
	unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
	if problem := PDFProblem(pdf); problem != "" {
		log.Info("first pages of PDFs are not shown: " + problem)
		pdf = ""
	}
	return &Viewer{program: program, pdf: pdf, log: log, turns: semaphore.NewWeighted(2), longest: maxTime}
}

// Shows reports whether there is a way to make a picture of a kind.
func (v *Viewer) Shows(kind Kind) bool { return kind.Picture() || kind == PDF && v.pdf != "" }

// Show makes the picture of an original. The error is ErrNotShown, that of reading
// the original, or the context's.
func (v *Viewer) Show(ctx context.Context, key [16]byte, kind Kind, original io.Reader, size int64) (Picture, error) {
	if !v.Shows(kind) {
		return Picture{}, ErrNotShown
	}
	if size > MaxOriginal {
		return Picture{Large: true}, nil
	}
	if found, ok := v.shown.get(key); ok {
		return found, nil
	}
	share := kind.limits().share
	if err := v.turns.Acquire(ctx, share); err != nil {
		return Picture{}, err
	}
	defer v.turns.Release(share)
	in := &remembering{from: original}
	answer, err := v.draw(ctx, kind, in)
	switch {
	case in.err != nil:
		return Picture{}, in.err
	case ctx.Err() != nil:
		return Picture{}, ctx.Err()
	case err != nil:
		v.log.Warn("a file cannot be shown", "kind", string(kind), "err", err)
		return Picture{}, ErrNotShown
	}
	shown, err := read(answer)
	if err != nil {
		v.log.Warn("a file cannot be shown", "kind", string(kind), "err", err)
		return Picture{}, ErrNotShown
	}
	v.shown.put(key, shown)
	return shown, nil
}

// draw has one process make the picture, or two for a page: of what the first one draws,
// the second makes what it makes of every picture.
func (v *Viewer) draw(ctx context.Context, kind Kind, in io.Reader) ([]byte, error) {
	time := v.longest
	if kind == PDF {
		page, err := v.run(ctx, work{[]string{string(PDF), v.pdf}, pdfPixels, v.longest / 2}, in)
		if err != nil {
			return nil, err
		}
		kind, in, time = PNG, bytes.NewReader(page), v.longest/2
	}
	return v.run(ctx, work{[]string{string(kind)}, maxFacts + maxPicture, time}, in)
}

// work is what one process does: on which words, how much it may write, and how long.
type work struct {
	words []string
	most  int
	time  time.Duration
}

// run lets one process work, and returns what it wrote.
func (v *Viewer) run(ctx context.Context, w work, in io.Reader) ([]byte, error) {
	out := &bounded{most: w.most}
	cmd := exec.Command(v.program, append([]string{Argument}, w.words...)...)
	cmd.Args[0] = "office"
	cmd.Env, cmd.Dir, cmd.Stdin, cmd.Stdout = []string{}, "/", in, out
	cmd.WaitDelay = time.Second
	if !v.plain.Load() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC}
	}
	gone, err := child.Start(cmd, syscall.SIGKILL)
	if cmd.SysProcAttr.Cloneflags != 0 && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL)) {
		if v.plain.CompareAndSwap(false, true) {
			v.log.Info("files are shown without namespaces: this machine allows none; the system call filter holds all the same")
		}
		return v.run(ctx, w, in) // whoever tried first, and told so
	}
	if err != nil {
		return nil, fmt.Errorf("starting a process: %w", err)
	}
	timer := time.NewTimer(w.time)
	defer timer.Stop()
	select {
	case <-gone:
	case <-ctx.Done():
		cmd.Process.Kill()
		<-gone
	case <-timer.C:
		cmd.Process.Kill()
		<-gone
	}
	if !cmd.ProcessState.Success() {
		// How it ended, and never what it said: that may be words of the file.
		return nil, fmt.Errorf("its process ended: %s", cmd.ProcessState)
	}
	return out.kept.Bytes(), nil
}

// facts is the first line of an answer.
type facts struct {
	Size  int    `json:"size"` // of the picture that follows
	Facts []Fact `json:"facts"`
	Large bool   `json:"large"`
}

// read checks an answer as if an attacker had written it, who may have taken over
// the process that wrote.
func read(answer []byte) (Picture, error) {
	line, picture, found := bytes.Cut(answer, []byte("\n"))
	var f facts
	if !found || len(line) > maxFacts || json.Unmarshal(line, &f) != nil || f.Size != len(picture) || len(f.Facts) > 20 {
		return Picture{}, errors.New("its process answered something else")
	}
	shown := Picture{Facts: f.Facts, Large: f.Large}
	for i := range shown.Facts {
		shown.Facts[i].Value = clean(shown.Facts[i].Value)
	}
	if len(picture) == 0 {
		return shown, nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || format != "jpeg" || config.Width > MaxSide || config.Height > MaxSide {
		return Picture{}, errors.New("its process answered no picture")
	}
	shown.JPEG, shown.Width, shown.Height = picture, config.Width, config.Height
	return shown, nil
}

// remembering keeps the error of a reader, which the process would only see as an end.
type remembering struct {
	from io.Reader
	err  error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// A bounded buffer refuses what is too much.
type bounded struct {
	kept bytes.Buffer // not embedded: io.Copy would read straight into it
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > b.most {
		return 0, errors.New("too much")
	}
	return b.kept.Write(p)
}
