package pages_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recueil/internal/office/internal/transmission"
)

func TestChosenOriginalsLeaveByteForByteAndNoOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	identity := hybridKey(t)
	to := d.recipient("cell", "CRIP du Nord", "59", identity.Recipient().String())
	letter := []byte("Il m’a dit de ne rien dire.\n")
	r := d.receiveWith(sent{"voix de Zoé.wav", longFile(1)}, sent{"../../lettre.txt", letter}, sent{"photo.txt", []byte("gelée")}, sent{"reste.txt", []byte("reste")})
	d.qualify(r, "concern")
	ids := func(n ...int) (all []string) {
		for _, i := range n {
			all = append(all, r.Attachments[i].ID.String())
		}
		return all
	}
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	agent.open(path(r)+"/transmission/"+to).want(200, "")
	if boxes, ticked := agent.doc.Find(`input[name="file"]`).Length(), agent.doc.Find(`input[name="file"][checked]`).Length(); boxes != 4 || ticked != 0 {
		t.Errorf("of %d files %d go along by themselves", boxes, ticked)
	}
	agent.post(filePath(r, 2)+"/gel", nil)
	if got := agent.open(path(r) + "/transmission/" + to).doc.Find(`input[name="file"]`).Length(); got != 3 {
		t.Errorf("with a frozen file, %d are offered", got)
	}
	values := agent.ticks()
	values["file"] = ids(0, 1, 2)
	agent.submit("form.preparing", values).want(http.StatusUnprocessableEntity, "")
	if got := agent.text(".error-summary"); !strings.Contains(got, "photo.txt") || agent.doc.Find(`input[name="file"][checked]`).Length() != 2 {
		t.Errorf("a frozen file is told as %q", got)
	}
	values["file"] = ids(0, 1)
	values["redactions"] = []string{"de Zoé"}
	agent.submit("form.preparing", values).want(200, path(r)+"/transmission")

	coordinator.open(path(r)+"/transmission").want(200, "")
	if got := coordinator.texts(".sent .files .file"); len(got) != 2 || !strings.Contains(got[0], "voix de Zoé.wav") || coordinator.doc.Find(`.sent .files a[href="`+filePath(r, 0)+`"]`).Length() != 1 {
		t.Errorf("the coordinator sees %q", got)
	}
	coordinator.submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
	link := coordinator.doc.Find(`a[href$="/age"]`).AttrOr("href", "")
	_, sealed, err := agent.fetch(link, "")
	if err != nil {
		t.Fatal(err)
	}
	forms := opened(t, identity, sealed)
	if len(forms) != 4 || !bytes.Equal(forms["pieces/1.wav"], longFile(1)) || !bytes.Equal(forms["pieces/2.txt"], letter) {
		t.Errorf("%d files came, of %d and %d bytes", len(forms), len(forms["pieces/1.wav"]), len(forms["pieces/2.txt"]))
	}
	reference := r.Reference[:4] + "-" + r.Reference[4:]
	var file transmission.File
	if err := json.Unmarshal(forms[reference+".json"], &file); err != nil || len(file.Attachments) != 2 {
		t.Fatalf("the machine form lists %d attachments: %v", len(file.Attachments), err)
	}
	text := pdfText(t, forms[reference+".pdf"])
	for i, listed := range file.Attachments {
		given := r.Attachments[i]
		if listed.SHA256 != given.SHA256 || listed.Size != given.Size || !strings.Contains(text, listed.Name) || !strings.Contains(text, given.SHA256[48:]) || !strings.Contains(text, listed.File) {
			t.Errorf("%+v is listed otherwise in\n%s", listed, text)
		}
	}
	if file.Attachments[0].Name != "voix […].wav" || strings.Contains(text, "Zoé") {
		t.Errorf("a passage still stands in the name %q", file.Attachments[0].Name)
	}
	if n := ask[int](d, "select count(*) from audit_events where action = 'attachment.transmit'"); n != 2 {
		t.Errorf("%d originals are audited", n)
	}
	agent.post(filePath(r, 0)+"/gel", nil)
	if got := agent.open(link).want(http.StatusConflict, "").text(".notice:not([hidden])"); !strings.Contains(got, "voix de Zoé.wav") {
		t.Errorf("frozen meanwhile, it is refused with %q", got)
	}
}

func TestADamagedOriginalIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	to := d.recipient("cell", "CRIP du Nord", "59", "")
	r := d.receiveWith(sent{"abîmé.wav", longFile(1)}, sent{"mot.txt", []byte("intact")})
	d.qualify(r, "concern")
	agent, coordinator := d.as("a.diallo"), d.as("c.martin")
	both := []string{r.Attachments[0].ID.String(), r.Attachments[1].ID.String()}
	turn := func() {
		d.exec("update attachment_pieces set body = set_byte(body, 700000, get_byte(body, 700000) # 1) where attachment_id = $1 and number = 1", r.Attachments[0].ID)
	}
	turn()
	agent.propose(r, to, url.Values{"file": both}).want(http.StatusUnprocessableEntity, "")
	if got := agent.texts(".error-summary li"); len(got) != 1 || !strings.Contains(got[0], "abîmé.wav") || agent.doc.Find(`input[name="file"][checked]`).Length() != 1 {
		t.Errorf("a byte changed in its middle is told as %q", got)
	}
	turn()
	agent.propose(r, to, url.Values{"file": both}).want(200, path(r)+"/transmission")
	coordinator.open(path(r) + "/transmission")
	d.exec("update attachments set complete = false where id = $1", r.Attachments[0].ID)
	if got := coordinator.submit(`form[action$="/validation"]`, nil).want(http.StatusConflict, "").text(".notice:not([hidden])"); !strings.Contains(got, "abîmé.wav") {
		t.Errorf("what cannot leave any more is agreed to, or refused with %q", got)
	}
	d.exec("update attachments set complete = true where id = $1", r.Attachments[0].ID)
	coordinator.submit(`form[action$="/validation"]`, nil).want(200, path(r)+"/transmission")
	link := coordinator.doc.Find(`a[href$="/remise-zip"]`).AttrOr("href", "")
	_, body, err := agent.fetch(link, "")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil || len(packed.File) != 4 {
		t.Fatalf("without a key, it does not unpack: %v", err)
	}
	content, err := packed.Open("pieces/1.wav")
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(content); err != nil || !bytes.Equal(raw, longFile(1)) {
		t.Errorf("the original is not what was sent: %v", err)
	}
	turn()
	if answer, body, err := agent.fetch(link, ""); err == nil {
		t.Errorf("damaged on the way, it looks finished: %d, %d bytes", answer.StatusCode, len(body))
	}
}
