package pages_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// What the tests of files do with a desk.

// builtOffice is the real program, which the office starts once more to show a file.
var builtOffice = sync.OnceValues(func() (string, error) {
	path := filepath.Join(founded.dir, "office")
	out, err := exec.Command("go", "build", "-tags", "nodynamic", "-o", path, "recueil/cmd/office").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// officeProgram is where that program will be: tests that show no file need not wait.
func officeProgram(t *testing.T) string { return filepath.Join(foundedHouse(t).dir, "office") }

// showing makes sure that files can be shown.
func (d *desk) showing() *desk {
	d.t.Helper()
	if _, err := builtOffice(); err != nil {
		d.t.Fatal(err)
	}
	return d
}

// store puts a file where the public side puts it, for a report or an addition to come.
func (d *desk) store(owner report.ID, caseKey secret.Key, name string, content []byte) report.Attachment {
	d.t.Helper()
	return d.storeFrom(owner, caseKey, name, bytes.NewReader(content), int64(len(content)))
}

func (d *desk) storeFrom(owner report.ID, caseKey secret.Key, name string, content io.Reader, size int64) report.Attachment {
	d.t.Helper()
	ctx, id := context.Background(), report.NewID()
	d.exec("insert into attachments (id, owner, size, expires_at) values ($1, $2, $3, $4)", id, owner, seal.SealedSize(size), d.clock.Now().Add(time.Hour))
	sealed, err := seal.File(seal.AttachmentHeader(owner, id), seal.PartKey(caseKey, seal.AttachmentKind, id), content, func(n int, piece []byte) error {
		_, err := d.db.Intake.Exec(ctx, "insert into attachment_pieces (attachment_id, number, body) values ($1, $2, $3)", id, n, piece)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.exec("update attachments set size = $2, pieces = $3, complete = true where id = $1", id, sealed.Stored, sealed.Pieces)
	return report.Attachment{ID: id, Name: name, Size: sealed.Size, SHA256: sealed.SHA256, Stored: sealed.Stored}
}

// A sent file is one that came with a report.
type sent struct {
	name    string
	content []byte
}

// receiveWith puts a report with files where the public side puts it.
func (d *desk) receiveWith(files ...sent) *report.Report {
	d.t.Helper()
	r := newReport(d.clock.Now().Add(-time.Hour), within24h())
	for _, f := range files {
		r.Attachments = append(r.Attachments, d.store(r.ID, r.CaseKey, f.name, f.content))
	}
	d.accept(d.seal(r))
	return r
}

// addFile sends what a reporter adds by his code, with a file.
func (d *desk) addFile(to *report.Report, text string, f sent) (report.ID, report.Attachment) {
	d.t.Helper()
	later := *to
	later.ReceivedAt, later.Answers, later.CaseKey, later.Added = d.clock.Now(), report.Answers{}, secret.New(), &report.Added{Text: text}
	id := report.NewID()
	listed := d.store(id, later.CaseKey, f.name, f.content)
	later.Attachments = []report.Attachment{listed}
	e, err := seal.Addition(&later, id, d.team)
	if err != nil {
		d.t.Fatal(err)
	}
	d.accept(e)
	return id, listed
}

func filePath(r *report.Report, n int) string {
	return path(r) + "/pieces/" + r.Attachments[n].ID.String()
}

// reveal gives a reason to look at a file.
func (b *browser) reveal(address string) *browser {
	b.t.Helper()
	b.open(address).want(200, address)
	return b.post(address, map[string][]string{"version": {"1"}, "reason": {"Vérifier ce que montre la photo."}}).want(200, address+"/apercu")
}

// fetch gets an address as it is: no redirect followed, broken connections told.
func (b *browser) fetch(address, byteRange string) (*http.Response, []byte, error) {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.base+address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if byteRange != "" {
		r.Header.Set("Range", byteRange)
	}
	client := *b.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

// savedAs is the name that a browser saves an answer under.
func savedAs(t *testing.T, disposition string) string {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(disposition)
	if err != nil || kind != "attachment" {
		t.Errorf("the disposition is %q: %v", disposition, err)
	}
	return parameters["filename"]
}
