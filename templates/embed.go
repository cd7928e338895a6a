// Package templates holds the pages of both sides. A template's name is its path:
// public/tell.html is one page of the public side; a page stands in the layout of
// its side and may use what components/ defines.
package templates

import "embed"

//go:embed all:public all:office all:components
var FS embed.FS
