package importers

import (
	"bytes"
	"io"
	"os"
	"time"
)

// textInput is a file of text that is gone over several times, from its beginning
// each time: to learn what it holds, and to read it. It is open only meanwhile.
type textInput struct {
	path     string
	encoding TextEncoding
	size     int64
	changed  time.Time
}

// open opens the file for the first time, and notes what it is.
func (t *textInput) open() (*os.File, error) {
	f, err := os.Open(t.path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	t.size, t.changed = info.Size(), info.ModTime()
	return f, nil
}

// again opens the file once more. What was learnt of it would not hold for another one:
// that is a *Problem.
func (t *textInput) again() (*os.File, error) {
	now := textInput{path: t.path}
	f, err := now.open()
	if err != nil {
		return nil, err
	}
	if now.size != t.size || !now.changed.Equal(t.changed) {
		f.Close()
		return nil, &Problem{Problem: ProblemFileCorrupt, Detail: "the file was changed while it was read; try again"}
	}
	return f, nil
}

// text gives what r reads of the file as UTF-8, without a byte order mark. hear is told
// how far that is; nil means nobody.
func (t *textInput) text(r io.Reader, hear func(done, of int64)) io.Reader {
	if hear != nil {
		r = &progressReader{r: r, of: t.size, tell: hear}
	}
	if t.encoding.codec != nil {
		return t.encoding.Reader(r)
	}
	mark := make([]byte, 3)
	n, err := io.ReadFull(r, mark)
	if err == nil && string(mark) == "\ufeff" {
		return r
	}
	return io.MultiReader(bytes.NewReader(mark[:n]), r)
}

// textEncodingOf tells UTF-16 by its byte order mark or by the zeros of its first
// two characters; all else is UTF-8 as far as this goes.
func textEncodingOf(head []byte) (e TextEncoding, from string) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return encodingNames["utf16"], EncodingFromBOM
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return encodingNames["utf16le"], EncodingFromGuess
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return encodingNames["utf16be"], EncodingFromGuess
	}
	return UTF8, ""
}

// progressReader tells how far a file has been read.
type progressReader struct {
	r        io.Reader
	done, of int64
	tell     func(done, of int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.done += int64(n)
	p.tell(p.done, p.of)
	return n, err
}
