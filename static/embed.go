// Package static holds the style sheets, scripts and pictures of both sides, as
// they are served: nothing is built, so what a browser runs is what is read here.
package static

import "embed"

//go:embed css js img audio/*/*.wav
var FS embed.FS

// Bundles says which files make up each style sheet, in the order of the cascade.
// The two sides share the tokens and the parts that every form is made of.
var Bundles = map[string][]string{
	"public.css": {"css/tokens.css", "css/base.css", "css/public.css"},
	"office.css": {
		"css/tokens.css", "css/base.css", "css/office.css",
		"css/acts.css",
		"css/notes.css",
		"css/notices.css",
		"css/phone.css",
		"css/queue.css",
		"css/transmission.css", "css/referral.css",
		"css/record.css",
	},
}
