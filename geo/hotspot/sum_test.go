package hotspot

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestSums(t *testing.T) {
	day := time.Date(2026, 3, 1, 8, 0, 0, 1000, time.UTC)
	a, b := at(t, 125.6, 43.5, BaseResolution), at(t, 125.7, 43.5, BaseResolution)
	id := func(n byte) geo.ID { return uuid.UUID{15: n} }
	c, err := NewColumns([]Row{
		{ID: id(1), At: day, Category: "noise", Status: "closed", Cell: a, Point: geo.LatticePoint{Lon: 5, Lat: 9}},
		{ID: id(2), At: day.Add(time.Hour), Due: day, Category: "noise", Status: "closed", Cell: b, Point: geo.LatticePoint{Lon: 6, Lat: -1}},
		{ID: id(3), At: day, Category: "fire", Status: "closed", Cell: b},
	})
	if err != nil {
		t.Fatal(err)
	}
	one, two := day.UnixMicro(), day.Add(time.Hour).UnixMicro()
	want := []Sum{{"fire", "closed", 1, int64(b), one, 0, 0, 0}, {"noise", "closed", 2, int64(a) ^ int64(b), one ^ two, one, 5 ^ 6, 9 ^ -1}}
	if got := c.Sums(); !reflect.DeepEqual(got, want) {
		t.Errorf("Sums = %v, want %v", got, want)
	}
	// What has no reports any more has no sum.
	if c, err = c.With([]Row{{ID: id(3), At: day, Category: "fire", Status: "handled", Cell: b}}, nil); err != nil {
		t.Fatal(err)
	}
	want[0].Status = "handled"
	if got := c.Sums(); !reflect.DeepEqual(got, want) {
		t.Errorf("Sums after a change = %v, want %v", got, want)
	}
}
