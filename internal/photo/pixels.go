package photo

import (
	"image"
	"image/color"

	"golang.org/x/image/draw"
)

// shrink draws img on white, with its longest side at most side.
//
// Large pictures are first brought to a power of two times the final size and
// then halved: halving by this scaler averages four pixels, which does not
// flicker as a larger step would, and needs no copy in full size.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	}
	factor := 1
	for max(b.Dx(), b.Dy()) >= 2*factor*side {
		factor *= 2
	}
	for ; ; factor /= 2 {
		dst := image.NewRGBA(image.Rect(0, 0, w*factor, h*factor))
		draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		if dst.Rect.Size() == img.Bounds().Size() {
			draw.Draw(dst, dst.Rect, img, img.Bounds().Min, draw.Over)
		} else {
			draw.ApproxBiLinear.Scale(dst, dst.Rect, img, img.Bounds(), draw.Over, nil)
		}
		if factor == 1 {
			return dst
		}
		img = dst
	}
}

// upright turns and mirrors a picture that was stored with an EXIF orientation
// (JEITA CP-3451 §4.6.4): which corner of the scene the first pixel is. Other
// values than 2 to 8 leave it as it is.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sx, sy := x, y
			switch orientation {
			case 2: // mirrored left to right
				sx = w - 1 - x
			case 3: // upside down
				sx, sy = w-1-x, h-1-y
			case 4: // mirrored top to bottom
				sy = h - 1 - y
			case 5: // mirrored over the main diagonal
				sx, sy = y, x
			case 6: // to be turned a quarter clockwise
				sx, sy = y, h-1-x
			case 7: // mirrored over the other diagonal
				sx, sy = w-1-y, h-1-x
			case 8: // to be turned a quarter counter-clockwise
				sx, sy = w-1-y, x
			}
			i, j := dst.PixOffset(x, y), src.PixOffset(sx, sy)
			copy(dst.Pix[i:i+4], src.Pix[j:j+4])
		}
	}
	return dst
}
