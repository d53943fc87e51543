package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// importProgress tells how far an import is, with the rate and what is left: a
// bar on a terminal, elsewhere a line where a stage is done and every few seconds.
// Safe for concurrent use.
type importProgress struct {
	out      io.Writer
	terminal bool

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // of the stage; nil elsewhere than on a terminal
	stage string                   // empty for none
	began time.Time
	said  time.Time
	count int64
	of    int64
}

// newImportProgress tells it on out, standard error as a rule.
func newImportProgress(out io.Writer) *importProgress {
	f, ok := out.(*os.File)
	return &importProgress{out: out, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

// progressPause is how often a line is written where there is no bar.
const progressPause = 5 * time.Second

// barPause is how often a bar is drawn at most, and how long a stage goes on before its
// bar says a rate.
const barPause = 100 * time.Millisecond

// stageWords say what is done in a stage; one that has no words is named as it is.
var stageWords = map[string]string{
	ingest.StageRead: "read", ingest.StageCheck: "check", ingest.StageCompare: "compare", ingest.StageWrite: "write", ingest.StagePublish: "publish",
}

// hear is told that done of of things of a stage are done, as ingest.Options.Progress is;
// of is -1 where nobody knows.
func (p *importProgress) hear(stage string, done, of int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if stage != p.stage {
		p.count = max(p.count, p.of) // the stage before is done, whatever it said last
		p.end(now)
		p.stage, p.began, p.said = stage, now, now
		if p.terminal {
			// Without an interval for the spinner: the bar would go on drawing it by itself, also
			// over what comes after its stage.
			p.bar = progressbar.NewOptions64(of, progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(p.words()),
				progressbar.OptionThrottle(barPause), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
				progressbar.OptionSetPredictTime(true), progressbar.OptionUseANSICodes(true), progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionSetWidth(20))
		}
	} else if p.bar != nil && of != p.of {
		p.bar.ChangeMax64(of)
	}
	p.count, p.of = done, of
	switch {
	case p.bar != nil && now.Equal(p.began):
		_ = p.bar.RenderBlank()
	case p.bar != nil && now.Sub(p.began) < barPause: // no time to tell a rate by
	case p.bar != nil:
		_ = p.bar.Set64(done) // a terminal that is gone
	case now.Sub(p.said) >= progressPause:
		p.said = now
		fmt.Fprintln(p.out, p.line(now)+p.left(now))
	}
}

// done takes the bar away, and says what the last stage came to.
func (p *importProgress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(time.Now())
}

func (p *importProgress) end(now time.Time) {
	switch {
	case p.bar != nil:
		_ = p.bar.Clear() // a terminal that is gone
		p.bar = nil
	case p.stage != "":
		fmt.Fprintln(p.out, p.line(now))
	}
	p.stage = ""
}

func (p *importProgress) words() string {
	if w, ok := stageWords[p.stage]; ok {
		return w
	}
	return p.stage
}

// line says how far the stage is, and how fast it goes.
func (p *importProgress) line(now time.Time) string {
	took := now.Sub(p.began).Seconds()
	text := fmt.Sprintf("%s: %.1f s", p.words(), took)
	if p.count == 0 {
		return text
	}
	text += fmt.Sprintf(", %d", p.count)
	if p.of > p.count {
		text += fmt.Sprintf(" of %d", p.of)
	}
	if took >= 0.01 {
		text += fmt.Sprintf(", %.0f/s", float64(p.count)/took)
	}
	return text
}

// left says how long the stage will take yet at this rate; empty where nobody knows.
func (p *importProgress) left(now time.Time) string {
	if p.count == 0 || p.of <= p.count {
		return ""
	}
	return fmt.Sprintf(", %.0f s left", now.Sub(p.began).Seconds()/float64(p.count)*float64(p.of-p.count))
}
