package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// headsPath is where a server keeps the heads of the audit log that it has
// come to see: outside the database, so that whoever can rewrite that cannot
// rewrite these.
func headsPath(dataDir string) string { return filepath.Join(dataDir, "audit", "heads.jsonl") }

// headFile is a file with a head a line, the newest last. It is opened anew
// for each, so that it may be moved away at any time.
type headFile struct {
	path string
	last postgis.AuditHead // what was written or read last
}

// openHeadFile reads the last head of a district, where there is one.
func openHeadFile(path, district string) (*headFile, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &headFile{path: path}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("heads of the audit log: %w", err)
	}
	defer f.Close()
	// Lines are short: the last one is near the end.
	if size, err := f.Seek(0, io.SeekEnd); err != nil {
		return nil, fmt.Errorf("heads of the audit log: %w", err)
	} else if _, err := f.Seek(max(0, size-64<<10), io.SeekStart); err != nil {
		return nil, fmt.Errorf("heads of the audit log: %w", err)
	}
	h := &headFile{path: path}
	r := headReader{lines: bufio.NewScanner(f)}
	for {
		head, ok, err := r.next()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if !ok {
			return h, nil
		}
		if head.District == district {
			h.last = head
		}
	}
}

// add appends a head, unless it was the last one anyway. It is on disk when
// add returns.
func (h *headFile) add(head postgis.AuditHead) error {
	if head == h.last {
		return nil
	}
	line, err := json.Marshal(head)
	if err != nil {
		return err
	}
	dir := filepath.Dir(h.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err = os.Stat(h.path)
	fresh := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(h.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	line = append(line, '\n')
	if torn(f) {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if fresh {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	h.last = head
	return nil
}

// torn reports whether the last line of a file has no end, as a crash or a
// full disk leaves it.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// headReader reads heads, and skips lines that are none: a crash may have torn
// one, and a file of log lines may be given as it is.
type headReader struct {
	lines   *bufio.Scanner
	skipped int
}

func (r *headReader) next() (head postgis.AuditHead, ok bool, err error) {
	for r.lines.Scan() {
		line := bytes.TrimSpace(r.lines.Bytes())
		if len(line) == 0 {
			continue
		}
		head = postgis.AuditHead{}
		if json.Unmarshal(line, &head) != nil || head.Seal < 1 || len(head.Hash) != 64 || head.District == "" {
			r.skipped++
			continue
		}
		return head, true, nil
	}
	return head, false, r.lines.Err()
}

// headTeller takes heads of the audit log out of the database: to the log, to
// files, and to addresses.
type headTeller struct {
	files []*headFile
	posts []*notify.Announcer
	log   *slog.Logger
}

// newHeadTeller tells to the file in the data directory and to each of to, a
// path or an address of http or https.
func newHeadTeller(dataDir, district string, to []string, allow []netip.Prefix, log *slog.Logger) (*headTeller, error) {
	t := &headTeller{log: log}
	for _, path := range append([]string{headsPath(dataDir)}, to...) {
		if strings.Contains(path, "://") {
			a, err := notify.NewAnnouncer(notify.AnnouncerConfig{URL: path, Allow: allow, Logger: log})
			if err != nil {
				return nil, fmt.Errorf("--audit-heads: %w", err) // without the address, which may hold a secret
			}
			t.posts = append(t.posts, a)
			continue
		}
		f, err := openHeadFile(path, district)
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, f)
	}
	return t, nil
}

// told is the head that this server told last, before it was started.
func (t *headTeller) told() postgis.AuditHead { return t.files[0].last }

// tell tells a head. What was told anywhere is not told there again.
func (t *headTeller) tell(head postgis.AuditHead) error {
	body, err := json.Marshal(head)
	if err != nil {
		return err
	}
	var failed error
	for _, f := range t.files {
		if err := f.add(head); err != nil {
			failed = errors.Join(failed, fmt.Errorf("keep the head of the audit log: %w", err))
		}
	}
	if failed != nil {
		return failed
	}
	for _, a := range t.posts {
		a.Put(body)
	}
	t.log.Info("audit log sealed", "district", head.District, "seal", head.Seal, "hash", head.Hash, "at", head.At)
	return nil
}

// run posts until ctx ends.
func (t *headTeller) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, a := range t.posts {
		all.Go(func() { a.Run(ctx) })
	}
	all.Wait()
}

// sealing chains the audit log and tells its heads until ctx ends; those of the
// last seal, too.
func (s *server) sealing(ctx context.Context) {
	posts, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var posting sync.WaitGroup
	posting.Go(func() { s.heads.run(posts) })
	s.sealer.Run(ctx)
	stop()
	posting.Wait()
}
