package preview

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheProcessReachesNothing(t *testing.T) {
	v := viewer(t)
	t.Setenv("RECUEIL_SECRET", "ne doit pas passer")
	// Somebody left this open, to be inherited.
	inherited, err := syscall.Open("/etc/hostname", syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	v = New(v.program, v.pdf, v.log)
	cmd := exec.Command(v.program, probeArgument)
	cmd.Env, cmd.Stdin = []string{}, strings.NewReader("x")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tries := 0
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "open "):
			// Its own runtime reads how many processors it may use.
			if f := strings.Fields(line); f[1] > "2" && f[2] != "/proc" && !strings.HasPrefix(f[2], "/sys/fs/cgroup/") {
				t.Errorf("it inherits a descriptor: %s", line)
			}
		case strings.HasPrefix(line, "environment "):
			t.Errorf("it has an %s", line)
		case strings.HasPrefix(line, "try "):
			tries++
			if !strings.Contains(line, "operation not permitted") && !(strings.HasPrefix(line, "try a gigabyte") && strings.Contains(line, "cannot allocate memory")) {
				t.Errorf("it is not refused: %s", line)
			}
		}
	}
	if tries < 16 {
		t.Errorf("only %d things were tried:\n%s", tries, out)
	}
}

// waiting starts a process that waits for its file, and returns its id.
func waiting(t *testing.T, v *Viewer, kind Kind) (pid string, feed chan<- []byte, result <-chan error) {
	t.Helper()
	before := children(t)
	in, out := make(chan []byte), make(chan error, 1)
	go func() {
		_, err := v.Show(t.Context(), [16]byte{1}, kind, readerOf(in), 1)
		out <- err
	}()
	for range 200 {
		for id := range children(t) {
			status, _ := os.ReadFile("/proc/" + id + "/status")
			if !before[id] && strings.Contains(string(status), "\nSeccomp:\t2\n") {
				return id, in, out
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("no process came up")
	return "", nil, nil
}

type readerOf chan []byte

func (r readerOf) Read(p []byte) (int, error) {
	b, ok := <-r
	if !ok {
		return 0, os.ErrClosed
	}
	return copy(p, b), nil
}

func children(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		list, _ := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
		for _, id := range strings.Fields(string(list)) {
			found[id] = true
		}
	}
	return found
}

// The real process, as the kernel sees it.
func TestTheProcessThatShowsIsConfined(t *testing.T) {
	v := viewer(t)
	pid, feed, result := waiting(t, v, JPEG)
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	for _, want := range []string{"NoNewPrivs:\t1", "Seccomp:\t2"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("its status does not say %q", want)
		}
	}
	limits, _ := os.ReadFile("/proc/" + pid + "/limits")
	for name, want := range map[string]string{"Max core file size": "0", "Max file size": "0", "Max open files": "16", "Max data size": "469762048", "Max cpu time": "40"} {
		_, rest, _ := strings.Cut(string(limits), name)
		if f := strings.Fields(rest); len(f) < 2 || f[0] != want || f[1] != want {
			t.Errorf("%s is %v, want %s", name, f[:min(len(f), 2)], want)
		}
	}
	if environment, err := os.ReadFile("/proc/" + pid + "/environ"); err == nil && len(environment) > 0 {
		t.Errorf("it has an environment of %d bytes", len(environment))
	}
	if !v.plain.Load() {
		own, _ := os.Readlink("/proc/self/ns/net")
		if its, err := os.Readlink("/proc/" + pid + "/ns/net"); err != nil || its == own {
			t.Errorf("it sees our network: %v", err)
		}
	}
	close(feed)
	if err := <-result; err == nil {
		t.Error("a file that broke off was shown")
	}
}

func TestAProcessThatHangsOrIsNotWaitedForEnds(t *testing.T) {
	v := viewer(t)
	ctx, stop := context.WithCancel(t.Context())
	in := make(chan []byte, 1)
	result := make(chan error, 1)
	go func() {
		_, err := v.Show(ctx, [16]byte{2}, PNG, readerOf(in), 1)
		result <- err
	}()
	time.Sleep(300 * time.Millisecond)
	stop()
	close(in)
	select {
	case err := <-result:
		if err == nil {
			t.Error("it was shown")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nobody ended it")
	}
	if len(children(t)) != 0 {
		t.Errorf("processes stay: %v", children(t))
	}
}
