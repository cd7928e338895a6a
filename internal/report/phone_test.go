package report_test

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"recueil/internal/report"
)

// What is read without the library is read as the library would.
func TestNormalisePhoneReadsAsTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[ .-]?(0[0-9]|[1-9]{2}|\+33 ?[1-9])([ .-]?[0-9]{2}){3,5}[ .x-]?`).Draw(t, "number")
		want, possible := "", false
		if n, err := phonenumbers.Parse(s, "FR"); err == nil && phonenumbers.IsPossibleNumber(n) {
			want, possible = phonenumbers.Format(n, phonenumbers.E164), true
		}
		if got, ok := report.NormalisePhone(s); got != want || ok != possible {
			t.Errorf("%q is read as %q, %v; the library reads %q, %v", s, got, ok, want, possible)
		}
	})
}
