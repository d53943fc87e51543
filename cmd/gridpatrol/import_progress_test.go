package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestImportProgressLines: where there is no terminal, a line a stage and one every few seconds.
func TestImportProgressLines(t *testing.T) { synctest.Test(t, importProgressLines) }

func importProgressLines(t *testing.T) {
	var out bytes.Buffer
	p := newImportProgress(&out)
	for i := range int64(1000) {
		p.hear("read", i+1, 1000)
	}
	time.Sleep(10 * time.Second)
	p.hear("read", 500, 1000)
	p.hear("route", 7, -1)
	p.done()
	p.done()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{"read: 10.0 s, 500 of 1000, 50/s, 10 s left", "read: 10.0 s, 1000, 100/s", "route: 0.0 s, 7"}
	if strings.Join(lines, "|") != strings.Join(want, "|") {
		t.Errorf("the lines are %q, want %q", lines, want)
	}
}

// TestImportProgressBar: on a terminal one line with count, rate and what is left, which goes.
func TestImportProgressBar(t *testing.T) { synctest.Test(t, importProgressBar) }

func importProgressBar(t *testing.T) {
	var out bytes.Buffer
	p := &importProgress{out: &out, terminal: true}
	p.hear("read", 0, -1)
	p.hear("read", 10, 1000)
	if text := out.String(); !strings.Contains(text, "read") || strings.Contains(text, "it/s") {
		t.Errorf("the bar says %q before there is a rate", text)
	}
	time.Sleep(150 * time.Millisecond) // what the bar is drawn at most every
	p.hear("read", 400, 1000)
	time.Sleep(150 * time.Millisecond)
	p.hear("read", 500, 1000)
	p.hear("write", 1, 2)
	p.done()
	text := out.String()
	for _, part := range []string{"read", "400/1000", "it/s", "s]", "write"} {
		if !strings.Contains(text, part) {
			t.Errorf("the bar %q lacks %q", text, part)
		}
	}
	if strings.Contains(text, "\n") {
		t.Errorf("the bar takes more than one line: %q", text)
	}
	p.hear("publish", 0, -1)
	p.done()
	out.Reset()
	time.Sleep(250 * time.Millisecond) // what a bar would draw itself anew within
	if out.Len() > 0 {
		t.Errorf("bars of stages that are over draw %q", out.String())
	}
}
