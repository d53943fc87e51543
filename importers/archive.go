package importers

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// maxDirectory is how much of an archive is read to find out what is in it: its
// last 64 KiB, where the list is looked for, and the list. A list of fifty
// entries has some 6 KiB.
const maxDirectory = 1 << 20

// isArchive reports whether a file is a zip, whatever it is called.
func isArchive(f *probe) bool {
	return f.starts("PK\x03\x04") || f.starts("PK\x05\x06") || !f.dir && f.ext == ".zip" && len(f.text()) > 0 && f.text()[0] != '{' && f.text()[0] != '<'
}

// archive is an opened zip, of which nothing is unpacked yet. Every entry was
// looked at: none climbs out, is a link, is there twice or is an archive itself.
type archive struct {
	file    *os.File
	entries []archiveEntry
}

// archiveEntry is one file in an archive.
type archiveEntry struct {
	name string // safe, with slashes
	zip  *zip.File
}

// openArchive opens what a zip holds.
func openArchive(ctx context.Context, name string, o OpenOptions) (Source, error) {
	a, err := readArchive(name, o.Limits)
	if err != nil {
		return nil, err
	}
	defer a.file.Close()
	names := make([]string, len(a.entries))
	for i, e := range a.entries {
		names[i] = e.name
	}
	wanted := names
	var members []string
	if !o.ViaOGR {
		if members, err = chooseMembers(names); err != nil {
			return nil, err
		}
		wanted = withParts(members, names)
	}
	s, err := newScratch(o.TempDir)
	if err != nil {
		return nil, err
	}
	dir, err := s.files()
	if err == nil {
		err = a.unpack(ctx, dir, wanted, o)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	var src Source
	if o.ViaOGR {
		src, err = openOGR(ctx, dir, o)
	} else {
		src, err = openMembers(ctx, dir, members, o)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return &unpacked{src, s}, nil
}

// unpacked is a source that reads from a folder of its own.
type unpacked struct {
	Source
	scratch *scratch
}

// Close closes what reads before it removes the folder.
func (u *unpacked) Close() error { return errors.Join(u.Source.Close(), u.scratch.Close()) }

// budget is a file of which only so much is read until the budget is lifted.
type budget struct {
	io.ReaderAt
	mu   sync.Mutex
	left int64 // negative: no limit
}

var errBudget = errors.New("its list of entries is too long")

// ReadAt reads, as long as the budget lasts.
func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	b.mu.Lock()
	spent := b.left >= 0
	if spent {
		if b.left < int64(len(p)) {
			b.mu.Unlock()
			return 0, errBudget
		}
		b.left -= int64(len(p))
	}
	b.mu.Unlock()
	return b.ReaderAt.ReadAt(p, off)
}

// readArchive opens a zip and looks at all its entries.
func readArchive(name string, limits Limits) (a *archive, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r, err := zipDirectory(f, info.Size())
	if err != nil {
		return nil, archiveFault(name, err)
	}
	a = &archive{file: f}
	return a, a.check(r.File, info.Size(), limits)
}

// zipFile is an opened zip whose list of entries is not too long.
type zipFile struct {
	*zip.Reader
	io.Closer
}

// openZip opens a zip and reads its list of entries.
func openZip(name string) (*zipFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := zipDirectory(f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	return &zipFile{r, f}, nil
}

// zipDirectory reads the list of entries, if it is not too long.
func zipDirectory(f *os.File, size int64) (*zip.Reader, error) {
	b := &budget{ReaderAt: f, left: maxDirectory}
	r, err := zip.NewReader(b, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	b.mu.Lock()
	b.left = -1
	b.mu.Unlock()
	return r, nil
}

// archiveFault is the problem of an archive that cannot be read at all.
func archiveFault(name string, err error) error {
	base := filepath.Base(name)
	switch {
	case errors.Is(err, errBudget):
		return &Problem{Problem: ProblemZipUnsafe, Detail: fmt.Sprintf("the archive %q lists far more entries than an import has; give the files unpacked", base),
			Values: map[string]any{"file": base, "reason": err.Error()}}
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Problem{Problem: ProblemFileTruncated, Detail: fmt.Sprintf("the archive %q has no list of its entries at its end: it was cut off on the way, or is damaged; copy it again", base),
			Values: map[string]any{"file": base}}
	}
	return fmt.Errorf("read archive: %w", err)
}

// check looks at all entries, and keeps the files.
func (a *archive) check(files []*zip.File, size int64, limits Limits) error {
	var names entryNames
	var sum, packed uint64
	count := 0
	for _, f := range files {
		name := entryName(f)
		if name == "" && f.Mode().IsDir() {
			continue // "./", the folder itself
		}
		if why := unsafeName(name); why != "" {
			return zipUnsafe(name, why)
		}
		dir := strings.HasSuffix(name, "/") || f.Mode().IsDir()
		if err := names.add(name, dir); err != nil {
			return err
		}
		if mode := f.Mode(); !dir && mode&fs.ModeType != 0 {
			return zipUnsafe(name, "is a link or a device, not a file")
		}
		if dir {
			continue
		}
		if !clutter(name) {
			count++
		}
		if slices.Contains(nestedExts, strings.ToLower(path.Ext(name))) {
			return zipUnsafe(name, "is an archive itself; unpack the outer one, and give the inner one")
		}
		if f.CompressedSize64 > uint64(size) {
			return corruptEntry(name, io.ErrUnexpectedEOF)
		}
		if f.UncompressedSize64 > math.MaxInt64-sum { // more than there is of anything
			return zipUnsafe(name, "claims to be of an impossible size")
		}
		sum += f.UncompressedSize64
		packed += f.CompressedSize64
		a.entries = append(a.entries, archiveEntry{name, f})
	}
	if count > limits.ZipEntries {
		return &Problem{
			Problem: ProblemLimit,
			Detail: fmt.Sprintf("the archive has %d files; at most %d are read: pack only the files of one import, or give them unpacked",
				count, limits.ZipEntries),
			Values: map[string]any{"count": count, "limit": limits.ZipEntries},
		}
	}
	if sum > ratioFloor && sum/uint64(limits.ZipRatio) > packed {
		return &Problem{
			Problem: ProblemZipUnsafe,
			Detail:  fmt.Sprintf("the archive unpacks to more than %d times its size, as no map does; give its files unpacked", limits.ZipRatio),
			Values:  map[string]any{"reason": "ratio", "limit": limits.ZipRatio, "bytes": sum, "packed": packed},
		}
	}
	if sum > uint64(limits.ZipBytes) {
		return &Problem{
			Problem: ProblemLimit,
			Detail:  fmt.Sprintf("the archive unpacks to more than %d MiB; give its files unpacked", limits.ZipBytes>>20),
			Values:  map[string]any{"bytes": sum, "limit": limits.ZipBytes},
		}
	}
	return a.apart()
}

// ratioFloor is how much an archive may unpack to without a look at the ratio:
// an empty table of wide columns packs to less than a hundredth.
const ratioFloor = 1 << 20

// nestedExts are the endings of archives. Formats that are zips themselves
// (.xlsx, .kmz) are not among them: their readers have limits of their own.
var nestedExts = []string{".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".jar"}

// apart refuses entries that share bytes of the archive: unpacked one by one
// they would be many times as much as there is.
func (a *archive) apart() error {
	type span struct {
		from, to int64
		name     string
	}
	var spans []span
	for _, e := range a.entries {
		from, err := e.zip.DataOffset()
		if err != nil {
			return corruptEntry(e.name, err)
		}
		spans = append(spans, span{from, from + int64(e.zip.CompressedSize64), e.name})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return zipUnsafe(spans[i].name, fmt.Sprintf("shares its bytes with %q", clipText(spans[i-1].name, 120)))
		}
	}
	return nil
}

// corruptEntry is the problem of an entry that does not unpack.
func corruptEntry(name string, err error) error {
	problem, what := ProblemFileCorrupt, "is damaged"
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		problem, what = ProblemFileTruncated, "is cut off"
	}
	name = clipText(name, 120)
	return &Problem{
		Problem: problem,
		Detail:  fmt.Sprintf("the entry %q of the archive %s; copy the archive again", name, what),
		Values:  map[string]any{"file": name},
	}
}

// unpack writes the entries of these names under dir.
func (a *archive) unpack(ctx context.Context, dir string, wanted []string, o OpenOptions) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := o.Limits.ZipBytes // counted once more, by what really comes out
	for _, e := range a.entries {
		if !slices.Contains(wanted, e.name) {
			continue
		}
		n, err := e.unpack(ctx, root)
		if err != nil {
			return err
		}
		if left -= n; left < 0 {
			return zipUnsafe(e.name, "unpacks to more than the list of entries says")
		}
	}
	return nil
}

// unpack writes one entry and gives its size, which is at most what was claimed.
func (e *archiveEntry) unpack(ctx context.Context, root *os.Root) (int64, error) {
	switch {
	case e.zip.Flags&1 != 0:
		return 0, &Problem{Problem: ProblemFormatRefused,
			Detail: fmt.Sprintf("the entry %q of the archive is encrypted; pack it without a password", clipText(e.name, 120)),
			Values: map[string]any{"file": clipText(e.name, 120)}}
	case e.zip.Method != zip.Store && e.zip.Method != zip.Deflate:
		return 0, &Problem{Problem: ProblemFormatRefused,
			Detail: fmt.Sprintf("the entry %q of the archive is packed by method %d; pack it as an ordinary zip (deflate)", clipText(e.name, 120), e.zip.Method),
			Values: map[string]any{"file": clipText(e.name, 120)}}
	}
	if up := path.Dir(e.name); up != "." {
		if err := root.MkdirAll(filepath.FromSlash(up), 0o700); err != nil {
			return 0, fmt.Errorf("unpack: %w", err)
		}
	}
	out, err := root.OpenFile(filepath.FromSlash(e.name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("unpack: %w", err)
	}
	defer out.Close()
	in, err := e.zip.Open()
	if err != nil {
		return 0, corruptEntry(e.name, err)
	}
	defer in.Close()
	claimed := int64(e.zip.UncompressedSize64)
	n, err := io.Copy(out, io.LimitReader(&cancelReader{ctx, in}, claimed+1))
	switch {
	case ctx.Err() != nil:
		return n, ctx.Err()
	case n > claimed, errors.Is(err, zip.ErrFormat): // the zip package counts too
		return n, zipUnsafe(e.name, "unpacks to more than the list of entries says")
	case err != nil:
		var system *fs.PathError // a full disk is no fault of the archive
		if errors.As(err, &system) {
			return n, fmt.Errorf("unpack: %w", err)
		}
		return n, corruptEntry(e.name, err)
	}
	if err := out.Close(); err != nil {
		return n, fmt.Errorf("unpack: %w", err)
	}
	return n, nil
}

// cancelReader ends where its context does.
type cancelReader struct {
	ctx context.Context
	in  io.Reader
}

// Read reads, unless the context has ended.
func (r *cancelReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}
