package web

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// A Voice is one way the service speaks: a language and whom it speaks to. Its
// catalogue is one or several files, a later one laid over an earlier: the young
// voice is the adult one with its own words where they differ.
type Voice struct {
	Lang      string // BCP 47, for the page's lang attribute
	Dir       string // "ltr" or "rtl", which way the page runs
	Name      string // of the language, in the language
	tag       language.Tag
	localizer *i18n.Localizer
	keys      map[string]bool
	constant  map[string]string // the texts that have one form and no placeholder
}

// NewVoice reads the named TOML catalogues of one language.
func NewVoice(catalogues fs.FS, lang string, files ...string) (*Voice, error) {
	layers, err := readLayers(catalogues, lang, files)
	if err != nil {
		return nil, err
	}
	return voiceOf(lang, layers)
}

// NewVoices reads catalogues that lie over each other: the first voice has the first
// file alone, the last one all of them.
func NewVoices(catalogues fs.FS, lang string, files ...string) ([]*Voice, error) {
	layers, err := readLayers(catalogues, lang, files)
	if err != nil {
		return nil, err
	}
	voices := make([]*Voice, len(layers))
	for i := range layers {
		if voices[i], err = voiceOf(lang, layers[:i+1]); err != nil {
			return nil, err
		}
	}
	return voices, nil
}

// A layer is what one file says.
type layer struct {
	name     string
	messages []*i18n.Message
}

func readLayers(catalogues fs.FS, lang string, files []string) ([]layer, error) {
	layers := make([]layer, 0, len(files))
	for _, name := range files {
		text, err := fs.ReadFile(catalogues, name)
		if err != nil {
			return nil, fmt.Errorf("reading a catalogue: %w", err)
		}
		file, err := i18n.ParseMessageFileBytes(text, lang+path.Ext(name), map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			return nil, fmt.Errorf("reading the catalogue %s: %w", name, err)
		}
		layers = append(layers, layer{name, file.Messages})
	}
	return layers, nil
}

func voiceOf(lang string, layers []layer) (*Voice, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("reading the language %q: %w", lang, err)
	}
	bundle := i18n.NewBundle(tag)
	v := &Voice{Lang: lang, tag: tag, localizer: i18n.NewLocalizer(bundle, lang), keys: map[string]bool{}, constant: map[string]string{}}
	for _, l := range layers {
		var formed []*i18n.Message // what the bundle is needed for; most texts are constant
		for _, message := range l.messages {
			v.keys[message.ID] = true
			delete(v.constant, message.ID) // a later catalogue may give it other forms
			if forms := message.One + message.Two + message.Few + message.Many + message.Zero; forms == "" && message.Other != "" && !strings.Contains(message.Other, "{{") {
				v.constant[message.ID] = message.Other
			} else {
				formed = append(formed, message)
			}
		}
		if err := bundle.AddMessages(tag, formed...); err != nil {
			return nil, fmt.Errorf("reading the catalogue %s: %w", l.name, err)
		}
	}
	v.Dir, v.Name = v.First("language.dir"), v.First("language.name")
	switch v.Dir {
	case "":
		v.Dir = "ltr"
	case "ltr", "rtl":
	default:
		return nil, fmt.Errorf("the language %s runs %q: write ltr or rtl under language.dir", lang, v.Dir)
	}
	if v.Name == "" {
		v.Name = lang
	}
	return v, nil
}

// Has reports whether the catalogue knows key.
func (v *Voice) Has(key string) bool { return v.keys[key] }

// First returns the text of the first of keys that the catalogue knows, or "".
func (v *Voice) First(keys ...string) string {
	for _, key := range keys {
		if v.Has(key) {
			return v.T(key)
		}
	}
	return ""
}

// T returns the text of key. What follows is names and values for its
// placeholders; one named "Count" also chooses singular or plural. An unknown key
// comes out between brackets, and a test finds it.
func (v *Voice) T(key string, namesAndValues ...any) string {
	// Most texts are constant, and a page has a hundred: looking one up in the
	// catalogue takes longer than rendering it.
	if text := v.constant[key]; text != "" {
		return text
	}
	config := i18n.LocalizeConfig{MessageID: key}
	if len(namesAndValues) > 0 {
		data := make(map[string]any, len(namesAndValues)/2)
		for i := 0; i+1 < len(namesAndValues); i += 2 {
			name := fmt.Sprint(namesAndValues[i])
			data[name] = v.readable(name, namesAndValues[i+1])
			if name == "Count" {
				config.PluralCount = namesAndValues[i+1]
			}
		}
		config.TemplateData = data
	}
	text, err := v.localizer.Localize(&config)
	if err != nil || text == "" {
		return "[" + key + "]"
	}
	return text
}

// readable writes a number as its readers do: a large one 50 000 or 50,000 (years and
// others of four digits stay as they are), the first of a month 1er in French.
func (v *Voice) readable(name string, value any) any {
	n, whole := value.(int)
	switch {
	case whole && n >= 10_000:
		return message.NewPrinter(v.tag).Sprint(n)
	case whole && n == 1 && name == "Day":
		return cmp.Or(v.First("date.first"), "1")
	}
	return value
}
