package filetest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// PDF is one page of 200 by 200 points, red, that wants to run a script, open a program and
// carries a file along.
func PDF() []byte {
	return PDFOf(
		"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"+
			" /AA << /WC << /S /Launch /F (/bin/true) >> >> /Names << /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
		Stream("", "1 0 0 rg 0 0 200 200 re f"),
		"<< /Type /Filespec /F (a.exe) /EF << /F 6 0 R >> >>",
		Stream("/Type /EmbeddedFile", "MZ"),
	)
}

// PDFPage is a PDF of one page that draws content on a page of those entries.
func PDFPage(entries, content string, more ...string) []byte {
	return PDFOf(append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /Contents 4 0 R " + entries + " >>", content}, more...)...)
}

// PDFOf writes a PDF of objects that are numbered from 1; the first is its catalogue.
func PDFOf(objects ...string) []byte { return pdf("", objects) }

// EncryptedPDF is a page that opens with a passphrase alone, which nobody has.
func EncryptedPDF() []byte {
	key := strings.Repeat("5a", 32)
	return pdf("/ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <"+key+"> /U <"+key+"> >>", []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"})
}

// LongPDF has n pages, each in its own place of a flat list.
func LongPDF(n int) []byte {
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
	}
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 200 100] >>", kids.String(), n)}
	for range n {
		objects = append(objects, "<< /Type /Page /Parent 2 0 R >>")
	}
	return PDFOf(objects...)
}

// Stream is an object of bytes.
func Stream(entries, content string) string {
	return fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(content), entries, content)
}

// BombStream is an object that says content n times when it is unpacked.
func BombStream(entries, content string, n int) string {
	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	piece := []byte(strings.Repeat(content, 1<<16))
	for range n >> 16 {
		z.Write(piece)
	}
	z.Close()
	return Stream("/Filter /FlateDecode "+entries, packed.String())
}

func pdf(trailer string, objects []string) []byte {
	var b bytes.Buffer
	var at []int
	b.WriteString("%PDF-1.4\n")
	for _, object := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, trailer, table)
	return b.Bytes()
}
