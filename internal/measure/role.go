package measure

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Environment variables by which Start makes a test program a server of one
// kind instead of running tests: servers that are compared each get a process of
// their own, with its own heap and collector.
const (
	roleVariable = "GRIDPATROL_BENCH_ROLE"
	withVariable = "GRIDPATROL_BENCH_WITH"
)

// Role gives the role that this program was started in, and what it was given
// with it; none where it is to run tests. TestMain asks for it first.
func Role() (role, with string) { return os.Getenv(roleVariable), os.Getenv(withVariable) }

// Play serves until standard input ends, which it does at the latest with the
// process that started this one. The address goes to standard output.
func Play(server *http.Server) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(l) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

// Start runs this program in a role until the benchmark ends, and gives the
// address that it serves at. What it writes to standard error goes to a file, as
// a service's does.
func Start(tb testing.TB, role, with string) (address string) {
	tb.Helper()
	log, err := os.Create(filepath.Join(tb.TempDir(), role+".log"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { log.Close() })
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), roleVariable+"="+role, withVariable+"="+with)
	c.Stderr = log
	in, err := c.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			tb.Errorf("%s: %v", role, err)
		}
	})
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		tb.Fatalf("%s did not start: %v: %s", role, err, said)
	}
	return strings.TrimSpace(address)
}
