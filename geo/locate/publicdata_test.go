package locate_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	tzfrellite "github.com/ringsaturn/tzf-rel-lite"

	"github.com/gridpatrol/gridpatrol/geo"
)

// countiesFile are the boundaries of the USA of 2017 by the U.S. Census Bureau
// (public domain), as the npm package us-atlas has them.
const countiesFile = "../../web/node_modules/us-atlas/counties-10m.json"

// topology is as much of TopoJSON as that file uses
// (github.com/topojson/topojson-specification, §2).
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Objects   map[string]struct {
		Geometries []struct {
			Type string
			ID   string
			Arcs json.RawMessage
		}
	}
	Arcs [][][2]int
}

// countiesOf reads an object of the file as areas of a kind.
func countiesOf(t *testing.T, object string, kind geo.Kind) []geo.Area {
	t.Helper()
	text, err := os.ReadFile(countiesFile)
	if err != nil {
		t.Fatalf("%v: make test installs it (npm ci in web)", err)
	}
	var file topology
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	arcs := make([][]orb.Point, len(file.Arcs))
	for i, arc := range file.Arcs {
		x, y := 0, 0
		for _, step := range arc { // each as the way from the one before
			x, y = x+step[0], y+step[1]
			arcs[i] = append(arcs[i], orb.Point{
				float64(x)*file.Transform.Scale[0] + file.Transform.Translate[0],
				float64(y)*file.Transform.Scale[1] + file.Transform.Translate[1],
			})
		}
	}
	var areas []geo.Area
	for _, g := range file.Objects[object].Geometries {
		var polygons [][][]int
		if g.Type == "Polygon" {
			polygons = make([][][]int, 1)
			err = json.Unmarshal(g.Arcs, &polygons[0])
		} else {
			err = json.Unmarshal(g.Arcs, &polygons)
		}
		if err != nil {
			t.Fatalf("%s %s: %v", g.Type, g.ID, err)
		}
		a := geo.Area{Kind: kind, Code: g.ID}
		for _, rings := range polygons {
			var polygon orb.Polygon
			for _, numbers := range rings {
				var ring orb.Ring
				for _, n := range numbers {
					arc := arcs[max(n, ^n)]
					if n < 0 { // backwards
						arc = slices.Clone(arc)
						slices.Reverse(arc)
					}
					if len(ring) > 0 {
						arc = arc[1:] // begins where the last one ended
					}
					ring = append(ring, arc...)
				}
				polygon = append(polygon, ring)
			}
			a.Shape = append(a.Shape, polygon)
		}
		areas = append(areas, a)
	}
	if len(areas) == 0 {
		t.Fatalf("%s has no %s", countiesFile, object)
	}
	return byCode(areas)
}

// timeZones reads the time zones of the world that the Go module
// tzf-rel-lite carries: those of timezone-boundary-builder, thinned (ODbL,
// © OpenStreetMap contributors).
func timeZones(t *testing.T) []geo.Area {
	t.Helper()
	var areas []geo.Area
	err := messages(tzfrellite.LiteData, func(field uint64, zone []byte) error {
		if field != 1 { // Timezones.timezones
			return nil
		}
		a := geo.Area{Kind: geo.Grid}
		err := messages(zone, func(field uint64, value []byte) error {
			switch field {
			case 1: // Timezone.polygons
				polygon, err := zonePolygon(value)
				a.Shape = append(a.Shape, polygon)
				return err
			case 2: // Timezone.name
				a.Code = string(value)
			}
			return nil
		})
		areas = append(areas, a)
		return err
	})
	if err != nil || len(areas) < 400 {
		t.Fatalf("%d time zones were read: %v", len(areas), err)
	}
	return byCode(areas)
}

// zonePolygon reads a polygon: points of its outer ring, and polygons that are
// its holes. Rings are open there.
func zonePolygon(text []byte) (orb.Polygon, error) {
	outer := make(orb.Polygon, 1)
	err := messages(text, func(field uint64, value []byte) error {
		switch field {
		case 1: // Polygon.points: float lng = 1, lat = 2; a 0 is left out
			var p orb.Point
			for ; len(value) >= 5; value = value[5:] {
				axis := int(value[0]>>3) - 1
				if value[0]&7 != 5 || axis < 0 || axis > 1 {
					return errors.New("a point is not of floats")
				}
				p[axis] = float64(math.Float32frombits(binary.LittleEndian.Uint32(value[1:])))
			}
			outer[0] = append(outer[0], p)
		case 2: // Polygon.holes
			hole, err := zonePolygon(value)
			outer = append(outer, hole[0])
			return err
		}
		return nil
	})
	if ring := outer[0]; len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		outer[0] = append(ring, ring[0])
	}
	return outer, err
}

// messages gives every field of a protobuf message that has a length
// (protobuf.dev/programming-guides/encoding), and passes over numbers.
func messages(text []byte, each func(field uint64, value []byte) error) error {
	broken := errors.New("the message is broken")
	for len(text) > 0 {
		key, n := binary.Uvarint(text)
		if n <= 0 {
			return broken
		}
		text = text[n:]
		value, n := binary.Uvarint(text)
		if n <= 0 {
			return broken
		}
		text = text[n:]
		switch key & 7 {
		case 0: // a number
		case 2: // a length
			if value > uint64(len(text)) {
				return broken
			}
			if err := each(key>>3, text[:value]); err != nil {
				return err
			}
			text = text[value:]
		default:
			return broken
		}
	}
	return nil
}
