package office

import "recueil/internal/office/internal/preview"

// ShowsFile reports whether the program was started to show one file: by itself, as
// a process without keys. Nothing else is done then, and the process ends with code.
func ShowsFile(args []string) (code int, is bool) {
	if len(args) == 0 || args[0] != preview.Argument {
		return 0, false
	}
	return preview.Run(args[1:]), true
}

// PDFProblem says why a program cannot draw the first page of a PDF here, or "".
func PDFProblem(program string) string { return preview.PDFProblem(program) }

// Harden keeps this process from making memory executable, but not those that show
// files. It is for the start of the program.
func Harden() { preview.Harden() }
