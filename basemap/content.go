package basemap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	_ "image/gif" // formats that image.DecodeConfig then knows
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	_ "golang.org/x/image/webp"
)

// content is one tile as it is served. The zero value is a tile that is not
// there, which is an answer too.
type content struct {
	body   []byte // of vector tiles: gzipped
	format string // "png", "jpeg", "webp", "gif" or "mvt"
	side   int    // pixels of a picture, 0 of a vector tile
	keep   time.Duration
}

func (c content) empty() bool { return len(c.body) == 0 }

// mediaTypes of the formats (RFC 2046, RFC 9649, the MVT specification 2.1).
var mediaTypes = map[string]string{
	"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
	"mvt": "application/vnd.mapbox-vector-tile",
}

const (
	maxBody = 5 << 20 // bytes of an answer
	maxSide = 2048    // pixels of a picture, which takes four bytes each when it is decoded
)

// errContent is an answer that is no tile: a page of words, as a rule.
var errContent = errors.New("what came is no tile")

// sniff tells what body is by its bytes; what a server says of it does not count.
func sniff(kind Kind, body []byte) (content, error) {
	if len(body) == 0 {
		return content{}, nil
	}
	if kind == Vector {
		return sniffVector(body)
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || head.Width != head.Height || head.Width < 1 || head.Width > maxSide {
		return content{}, errContent
	}
	return content{body: body, format: format, side: head.Width}, nil
}

func sniffVector(body []byte) (content, error) {
	plain, gzipped := body, body
	if len(body) > 2 && body[0] == 0x1f && body[1] == 0x8b {
		var err error
		if plain, err = unzip(body, maxBody); err != nil {
			return content{}, errContent
		}
	} else {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		// A buffer takes everything.
		_, _ = w.Write(body)
		_ = w.Close()
		gzipped = b.Bytes()
	}
	if !isVectorTile(plain) {
		return content{}, errContent
	}
	if len(plain) == 0 {
		return content{}, nil
	}
	return content{body: gzipped, format: "mvt"}, nil
}

// isVectorTile reports whether b is a sequence of layers (field 3, with a
// length), which is all that a tile of the MVT specification holds.
func isVectorTile(b []byte) bool {
	for len(b) > 0 {
		if b[0] != 3<<3|2 {
			return false
		}
		n, used := binary.Uvarint(b[1:])
		if used <= 0 || n > uint64(len(b)-1-used) {
			return false
		}
		b = b[1+used+int(n):]
	}
	return true
}

// unzip gives what body holds, or an error where that is more than limit bytes.
func unzip(body []byte, limit int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(plain)) > limit {
		return nil, errTooLarge
	}
	return plain, nil
}

// errTooLarge is an answer of more bytes than a tile has.
var errTooLarge = errors.New("what came is larger than a tile may be")

// encode makes a tile of a picture: a JPEG where it was made of nothing else
// and covers everything, as photographs from above do, else a PNG.
func encode(m *image.RGBA, photo bool, keep time.Duration) (content, error) {
	var b bytes.Buffer
	c := content{side: m.Rect.Dx(), keep: keep}
	if photo && m.Opaque() {
		c.format = "jpeg"
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 88}); err != nil {
			return content{}, err
		}
	} else {
		c.format = "png"
		fast := png.Encoder{CompressionLevel: png.BestSpeed}
		if err := fast.Encode(&b, m); err != nil {
			return content{}, err
		}
	}
	c.body = b.Bytes()
	return c, nil
}
