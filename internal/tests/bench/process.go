package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"recueil/internal/child"
)

// A process is a server under measurement.
type process struct {
	cmd      *exec.Cmd
	addr     string
	gone     <-chan struct{}
	database int // process number of the PostgreSQL it writes to
}

// start runs a server that listens on addr and ends with this program, however that ends.
func start(addr, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), addr: addr}
	p.cmd.Stderr = &tail{}
	var err error
	p.gone, err = child.Start(p.cmd, syscall.SIGKILL)
	return p, err
}

// await returns when the server answers a GET of path, trying without a pause.
func (p *process) await(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		select {
		case <-p.gone:
			return fmt.Errorf("%s stopped at once: %s", p.cmd.Path, p.cmd.Stderr)
		default:
		}
		l, err := dial(p.addr)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		_, err = l.send(request("GET", path, "", ""))
		l.close()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer: %s", p.cmd.Path, p.cmd.Stderr)
}

func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.gone:
	case <-time.After(20 * time.Second):
		p.cmd.Process.Kill()
		<-p.gone
	}
}

// cpu is the processor time the server has used so far, all threads, user and system.
func (p *process) cpu() (time.Duration, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseCPU(string(line))
}

// parseCPU reads utime and stime, the fields 14 and 15 of proc(5)'s stat, in ticks of
// 1/100 s. The name before them may hold spaces and brackets.
func parseCPU(line string) (time.Duration, error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(fields) < 13 {
		return 0, errors.New("the process's times cannot be read")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}

// childrenCPU adds up the processor time of a process and its children, which for
// PostgreSQL are its connections. One that ended in between is left out.
func childrenCPU(parent int) (sum time.Duration, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		line, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		after := strings.Fields(string(line[strings.LastIndexByte(string(line), ')')+1:]))
		if own := filepath.Base(filepath.Dir(name)) == strconv.Itoa(parent); !own && after[1] != strconv.Itoa(parent) {
			continue
		}
		used, err := parseCPU(string(line))
		if err != nil {
			return 0, err
		}
		sum += used
	}
	return sum, err
}

// machineCPU is the processor time that everybody on the machine has used so far.
func machineCPU() (time.Duration, error) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseMachineCPU(string(content))
}

// parseMachineCPU adds up the first line of proc(5)'s stat, but for its idle times.
func parseMachineCPU(stat string) (time.Duration, error) {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, errors.New("the machine's times cannot be read")
	}
	var ticks int64
	for i, field := range fields[1:9] { // user, nice, system, idle, iowait, irq, softirq, steal
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, errors.New("the machine's times cannot be read")
		}
		if i != 3 && i != 4 {
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// rss is the server's resident memory in bytes.
func (p *process) rss() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseRSS(string(status))
}

func parseRSS(status string) (int64, error) {
	_, rest, found := strings.Cut(status, "VmRSS:")
	if !found {
		return 0, errors.New("the process's memory cannot be read")
	}
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	return kilobytes << 10, err
}

// ownCPU is the processor time of this program, without its children.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// tail keeps the end of what a server writes.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	t.b = t.b[max(0, len(t.b)-2000):]
	return len(b), nil
}

func (t *tail) String() string { return string(t.b) }
