package pages_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"recueil/internal/report"
	"recueil/internal/testing/filetest"
)

// longFile is several pieces long, and each piece is unlike the others.
func longFile(seed byte) []byte {
	b := make([]byte, 3<<20)
	for i := range b {
		b[i] = byte(i>>12) ^ seed
	}
	return append([]byte("RIFF    WAVEfmt "), b...)
}

func TestADamagedFileIsDamagedAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	b := d.as("a.diallo")
	const swapPieces = `update attachment_pieces p set body = q.body from attachment_pieces q where q.attachment_id = $2 and q.number = p.number and p.attachment_id = $1`
	for name, c := range map[string]struct {
		change   string
		second   bool // $2 is a second file
		stranger bool // of another report
		later    bool // seen when the file is read, not on the report
	}{
		"a piece is missing":            {change: "delete from attachment_pieces where attachment_id = $1 and number = 1"},
		"its last piece is missing":     {change: "delete from attachment_pieces where attachment_id = $1 and number = (select max(number) from attachment_pieces where attachment_id = $1)"},
		"all pieces are missing":        {change: "delete from attachment_pieces where attachment_id = $1"},
		"a piece too much":              {change: "insert into attachment_pieces select attachment_id, 99, body from attachment_pieces where attachment_id = $1 and number = 2"},
		"a piece follows":               {change: "insert into attachment_pieces select attachment_id, number + 1, body from attachment_pieces where attachment_id = $1 and number = (select max(number) from attachment_pieces where attachment_id = $1)"},
		"a piece is shorter":            {change: "update attachment_pieces set body = substring(body from 1 for 1000000) where attachment_id = $1 and number = 1"},
		"its end is cut":                {change: "update attachment_pieces set body = substring(body from 1 for octet_length(body) - 1) where attachment_id = $1 and number = 3"},
		"one less, and the row says so": {change: "with cut as (delete from attachment_pieces where attachment_id = $1 and number = 3) update attachments set pieces = 3, size = 3145728 where id = $1"},
		"its row is gone":               {change: "delete from attachments where id = $1"},
		"its row is another owner's":    {change: "update attachments set owner = $2 where id = $1", second: true},
		"it was never complete":         {change: "update attachments set complete = false where id = $1"},
		"its pieces are a sibling's":    {change: swapPieces, second: true},
		"its pieces are a stranger's":   {change: swapPieces, second: true, stranger: true},
		"a stranger's piece":            {change: "update attachment_pieces p set body = q.body from attachment_pieces q where p.attachment_id = $1 and q.attachment_id = $2 and p.number = 1 and q.number = 1", second: true, stranger: true, later: true},
		"its first bytes are changed":   {change: "update attachment_pieces set body = set_byte(body, 400, get_byte(body, 400) # 1) where attachment_id = $1 and number = 0"},
		"two pieces changed places":     {change: "update attachment_pieces p set body = q.body from attachment_pieces q where p.attachment_id = $1 and q.attachment_id = $1 and p.number in (1, 2) and q.number = 3 - p.number", later: true},
		"a piece came twice":            {change: "update attachment_pieces p set body = q.body from attachment_pieces q where p.attachment_id = $1 and q.attachment_id = $1 and p.number = 2 and q.number = 1", later: true},
		"a byte in the middle changed":  {change: "update attachment_pieces set body = set_byte(body, 700000, get_byte(body, 700000) # 1) where attachment_id = $1 and number = 1", later: true},
		"a sibling's piece":             {change: "update attachment_pieces p set body = q.body from attachment_pieces q where p.attachment_id = $1 and q.attachment_id = $2 and p.number = 1 and q.number = 1", second: true, later: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.receiveWith(sent{"abîmé.wav", longFile(1)}, sent{"autre.wav", longFile(2)}, sent{"note.txt", []byte("intact")})
			broken, other := r.Attachments[0].ID, r.Attachments[1].ID
			arguments := []any{broken}
			if c.stranger {
				other = d.receiveWith(sent{"autre.wav", longFile(2)}).Attachments[0].ID
			}
			if c.second {
				arguments = append(arguments, other)
			}
			d.exec(c.change, arguments...)
			b.open(path(r)).want(200, path(r))
			if !strings.Contains(b.body, "Négligences graves") {
				t.Error("the report does not read")
			}
			line := b.doc.Find("#piece-" + broken.String())
			if got := line.Find(".broken").Length() == 1; got == c.later || line.Find(`a[href$="/original"]`).Length() == 1 != c.later {
				t.Errorf("the report shows damage: %v", got)
			}
			response, got, err := b.fetch(filePath(r, 0)+"/original", "")
			if c.later {
				if err == nil || bytes.Equal(got, longFile(1)) {
					t.Errorf("a wrong file ends like a right one: %d bytes, %v", len(got), err)
				}
				if !strings.Contains(d.log.String(), `"a file broke off" of=`+r.ID.String()) {
					t.Error("the operator is not told")
				}
			} else {
				if err != nil || response.StatusCode != 409 {
					t.Errorf("the original: %v, %v", response, err)
				}
				b.open(filePath(r, 0)).want(200, "")
				if b.doc.Find(".damaged").Length() != 1 || b.doc.Find("main form").Length() > 0 {
					t.Errorf("its page says %q", b.text("main"))
				}
				if b.post(filePath(r, 0), url.Values{"reason": {"voir"}}); b.status != 409 {
					t.Errorf("it is shown for a reason: %d", b.status)
				}
			}
			for i, want := range map[int][]byte{1: longFile(2), 2: []byte("intact")} {
				if _, got, err := b.fetch(filePath(r, i)+"/original", ""); err != nil || !bytes.Equal(got, want) {
					t.Errorf("the file %d beside it: %d bytes, %v", i, len(got), err)
				}
			}
		})
	}
}

func TestAFileThatIsNotTheListedOneBreaksOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t).showing()
	r := newReport(d.clock.Now(), within24h())
	right := d.store(r.ID, r.CaseKey, "a.jpg", filetest.JPEG(filetest.Scene(40, 40)))
	wrong := d.store(r.ID, r.CaseKey, "b.jpg", filetest.JPEG(filetest.Scene(40, 40)))
	wrong.SHA256 = strings.Repeat("ab", 32) // as if another had been listed
	r.Attachments = []report.Attachment{right, wrong}
	d.accept(d.seal(r))
	b := d.as("a.diallo")
	if _, got, err := b.fetch(filePath(r, 1)+"/original", ""); err == nil {
		t.Errorf("%d bytes come to their end", len(got))
	}
	b.reveal(filePath(r, 1))
	if b.doc.Find(".damaged").Length() != 1 || b.doc.Find("main img").Length() > 0 {
		t.Errorf("its preview is shown: %q", b.text("main"))
	}
	b.reveal(filePath(r, 0))
	if b.doc.Find("main img").Length() != 1 {
		t.Errorf("the right one is not shown: %q", b.text("main"))
	}
}

func TestAFileThatNothingListsIsNotShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receiveWith(sent{"a.txt", []byte("a")})
	planted := d.store(r.ID, r.CaseKey, "en plus.txt", []byte("b"))
	b := d.as("a.diallo").open(path(r))
	if n := b.doc.Find(".files li").Length(); n != 1 || !strings.Contains(b.text("main"), "1 fichier est enregistré à côté") {
		t.Errorf("%d files are listed: %q", n, b.text("main .hint"))
	}
	if response, _, _ := b.fetch(path(r)+"/pieces/"+planted.ID.String()+"/original", ""); response.StatusCode != 404 {
		t.Errorf("it is served: %d", response.StatusCode)
	}
}
