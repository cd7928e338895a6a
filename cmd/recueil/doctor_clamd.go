package main

import (
	"context"

	"golang.org/x/sys/unix"

	"recueil/internal/office"
)

func clamdAnswers(ctx context.Context, address string) finding {
	f := finding{what: "clamd answers"}
	if err := office.PingClamd(ctx, address); err != nil {
		f.mend = err.Error() + "; files are shown as not scanned meanwhile"
	}
	return f
}

// inMemory looks where clamd writes what it unpacks: words and pictures of a report must
// not reach a disk.
func inMemory(dir string) finding {
	f := finding{what: "clamd unpacks files in memory"}
	var at unix.Statfs_t
	switch err := unix.Statfs(dir, &at); {
	case err != nil:
		f.mend = "its temporary folder " + dir + " is not there; name it by --clamd-temporary-dir"
	case at.Type != unix.TMPFS_MAGIC:
		f.mend = dir + " lies on a disk: mount a tmpfs there, or name one as TemporaryDirectory in clamd.conf and by --clamd-temporary-dir"
	}
	return f
}
