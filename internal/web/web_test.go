package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

func TestVoiceLaysOneCatalogueOverAnother(t *testing.T) {
	files := fstest.MapFS{
		"adult.toml": {Data: []byte("\"hello.you\" = \"Bonjour à vous\"\n\"left\" = \"Il reste du temps\"\n\"step\" = \"Étape {{.N}} sur {{.Total}}\"\n[\"waiting\"]\none = \"{{.Count}} nouveau\"\nother = \"{{.Count}} nouveaux\"\n")},
		"young.toml": {Data: []byte("\"hello.you\" = \"Salut toi\"\n\"left\" = \"Il te reste {{.Minutes}} min\"\n")},
	}
	adult, err := web.NewVoice(files, "fr", "adult.toml")
	if err != nil {
		t.Fatal(err)
	}
	young, err := web.NewVoice(files, "fr", "adult.toml", "young.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"adult", adult.T("hello.you"), "Bonjour à vous"},
		{"young", young.T("hello.you"), "Salut toi"},
		{"inherited, with values", young.T("step", "N", 4, "Total", 8), "Étape 4 sur 8"},
		{"constant", adult.T("left"), "Il reste du temps"},
		{"constant below, with values above", young.T("left", "Minutes", 5), "Il te reste 5 min"},
		{"singular", adult.T("waiting", "Count", 1), "1 nouveau"},
		{"plural", adult.T("waiting", "Count", 3), "3 nouveaux"},
		{"unknown", adult.T("no.such"), "[no.such]"},
		{"first known", adult.First("no.such", "hello.you"), "Bonjour à vous"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestReadFormRefusesWhatIsNoForm(t *testing.T) {
	const urlencoded = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, contentType, body string
		want                    *web.Problem
	}{
		{"a form", urlencoded + "; charset=utf-8", "a=1&a=2", nil},
		{"multipart", "multipart/form-data; boundary=x", "--x--", web.ErrContentType},
		{"JSON", "application/json", "{}", web.ErrContentType},
		{"no content type", "", "a=1", web.ErrContentType},
		{"broken escape", urlencoded, "mot=marqueur%zz", web.ErrUnreadable},
		{"over the limit", urlencoded, "a=" + strings.Repeat("x", web.MaxForm), web.ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/?a=9", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.contentType)
			values, err := web.ReadForm(httptest.NewRecorder(), r)
			if c.want == nil {
				if err != nil || len(values["a"]) != 2 {
					t.Fatalf("%v, %v", values, err)
				}
				return
			}
			var problem *web.Problem
			if !errors.As(err, &problem) || problem.Key != c.want.Key || problem.Status != c.want.Status {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if strings.Contains(err.Error(), "marqueur") {
				t.Errorf("the error quotes the body: %v", err)
			}
		})
	}
}

func TestPanicsAndErrorsGoToOnePlaceAndQuoteNothing(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	assets, err := web.NewAssets(fstest.MapFS{"js/a.js": {Data: []byte("1")}, "img/a.svg": {Data: []byte("<svg/>")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := web.NewRouter(logger, web.ErrorHandler(logger, nil, func(c echo.Context, p *web.Problem) error {
		return c.String(p.Status, p.Key)
	}), assets)
	e.GET("/panic", func(echo.Context) error { panic("marqueur") })
	e.POST("/p", func(c echo.Context) error { return c.String(200, "ok") })
	for _, c := range []struct {
		name, method, path, origin string
		status                     int
		body                       string
	}{
		{"panic", "GET", "/panic", "", 500, "error.internal"},
		{"unknown page", "GET", "/nowhere", "", 404, "error.not_found"},
		{"wrong method", "DELETE", "/p", "", 405, "error.method"},
		{"cross-site POST", "POST", "/p", "https://elsewhere.example", 403, "error.cross_site"},
		{"POST of a script without origin", "POST", "/p", "", 200, "ok"},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		if w.Code != c.status || string(body) != c.body {
			t.Errorf("%s: %d %s", c.name, w.Code, body)
		}
		if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: answered without the security headers", c.name)
		}
	}
	if strings.Contains(log.String(), "marqueur") || !strings.Contains(log.String(), "/panic") {
		t.Errorf("log: %s", log.String())
	}
}

func TestNumbersReadAsTheirReadersWriteThem(t *testing.T) {
	files := fstest.MapFS{
		"fr.toml": {Data: []byte("\"limit\" = \"{{.Max}} au plus\"\n\"date\" = \"le {{.Day}} mai {{.Year}}\"\n\"date.first\" = \"1er\"\n")},
		"en.toml": {Data: []byte("\"limit\" = \"{{.Max}} at most\"\n\"date\" = \"{{.Day}} May {{.Year}}\"\n")},
	}
	for lang, want := range map[string][3]string{
		"fr": {"50\u00a0000 au plus", "le 1er mai 2026", "le 2 mai 2026"},
		"en": {"50,000 at most", "1 May 2026", "2 May 2026"},
	} {
		voice, err := web.NewVoice(files, lang, lang+".toml")
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]string{voice.T("limit", "Max", 50_000), voice.T("date", "Day", 1, "Year", 2026), voice.T("date", "Day", 2, "Year", 2026)}; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
