package api

import (
	"encoding/binary"
	"math/bits"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Positions of many points are put on the lattice without a double in between
// where that gives the same: with up to seven decimals it always does. The
// double nearest to a number below 180, times 1e7, is within 1e-6 of the number
// times 1e7, so a longer number is rounded alike unless what follows the
// seventh decimal is within a thousandth of a half. Then, and for numbers of
// any other form, the long way decides.

// degree reads the JSON number at b[i:] that is at most limit degrees, as
// units of the lattice. ok is false where the long way must.
func degree(b []byte, i int, limit int64) (units int32, end int, ok bool) {
	negative := i < len(b) && b[i] == '-'
	if negative {
		i++
	}
	if i >= len(b) {
		return 0, i, false
	}
	whole := int64(b[i]) - '0'
	if uint64(whole) > 9 {
		return 0, i, false
	}
	i++
	for n := 0; i < len(b) && b[i]-'0' <= 9; i++ {
		if n++; n > 2 || whole == 0 { // too large, or not a number in JSON
			return 0, i, false
		}
		whole = whole*10 + int64(b[i]-'0')
	}
	v, tail := whole*geo.Scale, false
	if i < len(b) && b[i] == '.' {
		var decimals int64
		if decimals, tail, i, ok = sevenDecimals(b, i+1); !ok {
			return 0, i, false
		}
		v += decimals
	}
	if i < len(b) && b[i]|0x20 == 'e' || v > limit*geo.Scale || v == limit*geo.Scale && tail {
		return 0, i, false
	}
	if negative {
		v = -v
	}
	return int32(v), i, true
}

var tenTo = [8]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}

// sevenDecimals reads the decimals at b[i:], rounded to seven. tail tells that
// there were more. ok is false where there are none, or they cannot be rounded
// without the double.
func sevenDecimals(b []byte, i int) (v int64, tail bool, end int, ok bool) {
	n := 0
	if i+8 <= len(b) {
		// Eight bytes at once; n of them are digits. See D. Lemire, "Quickly
		// parsing eight digits" (2018).
		x := binary.LittleEndian.Uint64(b[i:]) ^ 0x3030303030303030
		n = bits.TrailingZeros64((x|(x+0x7676767676767676))&0x8080808080808080) / 8
		if n == 0 {
			return 0, false, i, false
		}
		x <<= uint(8*(8-n)) & 63 // leading zeros
		x = x*10 + x>>8
		x = ((x&0x000000ff000000ff)*(100+1_000_000<<32) + (x>>16&0x000000ff000000ff)*(1+10_000<<32)) >> 32
		v = int64(uint32(x))
		if i += n; n <= 7 {
			return v * tenTo[7-n], false, i, true
		}
	} else {
		for ; n < 8 && i < len(b) && b[i]-'0' <= 9; i++ {
			v = v*10 + int64(b[i]-'0')
			n++
		}
		if n == 0 {
			return 0, false, i, false
		}
		if n <= 7 {
			return v * tenTo[7-n], false, i, true
		}
	}
	after := v % 10 * 100 // thousandths of a unit
	v /= 10
	for scale := int64(10); i < len(b) && b[i]-'0' <= 9; i++ {
		after += int64(b[i]-'0') * scale
		scale /= 10
	}
	switch {
	case after > 500:
		v++
	case after >= 499:
		return 0, true, i, false
	}
	return v, true, i, true
}

// numberEnd gives the end of the JSON number at b[i:]; ok is false where there
// is none.
func numberEnd(b []byte, i int) (end int, ok bool) {
	digits := func() bool {
		from := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return i, false
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() {
			return i, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return i, false
		}
	}
	return i, true
}

// placeOf reads lon and lat, with a comma between them and perhaps space round
// them, from b[i:], and gives the place on the lattice and the end. ok is false
// where encoding/json must say what is there.
func placeOf(b []byte, i int, crs geo.CRS) (q geo.LatticePoint, end int, ok bool) {
	i = spaceEnd(b, i)
	if crs == geo.WGS84 || crs == geo.CGCS2000 {
		if lon, at, ok := degree(b, i, 180); ok {
			if at = spaceEnd(b, at); at < len(b) && b[at] == ',' {
				if lat, at, ok := degree(b, spaceEnd(b, at+1), 90); ok {
					return geo.LatticePoint{Lon: lon, Lat: lat}, spaceEnd(b, at), true
				}
			}
		}
	}
	var p orb.Point
	for axis := range p {
		at, ok := numberEnd(b, i)
		if !ok {
			return q, at, false
		}
		x, err := strconv.ParseFloat(string(b[i:at]), 64)
		if err != nil {
			return q, at, false
		}
		p[axis] = x
		i = spaceEnd(b, at)
		if axis == 0 {
			if i >= len(b) || b[i] != ',' {
				return q, i, false
			}
			i = spaceEnd(b, i+1)
		}
	}
	p, err := onLattice(crs, p)
	if err != nil {
		return q, i, false
	}
	q, ok = geo.Snap(p)
	return q, i, ok
}

// spaceEnd gives the end of the JSON white space at b[i:].
func spaceEnd(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}
