package web_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"recueil/internal/web"
)

func TestLanguagesAreTheFoldersOfTheCatalogues(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("\"a\" = \"b\"\n")}
	found, err := web.FindLanguages(fstest.MapFS{"en/adult.toml": file, "ar/adult.toml": file, "fr/adult.toml": file, "de/office.toml": file}, "adult.toml", "fr")
	if err != nil {
		t.Fatal(err)
	}
	if got := found.All(); !slices.Equal(got, []string{"fr", "ar", "en"}) {
		t.Errorf("languages %v", got)
	}
	if !found.Has("ar") || found.Has("de") || found.Has("") {
		t.Error("a language is missing, or one without the catalogue counts")
	}
	for header, want := range map[string]string{
		"":                                    "fr",
		"en":                                  "en",
		"en-GB,en;q=0.9,fr;q=0.8":             "en",
		"fr-CA, en;q=0.5":                     "fr",
		"en;q=0.4, fr;q=0.6":                  "fr",
		"ar-MA":                               "ar",
		"ja,zh;q=0.9":                         "fr",
		"ja, en;q=0.1":                        "en",
		"*":                                   "fr",
		"<script>":                            "fr",
		"en-" + strings.Repeat("x-", 300):     "fr",
		"fr;q=0, en":                          "en",
		"en-US-u-ca-buddhist, de-DE;q=1.0000": "en",
	} {
		if got := found.Accepted(header); got != want {
			t.Errorf("%q is answered in %s, want %s", header, got, want)
		}
	}
	for name, files := range map[string]fstest.MapFS{
		"without the first language": {"en/adult.toml": file},
		"a folder of another name":   {"fr/adult.toml": file, "no language/adult.toml": file},
	} {
		if _, err := web.FindLanguages(files, "adult.toml", "fr"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAVoiceKnowsItsDirection(t *testing.T) {
	files := fstest.MapFS{
		"ar.toml": {Data: []byte("\"language.name\" = \"العربية\"\n\"language.dir\" = \"rtl\"\n")},
		"fr.toml": {Data: []byte("\"page\" = \"page\"\n")},
		"xx.toml": {Data: []byte("\"language.dir\" = \"up\"\n")},
	}
	arabic, err := web.NewVoice(files, "ar", "ar.toml")
	if err != nil || arabic.Dir != "rtl" || arabic.Name != "العربية" {
		t.Errorf("%+v, %v", arabic, err)
	}
	french, err := web.NewVoice(files, "fr", "fr.toml")
	if err != nil || french.Dir != "ltr" || french.Name != "fr" {
		t.Errorf("%+v, %v", french, err)
	}
	if _, err := web.NewVoice(files, "fr", "xx.toml"); err == nil {
		t.Error("a direction that is none was taken")
	}
}
