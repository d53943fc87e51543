package basemap

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"math"
	"sync"
	"time"

	"github.com/paulmach/orb/maptile"
	ximage "golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"
)

// compose makes a tile of all layers, put right where they are shifted.
//
// A tile in GCJ-02 is made of the up to four tiles of the source under it, by
// bilinear interpolation at the places of newMesh: what it shows lies within a
// tenth of a pixel of where geo's conversion puts it, besides the half pixel that
// interpolation blurs.
func (s *Server) compose(ctx context.Context, t maptile.Tile) (content, error) {
	pieces := make([]piece, len(s.layers))
	all, ctx := errgroup.WithContext(ctx)
	for i := range s.layers {
		all.Go(func() (err error) {
			pieces[i], err = s.piece(ctx, i, t)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return content{}, err
	}
	var sheet *image.RGBA
	photo, keep := pieces[0].photo, keepMost
	for _, p := range pieces {
		keep = min(keep, p.keep)
		switch {
		case p.picture == nil:
		case sheet == nil:
			sheet = p.picture
		default:
			ximage.ApproxBiLinear.Scale(sheet, sheet.Rect, p.picture, p.picture.Rect, draw.Over, nil)
		}
	}
	if sheet == nil {
		return content{keep: keep}, nil
	}
	return encode(sheet, photo, keep)
}

// piece is the part of a tile that one layer gives; without a picture where it
// has none.
type piece struct {
	picture *image.RGBA
	photo   bool // made of JPEGs alone
	keep    time.Duration
}

// piece gives the picture of a tile from one layer.
func (s *Server) piece(ctx context.Context, layer int, t maptile.Tile) (piece, error) {
	if !s.shifted {
		v, err := s.raw(ctx, layer, t)
		if err != nil {
			return piece{}, err
		}
		return s.decoded(v)
	}
	m, err := newMesh(t, 256)
	if err != nil {
		return piece{}, err
	}
	q, err := s.quilt(ctx, layer, t.Z, m)
	if err != nil || q.side == 0 {
		return piece{keep: q.keep}, err
	}
	if q.side != 256 {
		if m, err = newMesh(t, q.side); err != nil {
			return piece{}, err
		}
	}
	out := image.NewRGBA(image.Rect(0, 0, q.side, q.side))
	for j := range q.side {
		for i := range q.side {
			x, y := m.at(float64(i)+0.5, float64(j)+0.5)
			q.sample(out.Pix[out.PixOffset(i, j):], x-0.5, y-0.5)
		}
	}
	return piece{out, q.photo, q.keep}, nil
}

func (s *Server) decoded(v *kept) (piece, error) {
	p := piece{keep: max(v.until.Sub(s.now()), keepLeast)}
	if v.content.empty() {
		return p, nil
	}
	m, _, err := image.Decode(bytes.NewReader(v.content.body))
	if err != nil {
		return p, errContent
	}
	p.photo = v.content.format == "jpeg"
	if ready, ok := m.(*image.RGBA); ok && ready.Rect.Min == (image.Point{}) {
		p.picture = ready
		return p, nil
	}
	p.picture = image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(p.picture, p.picture.Rect, m, m.Bounds().Min, draw.Src)
	return p, nil
}

// quilt is the tiles of a source under a tile, side by side.
type quilt struct {
	west, north int // of the first tile
	width       int // tiles a row
	tiles       []*image.RGBA
	side        int // pixels of a tile; 0 where there is none
	photo       bool
	keep        time.Duration
}

// mostUnder is how many tiles can lie under one: two rows of two, and a third of
// each where the shift pulls apart.
const mostUnder = 9

// quilt fetches the tiles that a mesh, in pixels of 256 a tile, lies on.
func (s *Server) quilt(ctx context.Context, layer int, z maptile.Zoom, m mesh) (quilt, error) {
	b := m.bound()
	floor := func(v, margin float64) int { return int(math.Floor((v + margin) / 256)) }
	q := quilt{west: floor(b.Min[0], -1), north: floor(b.Min[1], -1), photo: true, keep: keepMost}
	q.width = floor(b.Max[0], 1) - q.west + 1
	height := floor(b.Max[1], 1) - q.north + 1
	if q.width*height > mostUnder {
		return q, fmt.Errorf("%d tiles lie under one", q.width*height)
	}
	q.tiles = make([]*image.RGBA, q.width*height)
	var mu sync.Mutex
	all, ctx := errgroup.WithContext(ctx)
	for k := range q.tiles {
		x, y := q.west+k%q.width, q.north+k/q.width
		if world := 1 << z; y < 0 || y >= world {
			continue
		} else if x = x % world; x < 0 {
			x += world
		}
		all.Go(func() error {
			v, err := s.raw(ctx, layer, maptile.New(uint32(x), uint32(y), z))
			if err != nil {
				return err
			}
			p, err := s.decoded(v)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			q.keep = min(q.keep, p.keep)
			if p.picture == nil {
				return nil
			}
			q.photo = q.photo && p.photo
			q.tiles[k] = p.picture
			if side := p.picture.Rect.Dx(); q.side == 0 || side == q.side {
				q.side = side
				return nil
			}
			return errContent // tiles of one layer have one size
		})
	}
	err := all.Wait()
	return q, err
}

// sample writes the colour at a place in the world's pixels into to, between
// the four pixels round it. Where there is no tile there is no colour.
func (q *quilt) sample(to []uint8, x, y float64) {
	left, top := math.Floor(x), math.Floor(y)
	u, v := x-left, y-top
	var sum [4]float64
	for _, c := range [4]struct{ dx, dy, weight float64 }{{0, 0, (1 - u) * (1 - v)}, {1, 0, u * (1 - v)}, {0, 1, (1 - u) * v}, {1, 1, u * v}} {
		if c.weight == 0 {
			continue
		}
		px, py := int(left+c.dx)-q.west*q.side, int(top+c.dy)-q.north*q.side
		if px < 0 || py < 0 || px >= q.width*q.side || py/q.side*q.width+px/q.side >= len(q.tiles) {
			continue
		}
		tile := q.tiles[py/q.side*q.width+px/q.side]
		if tile == nil {
			continue
		}
		pix := tile.Pix[tile.PixOffset(px%q.side, py%q.side):]
		for k := range sum {
			sum[k] += c.weight * float64(pix[k])
		}
	}
	for k := range sum {
		to[k] = uint8(sum[k] + 0.5)
	}
}
