// Package locales holds every word a user reads, a folder a language. adult.toml
// addresses grown-ups (in French as «vous») and holds every key; young.toml, laid
// over it, speaks in plainer words («tu»); friend.toml, laid over both, is for a young
// person who writes about somebody else. rules.toml, office.toml and an
// office_….toml for each capability of the desk are laid over adult.toml for staff.
// docs/content.md says who validates which text, and how a language is added.
package locales

import "embed"

//go:embed */*.toml
var FS embed.FS
