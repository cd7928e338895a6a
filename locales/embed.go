// Package locales holds every word a user reads, a folder a language. In French,
// adult.toml addresses grown-ups as «vous» and holds every key; young.toml, laid
// over it, says «tu» in plainer words; friend.toml, laid over both, is for a young
// person who writes about somebody else. rules.toml and office.toml are laid over
// adult.toml for staff. docs/content.md says who validates which text.
package locales

import "embed"

//go:embed */*.toml
var FS embed.FS
