package preview

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// calls is every system call that decoding needs: memory, threads, time, and the
// descriptors that are open. No socket, no file, no program, no other process.
var calls = []string{
	"read", "write", "close", "fstat", "lseek", "fcntl",
	"munmap", "madvise", "brk",
	"futex", "sched_yield", "sched_getaffinity", "set_robust_list", "rseq", "exit", "exit_group", "restart_syscall",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "gettid", "getpid",
	"nanosleep", "clock_nanosleep", "clock_gettime", "gettimeofday", "getrandom",
	"epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2",
}

// callsOfMachine are those that only some machines have.
var callsOfMachine = map[string][]string{"amd64": {"epoll_wait"}}

// confine takes from this process, for good, all it does not need to decode. It runs
// before the first byte of a file is read.
func confine(memory uint64) error {
	debug.SetMemoryLimit(int64(memory) / 2)
	if err := bound(memory, maxTime); err != nil {
		return err
	}
	return filter(calls, []seccomp.NameWithConditions{{Name: "mmap", Conditions: []seccomp.Condition{withoutExec, unshared}}})
}

// bound has the kernel end what takes too much.
func bound(memory uint64, time time.Duration) error {
	os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0) // when memory runs out, better this process than the office
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	for limit, most := range map[int]uint64{
		unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_NOFILE: 16, unix.RLIMIT_DATA: memory, unix.RLIMIT_CPU: uint64(time.Seconds()),
	} {
		if err := unix.Setrlimit(limit, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("bounding this process: %w", err)
		}
	}
	return nil
}

// What memory may be asked for: none that is executable, and none that is shared, which
// the bound of data does not count.
var (
	withoutExec = seccomp.Condition{Argument: 2, Operation: seccomp.BitsNotSet, Value: unix.PROT_EXEC}
	unshared    = seccomp.Condition{Argument: 3, Operation: seccomp.BitsNotSet, Value: unix.MAP_SHARED}
)

// filter leaves the calls that are named, those on conditions, and what every process of
// ours does to itself: start threads and end.
func filter(allowed []string, conditions []seccomp.NameWithConditions) error {
	conditions = append(conditions,
		seccomp.NameWithConditions{Name: "clone", Conditions: []seccomp.Condition{{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD}}},
		seccomp.NameWithConditions{Name: "mprotect", Conditions: []seccomp.Condition{withoutExec}},
		seccomp.NameWithConditions{Name: "tgkill", Conditions: []seccomp.Condition{{Argument: 0, Operation: seccomp.Equal, Value: uint64(os.Getpid())}}})
	err := seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync, // on every thread there is
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{
				{Action: seccomp.ActionAllow, Names: slices.Concat(allowed, callsOfMachine[runtime.GOARCH]), NamesWithCondtions: conditions},
				// clone3 hides what it asks for behind a pointer. Told that there is none, the C
				// library takes clone.
				{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
			},
		},
	})
	if err != nil {
		return fmt.Errorf("filtering system calls: %w", err)
	}
	return nil
}

// Harden keeps the calling process from making memory executable, as a unit's
// MemoryDenyWriteExecute does, but not its children: the decoder of HEIC is compiled
// in one, before it reads a byte. Kernels before 6.6 cannot, and nothing changes.
func Harden() {
	const refuseExecGain, notInherited = 1, 2
	unix.Prctl(unix.PR_SET_MDWE, refuseExecGain|notInherited, 0, 0, 0)
}
