package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
)

// Format is the format of a picture file.
type Format string

// The formats that are read.
const (
	JPEG Format = "JPEG"
	PNG  Format = "PNG"
	WebP Format = "WebP"
	HEIC Format = "HEIC"
)

// sniff tells the format by the first bytes.
func sniff(data []byte) (Format, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, true
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, true
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return WebP, true
	case isHEIC(data):
		return HEIC, true
	}
	return "", false
}

// inspect checks a file as far as its headers go, without decoding: format,
// size in bytes, size in pixels.
func inspect(data []byte, l Limits) (Format, error) {
	if len(data) > l.MaxBytes {
		return "", tooLarge("the picture has %d bytes; at most %d are taken", len(data), l.MaxBytes)
	}
	f, ok := sniff(data)
	if !ok {
		return "", unsupported("the file is none of JPEG, PNG, WebP and HEIC")
	}
	var w, h int
	switch f {
	case JPEG, PNG:
		config := jpeg.DecodeConfig
		if f == PNG {
			config = png.DecodeConfig
		}
		c, err := config(bytes.NewReader(data))
		if err != nil {
			return "", damaged("the %s file is damaged", f)
		}
		w, h = c.Width, c.Height
	case WebP:
		var ok bool
		if w, h, ok = webpSize(data); !ok {
			return "", damaged("the WebP file is damaged")
		}
	case HEIC:
		return f, checkHEIF(data, l.MaxPixels)
	}
	return f, checkSize(w, h, l.MaxPixels)
}

// checkSize refuses an empty picture and one of too many pixels. The sides are
// as a header gives them.
func checkSize[T int | uint32](w, h T, maxPixels int) error {
	if w <= 0 || h <= 0 {
		return damaged("the picture is empty")
	}
	if uint64(w)*uint64(h) > uint64(maxPixels) {
		return tooLarge("the picture has %d × %d pixels; at most %d million are taken", w, h, maxPixels/1_000_000)
	}
	return nil
}

// webpSize gives the largest width and height any chunk of a WebP file claims:
// the frame's own header and the canvas may differ, and a decoder allocates by
// either (RFC 9649 §2.5-2.7, §3.4; RFC 6386 §9.1).
func webpSize(data []byte) (w, h int, ok bool) {
	grow := func(p image.Point) { w, h, ok = max(w, p.X), max(h, p.Y), true }
	for rest := data[12:]; len(rest) >= 8; {
		kind, n := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if n > uint64(len(body)) {
			return 0, 0, false
		}
		chunk := body[:n]
		switch {
		case kind == "VP8X" && n >= 10:
			grow(image.Pt(le24(chunk[4:])+1, le24(chunk[7:])+1))
		case kind == "VP8 " && n >= 10:
			size := binary.LittleEndian.Uint32(chunk[6:])
			grow(image.Pt(int(size&0x3fff), int(size>>16&0x3fff)))
		case kind == "VP8L" && n >= 5:
			size := binary.LittleEndian.Uint32(chunk[1:])
			grow(image.Pt(int(size&0x3fff)+1, int(size>>14&0x3fff)+1))
		}
		n += n & 1
		if n > uint64(len(body)) {
			break
		}
		rest = body[n:]
	}
	return w, h, ok
}

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
