package pages_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// pdfText reads a PDF as a reader does. Without the tool, which `make reader` installs,
// nothing can be said of it.
func pdfText(t *testing.T, raw []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(raw)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext does not read the file, or is not there (make reader): %v", err)
	}
	return strings.ReplaceAll(string(out), "\u00a0", " ")
}
