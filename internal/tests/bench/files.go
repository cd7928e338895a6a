package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	fileMemoryGoal = 64 << 20 // above idle, whatever the size of the file
	fileRateGoal   = 0.8
)

// measureFiles sends one large file to the intake, which seals it while it comes in, for
// the memory that takes. Then smaller ones, in turns with the bare handler, which stores
// the same bytes in pieces of the same size: what else the machine does touches both.
func measureFiles(ctx context.Context, h *house, p plan, t *table) error {
	block := make([]byte, 1<<20)
	rand.Read(block)
	probe, err := dial(h.intake.addr)
	if err != nil {
		return err
	}
	v := &visitor{line: probe, cookie: "__Host-e=-"}
	_, err = v.send("/", url.Values{"door": {"relative"}})
	probe.close()
	if err != nil {
		return err
	}
	if err := h.calm(ctx); err != nil {
		return err
	}
	idle, err := h.intake.rss()
	if err != nil {
		return err
	}
	peak, enough := watchMemory(h.intake)
	_, err = upload(h.intake.addr, v.cookie, block, p.file)
	most := max(0, peak(enough)-idle)
	if err != nil {
		return err
	}
	var complete int
	if err := h.owner.QueryRow(ctx, "select count(*) from attachments where complete").Scan(&complete); err != nil || complete != 1 {
		return fmt.Errorf("%d files are whole after one was acknowledged: %w", complete, err)
	}
	size := mebibytes(p.file)
	t.goal("a file of "+size+" in: memory of the intake above idle, at most", mebibytes(most), "< 64 MiB", most < fileMemoryGoal)
	return compareFiles(ctx, h, t, func(p *process) (time.Duration, error) { return upload(p.addr, v.cookie, block, filePair) })
}

const (
	filePairs = 8
	filePair  = 128 << 20 // bytes of each
)

func compareFiles(ctx context.Context, h *house, t *table, send func(*process) (time.Duration, error)) error {
	var took, worked [2]time.Duration
	var ratios []float64
	for range filePairs {
		if _, err := h.owner.Exec(ctx, "truncate attachment_pieces, bare_pieces, attachments cascade"); err != nil {
			return err
		}
		var turn [2]time.Duration
		for i, p := range []*process{h.intake, h.bare} {
			before, err := p.cpu()
			if err != nil {
				return err
			}
			if turn[i], err = send(p); err != nil {
				return err
			}
			after, err := p.cpu()
			if err != nil {
				return err
			}
			took[i], worked[i] = took[i]+turn[i], worked[i]+after-before
		}
		ratios = append(ratios, turn[1].Seconds()/turn[0].Seconds())
	}
	slices.Sort(ratios)
	all := float64(filePairs*filePair) / (1 << 20)
	ratio := took[1].Seconds() / took[0].Seconds()
	t.goal(fmt.Sprintf("%d of %s in, in turns: MiB a second, against the same pieces unsealed (worst and best pair)", filePairs, mebibytes(filePair)),
		fmt.Sprintf("%.0f : %.0f = %.2f (%.2f–%.2f)", all/took[0].Seconds(), all/took[1].Seconds(), ratio, ratios[0], ratios[len(ratios)-1]), fmt.Sprintf("≥ %.1f", fileRateGoal), ratio >= fileRateGoal)
	t.row("their processor time for each MiB", fmt.Sprintf("%.1f : %.1f ms", 1e3*worked[0].Seconds()/all, 1e3*worked[1].Seconds()/all))
	_, err := h.owner.Exec(ctx, "truncate attachment_pieces, bare_pieces, attachments cascade")
	return err
}

// watchMemory looks at a server's memory ten times a second until the end is asked for.
func watchMemory(p *process) (peak func(stop chan struct{}) int64, stop chan struct{}) {
	var most atomic.Int64
	stop = make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if now, err := p.rss(); err == nil && now > most.Load() {
				most.Store(now)
			}
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func(stop chan struct{}) int64 {
		close(stop)
		<-done
		return most.Load()
	}, stop
}

// upload sends a form with a picture of that size, as a browser does.
func upload(addr, cookie string, block []byte, size int64) (time.Duration, error) {
	const boundary = "----frontiere"
	head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"_join\"\r\n\r\n1\r\n--" + boundary +
		"\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	end := "\r\n--" + boundary + "--\r\n"
	body := io.MultiReader(strings.NewReader(head), io.LimitReader(&repeated{block: block}, size), strings.NewReader(end))
	r, err := http.NewRequest(http.MethodPost, "http://"+addr+"/f", body)
	if err != nil {
		return 0, err
	}
	r.ContentLength = int64(len(head)) + size + int64(len(end))
	r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{WriteBufferSize: 256 << 10, DisableKeepAlives: true}}
	begun := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, err
	}
	if answer.StatusCode != http.StatusSeeOther {
		return 0, fmt.Errorf("a file was answered by %d", answer.StatusCode)
	}
	return time.Since(begun), nil
}

// repeated is a block without end.
type repeated struct {
	block []byte
	at    int
}

func (r *repeated) Read(b []byte) (int, error) {
	n := copy(b, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	return n, nil
}
