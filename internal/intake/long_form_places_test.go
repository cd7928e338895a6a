package intake

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

// formOf is a form of so many bytes; chunked it does not tell how many.
func formOf(bytes int, chunked bool) echo.Context {
	r := httptest.NewRequest(http.MethodPost, "/m", strings.NewReader("a="+strings.Repeat("b", bytes-2)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if chunked {
		r.ContentLength = -1
	}
	return echo.New().NewContext(r, httptest.NewRecorder())
}

// Nobody fills the memory with forms, and nobody who does keeps those of others waiting.
func TestHeavyFormsWaitForAPlaceAndOthersDoNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{longForms: make(chan struct{}, 1), largeForms: make(chan struct{}, 1)}
		s.largeForms <- struct{}{}
		began := time.Now()
		read := func(bytes int, chunked bool) (time.Duration, error) {
			form, err := s.readLongForm(formOf(bytes, chunked))
			if err == nil && len(form.Get("a")) != bytes-2 {
				t.Errorf("of %d bytes %d came", bytes-2, len(form.Get("a")))
			}
			return time.Since(began), err
		}
		if waited, err := read(easyForm, false); waited != 0 || err != nil {
			t.Errorf("an easy one waited for %s: %v", waited, err)
		}
		for _, chunked := range []bool{false, true} {
			began = time.Now()
			if waited, err := read(easyForm+1, chunked); waited != largeFormAwaited || !errors.Is(err, web.ErrTooLarge) {
				t.Errorf("a heavy one without a place is answered after %s: %v", waited, err)
			}
		}
		began = time.Now()
		time.AfterFunc(20*time.Second, func() { <-s.largeForms })
		if waited, err := read(easyForm+1, false); waited != 20*time.Second || err != nil {
			t.Errorf("one that waited for its place is answered after %s: %v", waited, err)
		}
		if waited, err := read(web.MaxForm, true); waited != 20*time.Second || err != nil {
			t.Errorf("the place was not given back: %v", err)
		}
	})
}
