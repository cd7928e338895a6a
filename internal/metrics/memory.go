package metrics

import (
	"bytes"
	"os"
	"strconv"
)

// residentBytes reads what the kernel says of this process: client_golang's own
// collector reads the whole of /proc with a package that is larger than this one.
func residentBytes() float64 {
	raw, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(raw)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return float64(pages) * float64(os.Getpagesize())
}
