// Package web is what the public side and the back office share as web servers.
//
// A handler returns a page or an error, never both: pages are rendered to a buffer
// before the first byte leaves ([Pages.Render]), errors become a page in one place
// ([Problem]). Forms are read by [ReadForm], which keeps every byte in memory and
// bounds them; the form parsing of net/http and echo, which spills to temporary
// files, is not used anywhere. Nothing here logs an address or a word of a request.
package web

import "time"

// A Clock tells the time; tests move it.
type Clock func() time.Time
