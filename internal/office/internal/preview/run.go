package preview

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

// Run is the process that decodes one file: from standard input to standard output.
// It returns what the process ends with. A PDF's becomes the program that is named.
func Run(args []string) int {
	if len(args) == 2 && Kind(args[0]) == PDF {
		debug.SetTraceback("none")
		becomePDF(args[1])
		return 3
	}
	if len(args) != 1 || !Kind(args[0]).Picture() {
		return 2
	}
	kind := Kind(args[0])
	// What a crash would print may be words of the file.
	debug.SetTraceback("none")
	runtime.GOMAXPROCS(min(runtime.GOMAXPROCS(0), 2))
	if kind == HEIC {
		warmHEIC()
	}
	if err := confine(kind.limits().memory); err != nil {
		return 3
	}
	original, err := io.ReadAll(io.LimitReader(os.Stdin, MaxOriginal+1))
	if err != nil || len(original) > MaxOriginal {
		return 4
	}
	found := look(kind, original)
	picture, err := render(kind, original, found)
	large := errors.Is(err, errTooLarge)
	if err != nil && !large && len(found.facts) == 0 {
		return 5
	}
	line, err := json.Marshal(facts{len(picture), found.facts, large})
	if err != nil || len(line) > maxFacts {
		return 6
	}
	out := bufio.NewWriter(os.Stdout)
	out.Write(append(line, '\n'))
	out.Write(picture)
	if out.Flush() != nil {
		return 7
	}
	return 0
}
