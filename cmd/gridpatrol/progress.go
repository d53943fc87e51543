package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress tells how far a long job is: one line that is written over on a
// terminal, a line a step elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time
	shown    time.Time
	name     string
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(f.Fd())), began: time.Now()}
}

// step begins the next part of the job.
func (p *progress) step(name string) {
	p.name = name
	if p.terminal {
		fmt.Fprintf(p.out, "\r\033[K%5.1f s  %s", time.Since(p.began).Seconds(), name)
		return
	}
	fmt.Fprintf(p.out, "%5.1f s  %s\n", time.Since(p.began).Seconds(), name)
}

// count tells how much of the part is done; it is shown ten times a second at
// most, and only on a terminal.
func (p *progress) count(done, of int) {
	if !p.terminal || of == 0 || done < of && time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.out, "\r\033[K%5.1f s  %s: %d %%", time.Since(p.began).Seconds(), p.name, 100*done/of)
}

// clear takes the job's line away, so that something else can be written.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\033[K")
	}
}

// finish ends the job's line.
func (p *progress) finish() error {
	lead := ""
	if p.terminal {
		lead = "\r\033[K"
	}
	_, err := fmt.Fprintf(p.out, "%s%5.1f s  the demo district is in the database\n", lead, time.Since(p.began).Seconds())
	return err
}
