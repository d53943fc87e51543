package photo

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"
	"github.com/paulmach/orb"
)

// meta is what a file says of itself.
type meta struct {
	position    *orb.Point // lon/lat in degrees, WGS 84
	taken       time.Time  // UTC
	orientation int        // 1 to 8; 0 where it does not say
}

// wanted are the EXIF tags that are looked at, and no others.
var wanted = map[string]bool{
	"Orientation": true, "DateTimeOriginal": true, "OffsetTimeOriginal": true,
	"GPSLatitude": true, "GPSLatitudeRef": true, "GPSLongitude": true, "GPSLongitudeRef": true,
}

// readMeta reads what it can; nonsense counts as not said.
func readMeta(data []byte, f Format, zone *time.Location) (m meta) {
	format := map[Format]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, HEIC: imagemeta.HEIF}[f]
	tags := map[string]any{}
	// A fault far inside leaves the tags before it: they are as good as any.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:           bytes.NewReader(data),
		ImageFormat: format,
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return wanted[t.Tag] && strings.HasPrefix(t.Namespace, "IFD0")
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if _, seen := tags[t.Tag]; !seen {
				tags[t.Tag] = t.Value
			}
			return nil
		},
	})
	text := func(tag string) string {
		s, _ := tags[tag].(string)
		return strings.TrimSpace(strings.TrimRight(s, "\x00"))
	}
	m.position = position(tags["GPSLongitude"], tags["GPSLatitude"], text("GPSLongitudeRef"), text("GPSLatitudeRef"))
	m.taken = taken(text("DateTimeOriginal"), text("OffsetTimeOriginal"), zone)
	if o, ok := tags["Orientation"].(uint16); ok && o <= 8 {
		m.orientation = int(o)
	}
	return m
}

// position makes a point of degrees and hemispheres. Without a hemisphere or
// outside the globe it is nil; and so it is at exactly 0 of either, which is
// what cameras without a fix write and what imagemeta makes of nonsense.
func position(lon, lat any, lonRef, latRef string) *orb.Point {
	x, ok := lon.(float64)
	y, ok2 := lat.(float64)
	if !ok || !ok2 {
		return nil
	}
	switch strings.ToUpper(lonRef) {
	case "E":
	case "W":
		x = -x
	default:
		return nil
	}
	switch strings.ToUpper(latRef) {
	case "N":
	case "S":
		y = -y
	default:
		return nil
	}
	// Written so that NaN fails too.
	if !(math.Abs(x) <= 180 && math.Abs(y) <= 90) || x == 0 || y == 0 {
		return nil
	}
	return &orb.Point{x, y}
}

// taken reads an EXIF time; without a usable offset it is in zone.
func taken(local, offset string, zone *time.Location) time.Time {
	if t, err := time.Parse("2006:01:02 15:04:05-07:00", local+offset); err == nil {
		return t.UTC()
	}
	t, err := time.ParseInLocation("2006:01:02 15:04:05", local, zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
