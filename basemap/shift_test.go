package basemap

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"net/http"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
)

// wave is a pattern whose colour tells the place in the world's pixels: red and
// green rise and fall along x and y once in period pixels.
func wave(x, y float64) (r, g float64) {
	const period = 64
	return 128 + 100*math.Sin(2*math.Pi*x/period), 128 + 100*math.Sin(2*math.Pi*y/period)
}

// steepest is how much wave changes along one pixel at most.
const steepest = 100 * 2 * math.Pi / 64

func waves(w http.ResponseWriter, r *http.Request) {
	t, ok := parsePath("/basemap" + r.URL.Path)
	if !ok {
		w.WriteHeader(404)
		return
	}
	var red, green [256]uint8
	for i := range 256 {
		r, g := wave(float64(t.X)*256+float64(i)+0.5, float64(t.Y)*256+float64(i)+0.5)
		red[i], green[i] = uint8(r+0.5), uint8(g+0.5)
	}
	m := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for j := range 256 {
		for i := range 256 {
			copy(m.Pix[m.PixOffset(i, j):], []uint8{red[i], green[j], 0, 255})
		}
	}
	_, _ = w.Write(encodePNG(m))
}

// TestShift draws a known pattern in GCJ-02 and holds the pixels of what is
// served against geo's own conversion of that pixel's place.
func TestShift(t *testing.T) {
	u := newUpstream(t, waves)
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", CRS: geo.GCJ02})
	for _, tile := range []maptile.Tile{
		maptile.At(orb.Point{125.66, 43.52}, 8), maptile.At(orb.Point{125.66, 43.52}, 11),
		town, maptile.At(orb.Point{126.02, 43.8}, 18),
	} {
		got := ask(s, fmt.Sprintf("/basemap/%d/%d/%d", tile.Z, tile.X, tile.Y))
		if got.Code != 200 {
			t.Fatalf("%v = %d", tile, got.Code)
		}
		m, _, err := image.Decode(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		world := 256 * math.Exp2(float64(tile.Z))
		worst, unshifted := 0.0, 0.0
		for j := 0; j < 256; j += 3 {
			for i := 0; i < 256; i += 3 {
				x, y := float64(tile.X)*256+float64(i)+0.5, float64(tile.Y)*256+float64(j)+0.5
				at, err := geo.FromWGS84(geo.GCJ02, unproject(world, x, y))
				if err != nil {
					t.Fatal(err)
				}
				p := project(world, at)
				r, g, _, _ := m.At(i, j).RGBA()
				off := func(x, y float64) float64 {
					red, green := wave(x, y)
					return max(math.Abs(float64(r>>8)-red), math.Abs(float64(g>>8)-green)) / steepest
				}
				worst, unshifted = max(worst, off(p[0], p[1])), max(unshifted, off(x, y))
			}
		}
		if worst > 0.25 {
			t.Errorf("zoom %d: a pixel lies %.2f pixels from where geo puts it", tile.Z, worst)
		}
		if tile.Z >= 14 && unshifted < 1 {
			t.Errorf("zoom %d: the tile is as it came: the comparison proves nothing", tile.Z)
		}
	}
}

// TestShiftPutsAMarkUnderItsPlace draws a dot where a map in GCJ-02 has a place
// of the district, and looks for it where our boundaries have that place.
func TestShiftPutsAMarkUnderItsPlace(t *testing.T) {
	place := orb.Point{125.661234, 43.523456}
	in02, err := geo.FromWGS84(geo.GCJ02, place)
	if err != nil {
		t.Fatal(err)
	}
	const zoom = 17
	world := 256 * math.Exp2(zoom)
	dot := project(world, in02)
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		tile, _ := parsePath("/basemap" + r.URL.Path)
		m := image.NewRGBA(image.Rect(0, 0, 256, 256))
		for j := range 256 {
			for i := range 256 {
				c := color.RGBA{255, 255, 255, 255}
				if math.Hypot(float64(tile.X)*256+float64(i)+0.5-dot[0], float64(tile.Y)*256+float64(j)+0.5-dot[1]) < 6 {
					c = color.RGBA{0, 0, 0, 255}
				}
				m.SetRGBA(i, j, c)
			}
		}
		_, _ = w.Write(encodePNG(m))
	})
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", CRS: geo.GCJ02})
	want := project(world, place)
	var weight, x, y float64
	home := maptile.At(place, zoom)
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			tx, ty := int(home.X)+dx, int(home.Y)+dy
			m, _, err := image.Decode(ask(s, fmt.Sprintf("/basemap/%d/%d/%d", zoom, tx, ty)).Body)
			if err != nil {
				t.Fatal(err)
			}
			for j := range 256 {
				for i := range 256 {
					r, _, _, _ := m.At(i, j).RGBA()
					dark := 1 - float64(r)/0xffff
					weight += dark
					x += dark * (float64(tx)*256 + float64(i) + 0.5)
					y += dark * (float64(ty)*256 + float64(j) + 0.5)
				}
			}
		}
	}
	if weight < 90 {
		t.Fatalf("the dot has %.0f pixels, want some 113", weight)
	}
	if off := math.Hypot(x/weight-want[0], y/weight-want[1]); off > 0.2 {
		t.Errorf("the dot lies %.2f pixels from its place", off)
	}
	if shift := math.Hypot(dot[0]-want[0], dot[1]-want[1]); shift < 500 {
		t.Errorf("the source has the dot only %.0f pixels away: nothing was put right", shift)
	}
}

// TestShiftAtTheRim asks where tiles are missing, and at the world's rims.
func TestShiftAtTheRim(t *testing.T) {
	u := newUpstream(t, status(404))
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", CRS: geo.GCJ02})
	if got := ask(s, townPath); got.Code != 204 || got.Header().Get("Retry-After") != "" {
		t.Errorf("a tile of tiles that are not there = %d %v, want 204, to be kept", got.Code, got.Header())
	}
	u.set(waves)
	for _, path := range []string{"/basemap/0/0/0", "/basemap/3/0/0", "/basemap/3/7/7", "/basemap/12/0/0", "/basemap/12/4095/4095"} {
		if got := ask(s, path); got.Code != 200 {
			t.Errorf("%s = %d", path, got.Code)
		}
	}
	u.set(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	if got := ask(s, "/basemap/14/13000/5989"); got.Code != 204 || got.Header().Get("Retry-After") == "" {
		t.Errorf("a tile of no tiles = %d, want 204, to be asked again", got.Code)
	}
}

// TestLayers lays names over a photograph.
func TestLayers(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		m := image.NewRGBA(image.Rect(0, 0, 256, 256))
		if r.URL.Query().Get("layer") == "names" {
			for i := range 400 {
				m.SetRGBA(100+i%20, 100+i/20, color.RGBA{255, 0, 0, 255})
			}
			_, _ = w.Write(encodePNG(m))
			return
		}
		for i := range m.Pix {
			m.Pix[i] = 255
		}
		var b bytes.Buffer
		_ = jpeg.Encode(&b, m, nil)
		_, _ = w.Write(b.Bytes())
	})
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}?layer=photo"})
	names, err := parseTemplate(u.URL+"/{z}/{x}/{y}?layer=names", "")
	if err != nil {
		t.Fatal(err)
	}
	s.layers = append(s.layers, &addressed{s.remote, names, Raster})
	got := ask(s, townPath)
	if got.Code != 200 || got.Header().Get("Content-Type") != "image/jpeg" {
		t.Fatalf("tile = %d %s, want a JPEG, as the photograph is", got.Code, got.Header().Get("Content-Type"))
	}
	m, _, err := image.Decode(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	for p, red := range map[image.Point]bool{{110, 110}: true, {50, 50}: false, {200, 110}: false} {
		r, g, _, _ := m.At(p.X, p.Y).RGBA()
		if got := r > 0xd000 && g < 0x3000; got != red {
			t.Errorf("the pixel %v is red: %v, want %v", p, got, red)
		}
	}
	ask(s, townPath)
	if n := u.asked.Load(); n != 2 {
		t.Errorf("%d fetches for two layers of one tile asked for twice", n)
	}
}

func TestTianditu(t *testing.T) {
	s := open(t, Config{Source: "tianditu:img", Key: "k", Review: " GS(1999)1号 "})
	if got := s.Info(); len(s.layers) != 2 || got.MinZoom != 1 || got.MaxZoom != 18 || got.Review != "GS(1999)1号" || got.Kind != Raster {
		t.Errorf("%d layers, %+v", len(s.layers), got)
	}
	const want = "https://t6.tianditu.gov.cn/cia_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=cia&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=14&TILEROW=5989&TILECOL=13905&tk=k"
	if got := s.layers[1].(*addressed).template.address(town); got != want {
		t.Errorf("address of names = %s", got)
	}
}

func BenchmarkShift(b *testing.B) {
	m, err := newMesh(town, 256)
	if err != nil {
		b.Fatal(err)
	}
	q := quilt{width: 2, side: 256}
	bound := m.bound()
	q.west, q.north = int(bound.Min[0]/256), int(bound.Min[1]/256)
	for range 4 {
		q.tiles = append(q.tiles, image.NewRGBA(image.Rect(0, 0, 256, 256)))
	}
	to := make([]uint8, 4)
	for b.Loop() {
		for k := range 256 * 256 {
			x, y := m.at(float64(k%256)+0.5, float64(k/256)+0.5)
			q.sample(to, x-0.5, y-0.5)
		}
	}
}
