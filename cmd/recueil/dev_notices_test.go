package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"recueil/internal/secret"
	"recueil/internal/testing/testdb"
)

func TestPagerTellsOnlyWhatIsSigned(t *testing.T) {
	var out bytes.Buffer
	handler := tell(secret.Text(strings.Repeat("k", 32)), &out)
	r := httptest.NewRequest(http.MethodPost, pagerPath, strings.NewReader(`{"text":"de n’importe qui"}`))
	r.Header.Set("Recueil-Timestamp", "1")
	r.Header.Set("Recueil-Signature", strings.Repeat("0", 64))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || out.Len() > 0 {
		t.Errorf("%d, and it tells %q", w.Code, out.String())
	}
}

// A ladder that somebody set stays; only the port of the demo's own follows.
func TestDemoLadderFollowsItsPort(t *testing.T) {
	db := testdb.New(t)
	ladder := func() (steps string) {
		t.Helper()
		if err := db.Owner.QueryRow(t.Context(), "select steps::text from notice_settings").Scan(&steps); err != nil {
			t.Fatal(err)
		}
		return steps
	}
	climb := func(port string) {
		t.Helper()
		if err := climbTo(t.Context(), db.URL(""), "http://127.0.0.1:"+port+pagerPath); err != nil {
			t.Fatal(err)
		}
	}
	climb("4001")
	if got := ladder(); strings.Count(got, ":4001"+pagerPath) != 2 {
		t.Fatalf("the ladder is %s", got)
	}
	climb("4002")
	if got := ladder(); strings.Count(got, ":4002"+pagerPath) != 2 || strings.Contains(got, "4001") {
		t.Errorf("at the next start it is %s", got)
	}
	if _, err := db.Owner.Exec(t.Context(), `update notice_settings set steps = '[{"after":3,"medium":"email","address":"a@exemple.fr"}]'`); err != nil {
		t.Fatal(err)
	}
	climb("4003")
	if got := ladder(); strings.Contains(got, "4003") {
		t.Errorf("a ladder of one's own became %s", got)
	}
}
