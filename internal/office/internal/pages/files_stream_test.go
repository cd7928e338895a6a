package pages_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"recueil/internal/child"
	"recueil/internal/report"
)

// originalBytes is how large the original is that is streamed. The figures of
// docs/attachments-office.md come from -original 1073741824.
var originalBytes = flag.Int64("original", 96<<20, "bytes of the original that is streamed")

// An officeProcess is the real program, on the database of a desk.
type officeProcess struct {
	pid     int
	address string
}

func (d *desk) process() officeProcess {
	d.t.Helper()
	program, err := builtOffice()
	if err != nil {
		d.t.Fatal(err)
	}
	h := foundedHouse(d.t)
	cmd := exec.Command(program, "--listen=127.0.0.1:0", "--private-listen=127.0.0.1:0", "--database-url="+d.db.URL("recueil_office"),
		"--trust-file="+h.trust(), "--shred-dir="+h.shreds(), "--idle-limit=12h")
	log, out, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd.Stderr = out
	gone, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		d.t.Fatal(err)
	}
	out.Close()
	d.t.Cleanup(func() { cmd.Process.Kill(); <-gone; log.Close() })
	lines, listening := bufio.NewScanner(log), regexp.MustCompile(`msg=listening on=(\S+)`)
	var found []string
	for len(found) < 2 && lines.Scan() {
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			found = append(found, m[1])
		}
	}
	go func() {
		for lines.Scan() {
		}
	}()
	for _, address := range found {
		if response, err := http.Get("http://" + address + "/healthz"); err == nil {
			response.Body.Close()
			if response.StatusCode != 200 {
				return officeProcess{cmd.Process.Pid, address}
			}
		}
	}
	d.t.Fatalf("the office did not start: %v", found)
	return officeProcess{}
}

// resident is the memory of a process, in bytes.
func (p officeProcess) resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmRSS:"))
	var kilobytes int64
	if _, err := fmt.Sscan(string(rest), &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// swallow reads an answer to its end.
func swallow(t *testing.T, address, cookie string) (int64, time.Duration) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", "__Host-bureau="+cookie)
	began := time.Now()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, response.Body, make([]byte, 256<<10))
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%d, %v", response.StatusCode, err)
	}
	return n, time.Since(began)
}

// bare hands the same pieces out as they are stored: no key, no digest.
func (d *desk) bare(id any) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for number := 0; ; number++ {
			var piece []byte
			if err := d.db.Office.QueryRow(r.Context(), "select body from attachment_pieces where attachment_id = $1 and number = $2", id, number).Scan(&piece); err != nil {
				return
			}
			w.Write(piece)
		}
	}))
	d.t.Cleanup(server.Close)
	return server
}

func TestAnOriginalStreamsInConstantMemory(t *testing.T) {
	d := newDesk(t)
	d.clock.Add(time.Since(d.clock.Now())) // the process goes by the true time
	r := newReport(d.clock.Now(), within24h())
	listed := d.storeFrom(r.ID, r.CaseKey, "long.bin", io.LimitReader(noise{}, *originalBytes), *originalBytes)
	r.Attachments = append(r.Attachments, listed)
	d.accept(d.seal(r))
	cookie := d.as("a.diallo").token
	office, bare := d.process(), d.bare(listed.ID)
	page := "http://" + office.address + path(r)
	swallow(t, page, cookie)
	idle := office.resident(t)
	most, stop := idle, make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				most = max(most, office.resident(t))
			}
		}
	}()
	var sealed, plain time.Duration
	for range 3 { // in turns, so that what the machine does meanwhile touches both
		n, took := swallow(t, "http://"+office.address+filePath(r, 0)+"/original", cookie)
		if sealed += took; n != *originalBytes {
			t.Errorf("%d bytes come", n)
		}
		_, took = swallow(t, bare.URL, cookie)
		plain += took
	}
	left := d.handedOver(r)
	if n, _ := swallow(t, "http://"+office.address+left, cookie); n < *originalBytes {
		t.Errorf("%d bytes leave sealed", n)
	}
	close(stop)
	<-watched
	mib := func(took time.Duration) float64 { return 3 * float64(*originalBytes) / (1 << 20) / took.Seconds() }
	t.Logf("%d MiB: %.0f MiB/s, bare pieces %.0f MiB/s, ratio %.2f; resident %d MiB above %d", *originalBytes>>20, mib(sealed), mib(plain),
		plain.Seconds()/sealed.Seconds(), (most-idle)>>20, idle>>20)
	if most-idle >= 64<<20 {
		t.Errorf("it took %d MiB above the %d of an idle office", (most-idle)>>20, idle>>20)
	}
}

// handedOver lets a report leave with all its files, sealed, and returns where.
func (d *desk) handedOver(r *report.Report) string {
	d.t.Helper()
	to := d.recipient("cell", "CRIP du Nord", "59", hybridKey(d.t).Recipient().String())
	d.qualify(r, "concern")
	chosen := url.Values{}
	for _, f := range r.Attachments {
		chosen.Add("file", f.ID.String())
	}
	d.as("a.diallo").propose(r, to, chosen).want(200, "")
	b := d.as("c.martin").open(path(r)+"/transmission").submit(`form[action$="/validation"]`, nil).want(200, "")
	return b.doc.Find(`a[href$="/age"]`).AttrOr("href", "")
}

// A slow reader takes longer than the server's limits for pages.
func TestASlowDownloadIsNotCutOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receiveWith(sent{"long.bin", longFile(3)})
	b := d.as("a.diallo")
	server := httptest.NewUnstartedServer(d.office)
	server.Config.WriteTimeout = time.Second
	server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		conn.(*tls.Conn).NetConn().(*net.TCPConn).SetWriteBuffer(64 << 10) // what was written is not yet read
		return ctx
	}
	server.StartTLS()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	defer conn.Close()
	client := *server.Client()
	transport := client.Transport.(*http.Transport).Clone()
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	client.Transport = transport
	request, err := http.NewRequest(http.MethodGet, server.URL+filePath(r, 0)+"/original", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", "__Host-bureau="+b.token)
	response, err := client.Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%v %v", response, err)
	}
	defer response.Body.Close()
	var got bytes.Buffer
	for range 15 {
		if _, err := io.CopyN(&got, response.Body, 150<<10); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, err := io.Copy(&got, response.Body); err != nil || !bytes.Equal(got.Bytes(), longFile(3)) {
		t.Errorf("%d bytes of %d come: %v", got.Len(), len(longFile(3)), err)
	}
}

// noise is cheap to make and does not compress.
type noise struct{}

func (noise) Read(p []byte) (int, error) {
	x := uint32(2463534242)
	for i := range p {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		p[i] = byte(x)
	}
	return len(p), nil
}
