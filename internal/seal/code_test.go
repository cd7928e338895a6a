package seal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"recueil/internal/seal"
	"recueil/internal/secret"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codes returns that many codes, the same in every run.
func codes(n int) []seal.Code {
	var out []seal.Code
	for i := range n {
		out = append(out, seal.CodeFromSeed(secret.Derive([]byte{byte(i), byte(i >> 8)}, "codes of tests")))
	}
	return out
}

func bare(c seal.Code) string { return strings.ReplaceAll(c.Reveal(), "-", "") }

func TestCodeCheckCatchesEverySubstitution(t *testing.T) {
	for _, code := range codes(20) {
		text := []byte(bare(code))
		for i, right := range text {
			for _, wrong := range []byte(alphabet) {
				text[i] = wrong
				if _, err := seal.ParseCode(string(text)); (err == nil) != (wrong == right) {
					t.Fatalf("%s, with %c for %c at %d: %v", bare(code), wrong, right, i, err)
				}
			}
			text[i] = right
		}
	}
}

func TestCodeCheckCatchesEveryTransposition(t *testing.T) {
	swapped := 0
	for _, code := range codes(200) {
		text := []byte(bare(code))
		for i := range len(text) - 1 {
			if text[i] == text[i+1] {
				continue
			}
			text[i], text[i+1] = text[i+1], text[i]
			if _, err := seal.ParseCode(string(text)); err == nil {
				t.Fatalf("%s passes with the characters %d and %d swapped", bare(code), i, i+1)
			}
			text[i], text[i+1] = text[i+1], text[i]
			swapped++
		}
	}
	if swapped < 3000 {
		t.Errorf("only %d transpositions were tried", swapped)
	}
}

func TestCodeIsReadAsPeopleWriteIt(t *testing.T) {
	var code seal.Code
	for _, c := range codes(200) { // one that has both characters people mistake
		if strings.Contains(bare(c), "0") && strings.Contains(bare(c), "1") {
			code = c
			break
		}
	}
	text := bare(code)
	for name, typed := range map[string]string{
		"in groups":            code.Reveal(),
		"in one piece":         text,
		"in lower case":        strings.ToLower(text),
		"with spaces":          "  " + strings.Join(strings.Split(text, ""), " ") + "\r\n",
		"with dashes of print": strings.ReplaceAll(code.Reveal(), "-", "–"),
		"with no-break spaces": strings.ReplaceAll(code.Reveal(), "-", "\u00a0"),
		"O for 0":              strings.ReplaceAll(text, "0", "O"),
		"o for 0":              strings.ReplaceAll(text, "0", "o"),
		"I for 1":              strings.ReplaceAll(text, "1", "I"),
		"l for 1":              strings.ReplaceAll(text, "1", "l"),
	} {
		read, err := seal.ParseCode(typed)
		if err != nil || read.Lookup() != code.Lookup() {
			t.Errorf("%s, %q is read as another code: %v", name, typed, err)
		}
	}
	for name, typed := range map[string]string{
		"empty":           "",
		"one short":       text[:19],
		"one long":        text + "0",
		"a U":             "U" + text[1:],
		"a letter of far": strings.Repeat("Ā", 20),
		"a broken rune":   text[:19] + "\xff",
	} {
		if c, err := seal.ParseCode(typed); err == nil || !c.IsZero() {
			t.Errorf("%s, %q passes for a code", name, typed)
		}
	}
}

func TestCodeIsNeverPrinted(t *testing.T) {
	code := codes(1)[0]
	holder := struct{ Code seal.Code }{code}
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("line", "code", code, "holder", holder)
	for how, text := range map[string]string{
		"%v": fmt.Sprintf("%v", code), "%+v": fmt.Sprintf("%+v", code), "%#v": fmt.Sprintf("%#v", code), "%s": fmt.Sprintf("%s", code),
		"%q": fmt.Sprintf("%q", code), "%x": fmt.Sprintf("%x", code), "a struct": fmt.Sprintf("%+v", holder), "a pointer": fmt.Sprint(&holder),
		"String": code.String(), "json": string(asJSON), "slog": log.String(),
	} {
		if !strings.Contains(text, "[redacted]") {
			t.Errorf("%s prints no [redacted] but %s", how, text)
		}
		if strings.Contains(text, bare(code)[:4]) || strings.Contains(text, fmt.Sprintf("%x", bare(code)[:4])) {
			t.Errorf("%s prints the code: %s", how, text)
		}
	}
}

func TestCodeYieldsSeparateKeys(t *testing.T) {
	seen := map[[32]byte]bool{}
	for _, code := range codes(50) {
		seen[code.Lookup()], seen[code.ReplyKey()] = true, true
	}
	if len(seen) != 100 {
		t.Errorf("50 codes yield %d look-ups and reply keys, want 100 different ones", len(seen))
	}
	seed := secret.New()
	if again := seal.CodeFromSeed(seed); again.Reveal() != seal.CodeFromSeed(seed).Reveal() || again.Reveal() == seal.NewCode().Reveal() {
		t.Error("a seed does not give its code each time")
	}
}

func TestCodeAndReferenceShapes(t *testing.T) {
	codeShape := regexp.MustCompile(`^([` + alphabet + `]{4}-){4}[` + alphabet + `]{4}$`)
	referenceShape := regexp.MustCompile(`^[` + alphabet + `]{8}$`) // as the CHECK of the table wants it
	met := map[rune]bool{}
	for range 500 {
		if code := seal.NewCode().Reveal(); !codeShape.MatchString(code) {
			t.Fatalf("%s is no five groups of four", code)
		}
		reference := seal.NewReference()
		if !referenceShape.MatchString(reference) {
			t.Fatalf("%s is no reference", reference)
		}
		for _, r := range reference {
			met[r] = true
		}
	}
	if len(met) != len(alphabet) {
		t.Errorf("500 references use %d characters of %d", len(met), len(alphabet))
	}
	if shown := seal.FormatReference("7KQ4M2XB"); shown != "7KQ4-M2XB" {
		t.Errorf("a reference is shown as %s", shown)
	}
	seed := secret.New()
	if reference := seal.ReferenceFromSeed(seed); reference != seal.ReferenceFromSeed(seed) || reference == seal.ReferenceFromSeed(secret.New()) {
		t.Error("a seed does not give its reference each time")
	}
}

func TestReferenceIsReadAsPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]string{
		"7KQ4-M2XB": "7KQ4M2XB", "7kq4m2xb": "7KQ4M2XB", " 7KQ4 M2XB\r\n": "7KQ4M2XB", "O1lI\u202fOo00": "01110000",
		"7KQ4-M2X": "", "7KQ4-M2XBB": "", "7KQ4-M2XU": "", "": "", "7KQ4-M2Xé": "",
	} {
		if got, ok := seal.ParseReference(typed); ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %q, %v", typed, got, ok)
		}
	}
}
