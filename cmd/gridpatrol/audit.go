package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Look whether a line of the audit log was changed, removed or slipped in. Exit status 1 when one was."`
	Export auditExportCmd `cmd:"" help:"Write the audit log, the oldest line first."`
	Heads  auditHeadsCmd  `cmd:"" help:"Print the head of the chain as it is now, to be kept elsewhere."`
}

type auditVerifyCmd struct {
	Heads []string `placeholder:"FILE" sep:"none" help:"File of heads that a server has kept; may be given again. Where none is given, audit/heads.jsonl in the data directory, if it is there."`
	Max   int      `default:"1000" help:"The most faults to print; all are counted."`
}

// Run verifies, prints every fault on its own line, and a summary.
func (c *auditVerifyCmd) Run(ctx context.Context, common *Common, out io.Writer, messages messages) error {
	files, err := c.files(common)
	if err != nil {
		return err
	}
	next := &headFiles{paths: files}
	defer next.close()
	var check postgis.AuditCheck
	progress := newProgress(messages)
	progress.step("verify the audit log")
	err = common.withStore(ctx, func(store *postgis.Store) error {
		check, err = store.VerifyAudit(ctx, next.next, func(f postgis.AuditFault) {
			if c.Max--; c.Max >= 0 {
				progress.clear()
				fmt.Fprintln(out, "FAULT  "+f.Text)
			}
		}, func(done, all int64) { progress.count(int(done), int(all)) })
		return err
	})
	progress.clear()
	if err != nil {
		return err
	}
	if c.Max < 0 {
		fmt.Fprintf(out, "and %d more faults\n", -c.Max)
	}
	for _, path := range files {
		fmt.Fprintf(out, "heads of %s\n", path)
	}
	if len(files) == 0 {
		fmt.Fprintln(out, "no heads were given: a chain that was made anew as a whole is not found without them")
	}
	if next.skipped > 0 {
		fmt.Fprintf(out, "%d lines of these files are no heads\n", next.skipped)
	}
	if check.Unsealed > 0 {
		fmt.Fprintf(out, "%d lines wait for their seal; a server makes it\n", check.Unsealed)
	}
	fmt.Fprintf(out, "%d lines in %d seals, %d heads compared, %d faults\n", check.Lines, check.Seals, check.Heads, check.Faults)
	if check.Newest.Seal > 0 {
		fmt.Fprintf(out, "newest: seal %d of %s, %s\n", check.Newest.Seal, check.Newest.At.Format(time.RFC3339), check.Newest.Hash)
	}
	if check.Faults > 0 {
		return exitError(1)
	}
	return nil
}

// files are the heads to look at.
func (c *auditVerifyCmd) files(common *Common) ([]string, error) {
	if len(c.Heads) > 0 {
		return c.Heads, nil
	}
	dir, err := common.dataDir()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(headsPath(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return []string{headsPath(dir)}, nil
}

// headFiles reads files of heads one after another.
type headFiles struct {
	paths   []string
	file    *os.File
	reader  headReader
	skipped int
}

func (h *headFiles) next() (postgis.AuditHead, bool, error) {
	for {
		if h.file == nil {
			if len(h.paths) == 0 {
				return postgis.AuditHead{}, false, nil
			}
			f, err := os.Open(h.paths[0])
			if err != nil {
				return postgis.AuditHead{}, false, fmt.Errorf("heads: %w", err)
			}
			h.file, h.reader, h.paths = f, headReader{lines: bufio.NewScanner(f)}, h.paths[1:]
		}
		head, ok, err := h.reader.next()
		if ok || err != nil {
			return head, ok, err
		}
		h.close()
	}
}

func (h *headFiles) close() {
	if h.file != nil {
		h.skipped += h.reader.skipped
		_ = h.file.Close() // it was only read
		h.file = nil
	}
}

type auditHeadsCmd struct{}

// Run prints the newest head as a line of a file of heads.
func (auditHeadsCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		head, err := store.AuditHead(ctx)
		if err != nil {
			return err
		}
		if head.Seal == 0 {
			return errors.New("no line of the audit log is sealed yet: a server does that")
		}
		return json.NewEncoder(out).Encode(head)
	})
}

type auditExportCmd struct {
	Format string    `default:"csv" enum:"csv,json" help:"csv, or json: one object a line."`
	From   time.Time `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"Not what is older."`
	To     time.Time `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"Only what is older."`
	Out    string    `short:"o" placeholder:"FILE" help:"File to write, replaced if it is there; standard output where none is given."`
}

// Run writes the log and notes that it did so.
func (c *auditExportCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	if !c.From.IsZero() && !c.To.IsZero() && !c.From.Before(c.To) {
		return asWrongCall(errors.New("--to must be after --from"))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		write := func(w io.Writer) error {
			buffered := bufio.NewWriter(w)
			lines := api.NewAuditWriter(buffered, strings.ToLower(c.Format))
			err := store.ExportAudit(ctx, operator(), patrol.AuditFilter{From: c.From, To: c.To}, lines.Write)
			return errors.Join(err, lines.Close(), buffered.Flush())
		}
		if c.Out == "" {
			return write(out)
		}
		return writeWhole(c.Out, true, write)
	})
}
