package staff

import "strings"

// A Device is the kind of browser a session runs in: its family and its system, and
// no version, so that an update ends no session. "firefox linux".
type Device string

// Families and systems, each by what its User-Agent alone contains. The order
// counts: every browser claims to be those that came before it.
var (
	families = [][2]string{{"Edg", "edge"}, {"OPR/", "opera"}, {"Firefox/", "firefox"}, {"FxiOS/", "firefox"}, {"Chrome/", "chrome"}, {"CriOS/", "chrome"}, {"Safari/", "safari"}}
	systems  = [][2]string{{"Android", "android"}, {"iPhone", "ios"}, {"iPad", "ios"}, {"Windows", "windows"}, {"Mac OS X", "macos"}, {"CrOS", "chromeos"}, {"Linux", "linux"}}
)

// DeviceOf tells the kind of browser from its User-Agent.
func DeviceOf(userAgent string) Device {
	return Device(first(families, userAgent) + " " + first(systems, userAgent))
}

// Family and System are the two parts, each "other" where unknown.
func (d Device) Family() string { family, _, _ := strings.Cut(string(d), " "); return family }
func (d Device) System() string { _, system, _ := strings.Cut(string(d), " "); return system }

func first(known [][2]string, userAgent string) string {
	for _, k := range known {
		if strings.Contains(userAgent, k[0]) {
			return k[1]
		}
	}
	return "other"
}
