package importers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// What a blob may be (https://wiki.openstreetmap.org/wiki/PBF_Format, "File
// format"): a header of less than 64 KiB, content of less than 32 MiB.
const (
	osmHeaderBytes = 64 << 10
	osmBlobBytes   = 32 << 20
	osmBlobs       = 1 << 20 // in one file; that of the whole world has about as many
)

// osmBlobs walks through the blobs of a file.
type osmBlobReader struct {
	r       io.ReaderAt
	size    int64
	ratio   int64
	packed  []byte
	content []byte
	inflate io.ReadCloser // nil until the first
	source  bytes.Reader
}

// osmBlob is the place of one blob.
type osmBlob struct {
	kind string // "OSMHeader", "OSMData"
	at   int64
	size int
	next int64 // where the one after it begins
}

// find reads the header of the blob at a place; ok is false at the end of the file.
func (b *osmBlobReader) find(at int64) (blob osmBlob, ok bool, err error) {
	if at == b.size {
		return blob, false, nil
	}
	var length [4]byte
	if err := b.readAt(length[:], at); err != nil {
		return blob, false, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n == 0 || n > osmHeaderBytes {
		return blob, false, osmCorrupt(at, fmt.Sprintf("a header of %d bytes", n))
	}
	if at+4+int64(n) > b.size {
		return blob, false, osmTruncated(b.size)
	}
	head := make([]byte, n)
	if err := b.readAt(head, at+4); err != nil {
		return blob, false, err
	}
	size := uint64(0)
	for w := (wire{head}); ; {
		f, ok, err := w.next()
		if err != nil {
			return blob, false, osmCorrupt(at, "a header that is no protocol buffer")
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			blob.kind = clipText(string(f.data), 20)
		case 3:
			size = f.value
		}
	}
	if size == 0 || size > osmBlobBytes {
		return blob, false, osmCorrupt(at, fmt.Sprintf("a block of %d bytes", size))
	}
	blob.at, blob.size = at+4+int64(n), int(size)
	blob.next = blob.at + int64(size)
	if blob.next > b.size {
		return blob, false, osmTruncated(b.size)
	}
	return blob, true, nil
}

// read gives the content of a blob, valid until the next call.
func (b *osmBlobReader) read(blob osmBlob) ([]byte, error) {
	b.packed = atLeast(b.packed, blob.size)
	if err := b.readAt(b.packed, blob.at); err != nil {
		return nil, err
	}
	var raw, zlibbed []byte
	size := uint64(0)
	for w := (wire{b.packed}); ; {
		f, ok, err := w.next()
		if err != nil {
			return nil, osmCorrupt(blob.at, "no protocol buffer")
		}
		if !ok {
			break
		}
		switch f.number {
		case 1:
			raw = f.data
		case 2:
			size = f.value
		case 3:
			zlibbed = f.data
		case 4, 5, 6, 7:
			return nil, &Problem{
				Problem: ProblemFormatRefused,
				Detail:  "the file is packed with LZMA, LZ4, bzip2 or Zstandard; write it again with zlib, as osmium does unless told otherwise",
				Values:  map[string]any{"format": "OSM PBF"},
			}
		}
	}
	switch {
	case raw != nil:
		return raw, nil
	case zlibbed == nil:
		return nil, osmCorrupt(blob.at, "a block without content")
	case size > osmBlobBytes || int64(size) > b.ratio*int64(len(zlibbed))+1<<16:
		return nil, &Problem{
			Problem: ProblemLimit,
			Detail:  fmt.Sprintf("the block at byte %d says that it unpacks from %d to %d bytes, more than is taken", blob.at, len(zlibbed), size),
			Values:  map[string]any{"what": "block", "value": size, "limit": osmBlobBytes},
		}
	}
	return b.unpack(blob.at, zlibbed, int(size))
}

// unpack inflates a blob, which must have the size it says and no more.
func (b *osmBlobReader) unpack(at int64, packed []byte, size int) ([]byte, error) {
	b.source.Reset(packed)
	var err error
	if b.inflate == nil {
		b.inflate, err = zlib.NewReader(&b.source)
	} else {
		err = b.inflate.(zlib.Resetter).Reset(&b.source, nil)
	}
	if err != nil {
		return nil, osmCorrupt(at, "a block that does not unpack")
	}
	b.content = atLeast(b.content, size)
	if _, err := io.ReadFull(b.inflate, b.content); err != nil {
		return nil, osmCorrupt(at, "a block that does not unpack to the size it says")
	}
	var more [1]byte
	if n, err := b.inflate.Read(more[:]); n != 0 || !errors.Is(err, io.EOF) {
		return nil, osmCorrupt(at, "a block that does not unpack to the size it says")
	}
	return b.content, nil
}

// atLeast gives a slice of n bytes, b where it has room.
func atLeast(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, n+n/4)
	}
	return b[:n]
}

func (b *osmBlobReader) readAt(p []byte, at int64) error {
	if at+int64(len(p)) > b.size {
		return osmTruncated(b.size)
	}
	if _, err := b.r.ReadAt(p, at); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read OSM PBF: %w", err)
	} else if err != nil {
		return osmTruncated(b.size)
	}
	return nil
}

func osmCorrupt(at int64, why string) *Problem {
	return &Problem{
		Problem: ProblemFileCorrupt,
		Detail:  fmt.Sprintf("the OpenStreetMap extract is damaged near byte %d: %s; get it again", at, why),
		Values:  map[string]any{"bytes": at, "why": why},
	}
}

func osmTruncated(size int64) *Problem {
	return &Problem{
		Problem: ProblemFileTruncated,
		Detail:  fmt.Sprintf("the OpenStreetMap extract ends at byte %d within a block: it was not copied or sent whole; get it again", size),
		Values:  map[string]any{"bytes": size},
	}
}
