package transmission_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"recueil/internal/office/internal/transmission"
)

// poppler runs one of the reader's tools on a PDF. `make reader` installs them.
func poppler(t *testing.T, raw []byte, tool string, arguments ...string) string {
	t.Helper()
	cmd := exec.Command(tool, arguments...)
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s does not read the PDF, or is not there (make reader): %v", tool, err)
	}
	return strings.ReplaceAll(string(out), "\u00a0", " ")
}

func TestThePDFReadsInOrderOnNumberedPages(t *testing.T) {
	raw, err := sample().PDF(french(t), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	text := poppler(t, raw, "pdftotext", "-layout", "-", "-")
	at := 0
	for _, want := range []string{"Information préoccupante", "Référence : 7K2M-9QX4", "CRIP de la Métropole de Lyon", "le 17 mars 2026 à 22 h 05",
		"non transmise", "Ce qui se passe", "Danger maintenant : Non", "Les faits", "Il dit : « Le soir, je me débrouille. »", "7K2M-9QX4 · 1/2",
		"Les mots de l’enfant", "[thumbs up sign]", "Ωmega, Привет", "L’enfant", "Prénom : Élio", "Villeurbanne", "Ce que le service ajoute", "L’école a été appelée",
		"Pièces jointes", "pieces/1.jpg", "chambre d’Élio.JPG", "48 Ko", "9f86d081884c7d65 9a2feaa0c55ad015", "7K2M-9QX4 · 2/2"} {
		found := strings.Index(text[at:], want)
		if found < 0 {
			t.Fatalf("%q does not stand after %q in\n%s", want, text[max(0, at-60):at], text)
		}
		at += found
	}
	about := poppler(t, raw, "pdfinfo", "-")
	for _, want := range []string{"Title:           Transmission 7K2M-9QX4", "Tagged:          yes", "A4"} {
		if !strings.Contains(about, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, about)
		}
	}
	if !bytes.Contains(raw, []byte("/Lang (fr)")) {
		t.Error("the PDF does not say that it is French")
	}
	if structure := poppler(t, raw, "pdfinfo", "-struct", "-"); strings.Count(structure, "H2") < 4 || !strings.Contains(structure, "H1") {
		t.Errorf("a screen reader finds no headings:\n%s", structure)
	}
}

// Whatever somebody writes, there is a PDF.
func TestNoTextBreaksThePDF(t *testing.T) {
	words, zone := french(t), paris(t)
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[\x{0590}-\x{06ff}\x{4e00}-\x{4e40}\x{1f600}-\x{1f640}<>&{}()\\ \n\t]{0,80}`))
	for seed := range 16 { // a hundred would take the time of many other tests
		f := sample()
		text := texts.Example(seed)
		f.Sections[0].Answers[1].Values = []string{text}
		f.Sections[1].Answers[0].Values = []string{strings.Repeat(text, 60)}
		raw, err := f.PDF(words, zone)
		if err != nil || !bytes.HasPrefix(raw, []byte("%PDF-")) {
			t.Fatalf("%q: %v, %.20q", text, err, raw)
		}
	}
}

func TestTheMachineFormIsWhatTheSchemaSays(t *testing.T) {
	published, err := os.Open("../../../../docs/transmission.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer published.Close()
	document, err := jsonschema.UnmarshalJSON(published)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("transmission.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("transmission.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(f *transmission.File) error {
		raw, err := f.JSON()
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	if err := check(sample()); err != nil {
		t.Errorf("the sample is refused: %v", err)
	}
	for name, spoil := range map[string]func(*transmission.File){
		"another format":           func(f *transmission.File) { f.FileFormat = "recueil.transmission/2" },
		"an unknown qualification": func(f *transmission.File) { f.Qualification = "malicious" },
		"no reference":             func(f *transmission.File) { f.Reference = "" },
		"an urgency of 4":          func(f *transmission.File) { f.Urgency = 4 },
		"no sections at all":       func(f *transmission.File) { f.Sections = nil },
		"a way out of the folder":  func(f *transmission.File) { f.Attachments[0].File = "pieces/../1.jpg" },
		"half a digest":            func(f *transmission.File) { f.Attachments[0].SHA256 = f.Attachments[0].SHA256[:32] },
	} {
		f := sample()
		spoil(f)
		if check(f) == nil {
			t.Errorf("%s passes", name)
		}
	}
	// What the schema does not list is refused too, so that it stays whole.
	raw, _ := sample().JSON()
	value, _ := jsonschema.UnmarshalJSON(io.MultiReader(strings.NewReader(`{"more":1,`), bytes.NewReader(raw[1:])))
	if schema.Validate(value) == nil {
		t.Error("a field that is not published passes")
	}
}

func TestAPassageIsGoneFromBothForms(t *testing.T) {
	f := sample()
	f.Redact([]string{"voisin", "Le voisin entend", "Villeurbanne", "école", "chambre"})
	raw, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := f.PDF(french(t), paris(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{"JSON": string(raw), "PDF": poppler(t, pdf, "pdftotext", "-", "-")} {
		for _, gone := range []string{"voisin", "entend", "Villeurbanne", "école", "69266", "chambre"} {
			if strings.Contains(form, gone) {
				t.Errorf("%q still stands in the %s", gone, form[:0]+name)
			}
		}
		if !strings.Contains(form, transmission.Gap) {
			t.Errorf("the %s does not say that something was taken out", name)
		}
	}
	var back transmission.File
	if json.Unmarshal(raw, &back) != nil || !back.Sections[2].Answers[0].Redacted || back.Sections[2].Answers[0].Codes != nil || !back.Notes[0].Redacted || !back.Attachments[0].Redacted {
		t.Error("an answer does not say that something was taken out of it")
	}
	if back.Sections[0].Answers[2].Redacted {
		t.Error("one that is whole says so")
	}
}

var word = regexp.MustCompile(`yMin="([0-9.]+)" xMax="[0-9.]+" yMax="([0-9.]+)">([^<]*)</word>`)

// However the lines fall, none stands on the line of the page number.
func TestNoLineRunsIntoThePageNumber(t *testing.T) {
	words, zone := french(t), paris(t)
	row := transmission.Answer{Field: "dangers", Label: "Dangers, d’après la personne qui écrit", Values: strings.Split(strings.Repeat("violences dans le couple,", 5), ",")}
	told := transmission.Answer{Field: "situation.facts", Label: "Les faits", Long: true, Values: []string{strings.Repeat("Il dit ce qu’il a vu. ", 9)}}
	for _, a := range []transmission.Answer{row, told} {
		f := sample()
		f.Sections = nil
		for n := range 60 { // a row of one line more in each section moves the next ones down
			section := transmission.Section{Heading: "L’enfant", Answers: []transmission.Answer{a}}
			for range n % 7 {
				section.Answers = append(section.Answers, transmission.Answer{Field: "children.0.age", Label: "Âge", Values: []string{"9 ans"}})
			}
			f.Sections = append(f.Sections, section)
		}
		raw, err := f.PDF(words, zone)
		if err != nil {
			t.Fatal(err)
		}
		pages := strings.Split(poppler(t, raw, "pdftotext", "-bbox", "-", "-"), "<page ")[1:]
		for i, page := range pages {
			found := word.FindAllStringSubmatch(page, -1)
			at := func(n, edge int) float64 {
				y, err := strconv.ParseFloat(found[n][edge], 64)
				if err != nil {
					t.Fatal(err)
				}
				return y
			}
			number := slices.IndexFunc(found, func(w []string) bool { return w[3] == fmt.Sprintf("%d/%d", i+1, len(pages)) })
			if number < 0 {
				t.Fatalf("page %d has no number", i+1)
			}
			for n := range found {
				if at(n, 2) > at(number, 1)+1 && at(n, 1) < at(number, 1)-1 || at(n, 1) > at(number, 2) {
					t.Fatalf("%s, page %d of %d: %q runs into the number", a.Field, i+1, len(pages), found[n][3])
				}
			}
		}
	}
}
