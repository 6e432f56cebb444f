// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
)

// TestChildThatDies is not a test: TestQEMUDiesWithParent runs it in a process
// of its own.
func TestChildThatDies(t *testing.T) {
	if os.Getenv("QEMU_TEST_CHILD") == "" {
		t.Skip("runs only inside TestQEMUDiesWithParent")
	}
	m, err := Start(context.Background(), Microbit, nil)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("pid", m.PID(), m.process.dir)
	select {}
}

func TestQEMUDiesWithParent(t *testing.T) {
	need.Program(t, "qemu", program)
	child := exec.Command(os.Args[0], "-test.run=^TestChildThatDies$")
	child.Env = append(os.Environ(), "QEMU_TEST_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	child.Process.Kill()
	child.Wait()
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[0] != "pid" {
		t.Fatalf("child said %q", line)
	}
	defer os.RemoveAll(fields[2])
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if gone(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d outlives its parent", pid)
	syscall.Kill(pid, syscall.SIGKILL)
}

// gone reports whether the process has ended. One that init has not reaped yet
// counts as ended.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
