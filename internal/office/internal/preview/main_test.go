package preview

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// program is this test's own program once more, built without the race detector,
// which would need what the process is refused. It shows files as the office does.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "recueil-test-preview-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "preview.test")
	out, err := exec.Command("go", "test", "-c", "-race=false", "-tags", "nodynamic", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// built is the folder it lies in, once it was asked for.
var built string

const probeArgument = "try-everything"

func TestMain(m *testing.M) {
	if os.Args[0] == "pdftoppm" {
		probePDF() // this program in place of the one that draws pages
		os.Exit(0)
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case Argument:
			os.Exit(Run(os.Args[2:]))
		case probeArgument:
			probe()
			os.Exit(0)
		}
	}
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

func viewer(t *testing.T) *Viewer {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return New(path, DefaultPDF, slog.New(slog.DiscardHandler))
}

// probe confines itself as Run does, then tries to get out.
func probe() {
	tellWhatIsInherited()
	if err := confine(JPEG.limits().memory); err != nil {
		fmt.Println("confine", err)
		os.Exit(1)
	}
	tryAll()
}

// probePDF is what draws a page, once an attacker took it over.
func probePDF() {
	tellWhatIsInherited()
	tryAll()
	for name, path := range map[string]string{"another's environment": "/proc/1/environ", "its own": "/proc/self/environ",
		"names of people": "/etc/passwd", "what was installed": "/var/lib/dpkg/status", "a program": "/bin/true"} {
		_, err := os.ReadFile(path)
		tell("reading "+name, err)
	}
	_, err := os.ReadFile("/etc/ld.so.cache")
	fmt.Println("libraries", err)
}

func tellWhatIsInherited() {
	open, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range open {
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil && !strings.HasPrefix(target, "anon_inode:") {
			fmt.Fprintf(os.Stdout, "open %s %s\n", entry.Name(), strings.SplitN(target, ":", 2)[0])
		}
	}
	for _, variable := range os.Environ() {
		fmt.Println("environment", variable)
	}
}

func tell(what string, err error) {
	text, _ := json.Marshal(fmt.Sprint(err))
	fmt.Printf("try %s: %s\n", what, text)
}

// tryAll tries what nobody who decodes a file may do.
func tryAll() {
	try := func(name string, f func() error) { tell(name, f()) }
	try("a socket", func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); return err })
	try("a connection", func() error { _, err := net.Dial("tcp", "127.0.0.1:1"); return err })
	try("a socket of this machine", func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err })
	try("reading a file", func() error { _, err := os.ReadFile("/etc/passwd"); return err })
	try("writing a file", func() error { return os.WriteFile("/tmp/recueil-probe", nil, 0o600) })
	try("open", func() error { _, err := unix.Open("/etc/passwd", unix.O_RDONLY, 0); return err })
	try("listing a folder", func() error { _, err := os.ReadDir("/"); return err })
	try("a program", func() error { return syscall.Exec("/bin/true", []string{"true"}, nil) })
	try("a process", func() error { return exec.Command("/bin/true").Run() })
	try("its parent's memory", func() error { return unix.PtraceAttach(os.Getppid()) })
	try("a signal to its parent", func() error { return unix.Kill(os.Getppid(), 0) })
	try("a longer leash", func() error {
		return unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20})
	})
	try("executable memory", func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
		return err
	})
	try("memory made executable", func() error {
		page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err != nil {
			return nil
		}
		return unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC)
	})
	try("io_uring", func() error {
		_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
		return errno
	})
	try("memory that is not counted", func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_SHARED)
		return err
	})
	try("a gigabyte", func() error {
		_, err := unix.Mmap(-1, 0, 1<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		return err
	})
	done := make(chan bool)
	for range 8 { // what it may: compute on several threads
		go func() { runtime.LockOSThread(); done <- true }()
		<-done
	}
}
