package api

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
)

// wire is a keep-alive connection that does as little as an HTTP client can.
type wire struct {
	net.Conn
	in *bufio.Reader
}

// wires opens connections to an address.
func wires(b *testing.B, address string, n int) []wire {
	b.Helper()
	out := make([]wire, n)
	for i := range out {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		out[i] = wire{c, bufio.NewReaderSize(c, 1<<16)}
	}
	return out
}

// ask sends a request and gives the length of the body of its 200, which it
// drops, or copies to a writer.
func (w wire) ask(request []byte, to io.Writer) (int, error) {
	if _, err := w.Write(request); err != nil {
		return 0, err
	}
	length, chunked := -1, false
	for n := 0; ; n++ {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if n == 0 && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return 0, fmt.Errorf("answer begins with %q", line)
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, err
			}
		}
		chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked"))
	}
	if !chunked {
		return length, w.copy(to, length)
	}
	for total := 0; ; {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return 0, err
		}
		if err := w.copy(to, int(n)); err != nil {
			return 0, err
		}
		if _, err := w.in.Discard(2); err != nil || n == 0 {
			return total, err
		}
		total += int(n)
	}
}

func (w wire) copy(to io.Writer, n int) error {
	if to == nil {
		_, err := w.in.Discard(n)
		return err
	}
	_, err := io.CopyN(to, w.in, int64(n))
	return err
}
