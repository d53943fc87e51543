// Package photo takes in the pictures that come with reports: it checks what
// they are, reads where and when they were taken, and makes of each an upright
// JPEG without metadata. A store keeps those by their content.
package photo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/gen2brain/heic"
	"github.com/paulmach/orb"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Limits bounds what is taken in and made of it. Zero fields mean the default.
type Limits struct {
	MaxBytes    int            // of the file; default 20 MB
	MaxPixels   int            // by the file's header, before anything is decoded; default 40 million
	LongestSide int            // of what is made, in pixels; default 2560
	Quality     int            // of the JPEG made, 1 to 100; default 85
	Zone        *time.Location // of times in files that do not say; default UTC
}

func (l Limits) filled() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.MaxBytes, 20_000_000)
	set(&l.MaxPixels, 40_000_000)
	set(&l.LongestSide, 2560)
	set(&l.Quality, 85)
	if l.Zone == nil {
		l.Zone = time.UTC
	}
	return l
}

// Picture is what was made of a file, and what the file said.
type Picture struct {
	JPEG          []byte // upright, without any metadata
	Width, Height int    // of JPEG, pixels
	Format        Format // of the file
	// Position is lon/lat in degrees, WGS 84, as the camera recorded it; nil
	// where it did not, or recorded nonsense.
	Position *orb.Point
	// TakenAt is when it was taken, UTC; zero where the file does not say.
	TakenAt time.Time
}

// Reader reads pictures, few at a time, for decoding takes memory: some 300 MB
// for a HEIC of 12 million pixels, 40 MB for a JPEG.
type Reader struct {
	limits Limits
	slots  *semaphore.Weighted
}

// slots is how many pictures are decoded at once. A HEIC takes all of them.
const slots = 2

// NewReader makes a reader. Safe for concurrent use.
func NewReader(l Limits) *Reader {
	return &Reader{limits: l.filled(), slots: semaphore.NewWeighted(slots)}
}

// Read waits for its turn and makes a Picture of a file. Errors are those of
// the package's Read, or ctx's while waiting; decoding does not stop with ctx.
func (r *Reader) Read(ctx context.Context, data []byte) (Picture, error) {
	f, err := inspect(data, r.limits)
	if err != nil {
		return Picture{}, err
	}
	n := int64(1)
	if f == HEIC {
		n = slots
	}
	if err := r.slots.Acquire(ctx, n); err != nil {
		return Picture{}, err
	}
	defer r.slots.Release(n)
	if f == HEIC {
		// What the decoder leaves behind is a multiple of what the server
		// needs otherwise: the machine gets it back before the next turn.
		defer debug.FreeOSMemory()
	}
	return convert(data, f, r.limits)
}

// Read makes a Picture of a JPEG, PNG, WebP or HEIC file, told by its content.
//
// Everything else is a *geo.Problem of kind geo.ErrInvalid: code "photo-format"
// for another format, "photo-damaged" for a file that cannot be decoded,
// "photo-too-large" for one beyond the limits. Whatever the metadata holds, it
// never makes a good picture an error.
func Read(data []byte, l Limits) (Picture, error) {
	l = l.filled()
	f, err := inspect(data, l)
	if err != nil {
		return Picture{}, err
	}
	return convert(data, f, l)
}

func convert(data []byte, f Format, l Limits) (p Picture, err error) {
	img, err := decode(data, f)
	if err != nil {
		return Picture{}, damaged("the %s file is damaged", f)
	}
	// What decoders give must be what the header promised.
	if b := img.Bounds(); b.Empty() || b.Dx()*b.Dy() > l.MaxPixels {
		return Picture{}, damaged("the %s file is damaged", f)
	}
	meta := readMeta(data, f, l.Zone)
	orientation := meta.orientation
	if f == HEIC {
		orientation = 1 // its own properties rule, and the decoder has applied them
	}
	out := upright(shrink(img, l.LongestSide), orientation)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, out, &jpeg.Options{Quality: l.Quality}); err != nil {
		return Picture{}, fmt.Errorf("encode picture: %w", err)
	}
	return Picture{
		JPEG: buf.Bytes(), Width: out.Rect.Dx(), Height: out.Rect.Dy(),
		Format: f, Position: meta.position, TakenAt: meta.taken,
	}, nil
}

// decode decodes; a decoder that panics has met a damaged file.
func decode(data []byte, f Format) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("decoder panicked: %v", p)
		}
	}()
	r := bytes.NewReader(data)
	switch f {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	case WebP:
		return webp.Decode(r)
	default:
		return heic.Decode(r)
	}
}

// LogDecoder says in the log when HEIC is decoded by a library of this machine
// instead of the one built in: such a library is not confined in its memory.
func LogDecoder(l *slog.Logger) {
	if heic.Dynamic() == nil {
		l.Warn("HEIC pictures are decoded by this machine's libheif; build with -tags nodynamic to keep to the one built in")
	}
}

func damaged(format string, args ...any) *geo.Problem {
	return geo.Invalid("photo-damaged", fmt.Sprintf(format, args...))
}

func tooLarge(format string, args ...any) *geo.Problem {
	return geo.Invalid("photo-too-large", fmt.Sprintf(format, args...))
}

func unsupported(detail string) *geo.Problem { return geo.Invalid("photo-format", detail) }
