// Package filekind decides which files are taken, from whoever sends them: by how they
// begin and never by their names. What a computer would run is refused, whatever else it
// may be.
package filekind

import (
	"bytes"
	"errors"
	"path"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
)

// HeadSize is how much of a file decides what it is.
const HeadSize = 3072

// Why a file is not taken.
var (
	ErrProgram = errors.New("the file is a program")
	ErrType    = errors.New("the file is of no type that is taken")
)

// kinds are the contents that are taken, by what the library calls them; a name
// decides nothing. Plain text that happens to look like a table or a transcript is text.
var kinds = map[string]string{
	"image/jpeg": "image/jpeg", "image/png": "image/png", "image/apng": "image/png", "image/webp": "image/webp",
	"image/heic": "image/heic", "image/heic-sequence": "image/heic", "image/heif": "image/heif", "image/heif-sequence": "image/heif",
	"application/pdf": "application/pdf",
	"audio/mp4":       "audio/mp4", "audio/x-m4a": "audio/mp4", "audio/mpeg": "audio/mpeg", "audio/ogg": "audio/ogg", "audio/wav": "audio/wav",
	"text/plain": "text/plain", "text/csv": "text/plain", "text/tab-separated-values": "text/plain", "application/x-subrip": "text/plain",
	"text/vtt": "text/plain", "application/json": "text/plain", "application/x-ndjson": "text/plain",
}

// programs are refused in words of their own: whoever sends one was often deceived
// himself.
var programs = map[string]bool{
	"application/vnd.microsoft.portable-executable": true, "application/x-elf": true, "application/x-object": true,
	"application/x-executable": true, "application/x-sharedlib": true, "application/x-coredump": true, "application/x-mach-binary": true,
	"application/java-archive": true, "application/vnd.android.package-archive": true, "application/x-ms-installer": true,
	"application/x-java-applet": true, "application/wasm": true, "application/x-ms-shortcut": true, "text/x-shellscript": true,
	"application/x-python": true, "text/x-python": true, "text/x-perl": true, "text/javascript": true, "text/x-php": true,
}

// Of decides by its beginning what a file is: a Type of report.Attachment, or ErrProgram
// or ErrType. A file that is several things at once is what a computer
// would run.
func Of(head []byte) (string, error) {
	for _, runs := range [][]byte{[]byte("MZ"), []byte("\x7fELF"), []byte("#!")} {
		if bytes.HasPrefix(head, runs) {
			return "", ErrProgram
		}
	}
	found, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	if found == "application/pdf" && !bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff\t\r\n "), []byte("%PDF-")) {
		return "", ErrType // the library is content with those letters further on
	}
	if kind, taken := kinds[found]; taken {
		return kind, nil
	}
	if programs[found] {
		return "", ErrProgram
	}
	return "", ErrType
}

// mostOfName bounds a file's name, in code points. Its end is kept, which says what
// the file is.
const mostOfName = 200

// CleanName is a file's name as the device of its sender calls it, without folders and
// what is no character to be seen. Marks of direction stay: names have them, and pages
// keep each name apart from what stands around it.
func CleanName(given string) string {
	// Browsers write these three so within the quotes of a header.
	given = strings.NewReplacer("%22", `"`, "%0D", "", "%0A", "").Replace(strings.ToValidUTF8(given, "\uFFFD"))
	given = path.Base("/" + strings.ReplaceAll(given, `\`, "/"))
	name := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, given)))
	if len(name) > mostOfName {
		const end = 20
		name = append(append(name[:mostOfName-end-1:mostOfName-end-1], '…'), name[len(name)-end:]...)
	}
	if s := string(name); s != "/" && s != "." && s != ".." {
		return s
	}
	return ""
}
