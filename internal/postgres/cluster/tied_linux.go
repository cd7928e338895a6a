package cluster

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startTied starts cmd so that the kernel ends it when this process dies, also by
// kill -9. The channel closes when it has ended. The kernel's signal is tied to the
// starting thread, which therefore waits as long as cmd runs.
func startTied(cmd *exec.Cmd) (<-chan struct{}, error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	started, gone := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(gone)
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
	}()
	return gone, <-started
}
