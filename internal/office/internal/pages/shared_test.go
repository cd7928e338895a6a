package pages

import (
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/locales"
	"recueil/static"
	"recueil/templates"
)

func bare(t *testing.T) *Server {
	t.Helper()
	s, err := New(Config{Catalogue: locales.FS, Templates: templates.FS, Static: static.FS, Bundles: static.Bundles, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Routes lists every address of the back office as its router has them.
func Routes(t *testing.T) (all []string) {
	t.Helper()
	for _, r := range bare(t).handler.(*echo.Echo).Routes() {
		all = append(all, r.Method+" "+r.Path)
	}
	slices.Sort(all)
	return all
}

// Deeds lists the decisions that have a page of their own, as addresses name them.
func Deeds() (all []string) {
	for _, d := range deeds {
		all = append(all, d.path)
	}
	return all
}

// A second verification, or a screen that hears of nothing, is what one language
// having a thing of its own would make.
func TestTheLanguagesShareWhatIsKeptBehindThePages(t *testing.T) {
	s := bare(t)
	own := []string{"voice", "handler"}
	references := []reflect.Kind{reflect.Pointer, reflect.Chan, reflect.Map}
	for _, in := range s.spoken {
		for i := range reflect.TypeFor[Server]().NumField() {
			field := reflect.TypeFor[Server]().Field(i)
			if field.Name == "Config" || slices.Contains(own, field.Name) {
				continue
			}
			if !slices.Contains(references, field.Type.Kind()) {
				t.Errorf("%s is a %s, which each language would copy: hold it by reference", field.Name, field.Type)
				continue
			}
			here, there := reflect.ValueOf(s).Elem().Field(i), reflect.ValueOf(in).Elem().Field(i)
			if here.IsNil() || here.Pointer() != there.Pointer() {
				t.Errorf("%s has its own %s, or there is none", in.voice.Lang, field.Name)
			}
		}
		if in.handler == nil || in.voice == nil {
			t.Error("a language has no voice or no pages")
		}
	}
	if s.voice.Lang != "fr" || s.spoken["en"] == nil || s.spoken["en"].voice.Lang != "en" {
		t.Error("French does not come first, or English is missing")
	}
}
