package preview

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// The first page of a PDF is drawn by poppler's pdftoppm, where the machine has it. It is
// the largest and oldest decoder of all, in C++, so it is believed least: this program
// confines itself, then becomes pdftoppm, which reads the file from standard input and
// writes pixels. A second process makes of those what it makes of any picture that came
// with a report. pdftoppm must open its libraries and fonts, so here files are not refused
// altogether, as elsewhere: Landlock lets it read those folders and nothing else.

// DefaultPDF is where Debian's poppler-utils puts that program.
const DefaultPDF = "/usr/bin/pdftoppm"

const (
	pdfTime   = maxTime / 2 // of a processor; the rest is left to the picture of it
	pdfPixels = 12 << 20    // bytes of a page drawn: noise of MaxSide by MaxSide takes 8 MB
)

// readable is what pdftoppm opens on Debian: libraries, how they are found, fonts and the
// tables of Asian letters. Nothing of it is a secret.
var readable = []string{"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/usr/share/fontconfig", "/usr/share/fonts",
	"/usr/share/poppler", "/usr/share/ghostscript", "/var/cache/fontconfig"}

// callsOfPDF are what a program in C++ needs beyond the others, once it started: no socket,
// no process, no name of a file made or changed.
var callsOfPDF = []string{"openat", "faccessat", "faccessat2", "readlinkat", "getdents64", "fstatfs", "statfs", "pread64", "fadvise64",
	"mremap", "uname", "sysinfo", "getcwd", "writev", "set_tid_address", "getuid", "geteuid", "getgid", "getegid"}

var callsOfPDFOfMachine = map[string][]string{"arm64": {"fstatat"}, "amd64": {"newfstatat", "access", "readlink", "stat", "lstat", "open", "arch_prctl"}}

// becomePDF ends only by an error. The program must be there: it is what [PDFProblem]
// looks for.
func becomePDF(program string) error {
	runtime.LockOSThread() // what this thread takes from itself, the program it becomes does not have
	if err := bound(PDF.limits().memory, pdfTime); err != nil {
		return err
	}
	if err := readOnly(program); err != nil {
		return err
	}
	err := filter(slices.Concat(calls, callsOfPDF, callsOfPDFOfMachine[runtime.GOARCH], []string{"execve"}), []seccomp.NameWithConditions{
		{Name: "mmap", Conditions: []seccomp.Condition{withoutExec, unshared}},
		// Libraries: never memory that is written to as well, nor that no file stands behind.
		{Name: "mmap", Conditions: []seccomp.Condition{unshared, {Argument: 2, Operation: seccomp.BitsNotSet, Value: unix.PROT_WRITE},
			{Argument: 3, Operation: seccomp.BitsNotSet, Value: unix.MAP_ANONYMOUS}}},
		{Name: "prlimit64", Conditions: []seccomp.Condition{{Argument: 2, Operation: seccomp.Equal, Value: 0}}}, // asking, not setting
	})
	if err != nil {
		return err
	}
	side := strconv.Itoa(MaxSide)
	return unix.Exec(program, []string{"pdftoppm", "-png", "-f", "1", "-l", "1", "-singlefile", "-scale-to", side, "-"}, []string{})
}

// readOnly leaves this thread, and what it becomes, the right to read the folders that are
// named, to run the one program, and nothing else of the file system.
func readOnly(program string) error {
	const read, run = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR, unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	handled := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1} // all that the first version knows
	rules, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), 8, 0)
	if errno != 0 {
		return fmt.Errorf("asking for Landlock: %w", errno)
	}
	loader, err := loaderOf(program)
	if err != nil {
		return err
	}
	may := map[string]uint64{program: run, loader: run}
	for _, path := range readable {
		may[path] = read
	}
	for path, access := range may {
		if err := allow(int(rules), path, access); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("leaving %s readable: %w", path, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("forbidding privileges: %w", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, rules, 0, 0); errno != 0 {
		return fmt.Errorf("restricting files: %w", errno)
	}
	return unix.Close(int(rules))
}

func allow(rules int, path string, access uint64) error {
	at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(at)
	var about unix.Stat_t
	if err := unix.Fstat(at, &about); err != nil {
		return err
	}
	if about.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &^= unix.LANDLOCK_ACCESS_FS_READ_DIR // no right of a file
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(at)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// loaderOf is the program that the kernel starts first, to load the libraries of another.
func loaderOf(program string) (string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", program, err)
	}
	defer f.Close()
	for _, part := range f.Progs {
		if part.Type == elf.PT_INTERP {
			name, err := io.ReadAll(part.Open())
			return strings.TrimRight(string(name), "\x00"), err
		}
	}
	return program, nil
}

// PDFProblem says why the first page of a PDF cannot be shown on this machine, or "".
func PDFProblem(program string) string {
	if program == "" {
		return "no program is named for it"
	}
	if info, err := os.Stat(program); err != nil || info.Mode()&0o111 == 0 {
		return program + " is not there: install poppler-utils"
	}
	const version = unix.LANDLOCK_CREATE_RULESET_VERSION
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, version); errno != 0 {
		return "this kernel has no Landlock, which keeps " + program + " from other files (Linux 5.13, lsm=landlock)"
	}
	return ""
}
