package main

import (
	"testing"

	"recueil/internal/office"
)

func TestDoctorLooksForWhatDrawsPDFs(t *testing.T) {
	for program, fine := range map[string]bool{"/usr/bin/pdftoppm": true, "/usr/bin/nulle-part": false, "": false} {
		if got := office.PDFProblem(program); (got == "") != fine {
			t.Errorf("%q: %q", program, got)
		}
	}
}
