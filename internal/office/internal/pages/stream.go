package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/live"
)

const (
	streamPath = "/file/direct"
	pulse      = 15 * time.Second // between two signs of life
	sendingFor = 10 * time.Second // a screen that takes nothing for so long is gone
)

// An arrival is what a stream says of one arrival.
type arrival struct {
	Kind   archive.Kind `json:"kind"`
	Report uuid.UUID    `json:"report"`
	ID     uuid.UUID    `json:"id"`
}

// stream tells an open screen what arrives, as server-sent events: ids, and the mark
// that a screen goes on from when its line was cut. It is no sign that anybody is
// there, and lasts no longer than the session.
func (s *Server) stream(c echo.Context, v *visit) error {
	from := c.Request().Header.Get("Last-Event-ID")
	if from == "" {
		from = c.QueryParam("depuis")
	}
	if !isSnapshot(from) {
		return c.NoContent(http.StatusBadRequest)
	}
	only, err := onlyReport(c)
	if err != nil {
		return c.NoContent(http.StatusBadRequest)
	}
	watch, teams := v.Watch(), v.keys.Teams()
	c.Set("visit", nil) // the keys are for one answer, not for hours
	ctx := c.Request().Context()
	stream, err := s.live.Open(ctx, watch, teams)
	if errors.Is(err, live.ErrClosed) {
		return c.NoContent(http.StatusServiceUnavailable)
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	// After the stream was opened: what falls in between comes twice, and not never.
	missed, mark, err := s.Archive.Since(ctx, from)
	if errors.Is(err, archive.ErrSnapshot) {
		return c.NoContent(http.StatusBadRequest)
	}
	if err != nil {
		return err
	}
	out := newEvents(c)
	if err := out.begin(); err != nil {
		return nil // the screen is gone
	}
	twice := map[uuid.UUID]bool{}
	for _, a := range missed {
		twice[a.ID] = true
	}
	first := live.Batch{Arrivals: live.For(teams, missed), More: len(missed) >= archive.MostArrivals, Mark: mark}
	if err := out.batch(first, only); err != nil {
		return nil
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case batch, open := <-stream.Batches:
			if !open {
				return out.over(stream.End())
			}
			// The turn may reach further back than the page, which shows what it saw.
			batch.Arrivals = slices.DeleteFunc(slices.Clone(batch.Arrivals), func(a archive.Arrival) bool { return twice[a.ID] || a.SeenBy(from) })
			if err := out.batch(batch, only); err != nil {
				return nil
			}
		}
	}
}

func onlyReport(c echo.Context) (uuid.UUID, error) {
	if text := c.QueryParam("dossier"); text != "" {
		return uuid.Parse(text)
	}
	return uuid.Nil, nil
}

// streamAddress is where a screen listens from a snapshot on; of one report, or all.
func streamAddress(path, snapshot string, only uuid.UUID) string {
	query := url.Values{"depuis": {snapshot}}
	if only != uuid.Nil {
		query.Set("dossier", only.String())
	}
	return path + "?" + query.Encode()
}

// isSnapshot reports whether a text may be the name of a snapshot.
func isSnapshot(text string) bool {
	return strings.Trim(text, "0123456789:,") == "" && strings.Count(text, ":") == 2 && len(text) <= 4096
}

// events writes server-sent events, each with a deadline of its own: those of the
// server are for answers that end.
type events struct {
	w    http.ResponseWriter
	line *http.ResponseController
	last time.Time
}

func newEvents(c echo.Context) *events {
	return &events{w: c.Response(), line: http.NewResponseController(c.Response())}
}

func (e *events) begin() error {
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // a proxy in front hands each event on as it comes
	e.w.WriteHeader(http.StatusOK)
	return e.write("retry: 1000\n\n")
}

// batch writes what arrived; without anything, only a sign of life now and then.
func (e *events) batch(b live.Batch, only uuid.UUID) error {
	list := []arrival{}
	for _, a := range b.Arrivals {
		if only == uuid.Nil || only == a.Report {
			list = append(list, arrival{a.Kind, a.Report, a.ID})
		}
	}
	if len(list) == 0 && !b.More {
		if time.Since(e.last) < pulse {
			return nil
		}
		return e.write("event: pulse\nid: " + b.Mark + "\ndata:\n\n")
	}
	data, err := json.Marshal(struct {
		Arrivals []arrival `json:"arrivals"`
		More     bool      `json:"more,omitempty"`
	}{list, b.More})
	if err != nil {
		return fmt.Errorf("writing events: %w", err)
	}
	return e.write("event: arrivals\nid: " + b.Mark + "\ndata: " + string(data) + "\n\n")
}

// over tells the screen not to come back, when that is so.
func (e *events) over(why live.End) error {
	if slices.Contains([]live.End{live.SessionOver, live.Elsewhere}, why) {
		_ = e.write("event: over\ndata: " + string(why) + "\n\n") // it may be gone already
	}
	return nil
}

func (e *events) write(text string) error {
	e.last = time.Now()
	if err := e.line.SetWriteDeadline(e.last.Add(sendingFor)); err != nil {
		return err
	}
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.line.Flush()
}
