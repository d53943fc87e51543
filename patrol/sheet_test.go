package patrol

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestHazardWeight(t *testing.T) {
	const day = 24 * time.Hour
	for age, want := range map[time.Duration]float64{0: 1, -day: 1, 30 * day: 0.5, 60 * day: 0.25, 15 * day: math.Sqrt(0.5)} {
		if got := HazardWeight(age); math.Abs(got-want) > 1e-12 {
			t.Errorf("HazardWeight(%v) = %v, want %v", age, got, want)
		}
	}
}

func TestSheet(t *testing.T) {
	now := dawn
	seen := func(days float64) time.Time { return now.Add(-time.Duration(days * 24 * float64(time.Hour))) }
	stop := func(code string, hours int, last time.Time) SheetItem {
		return SheetItem{Type: SheetCheckpoint, Name: code, LastVisit: last,
			Stop: &Checkpoint{Code: code, DueEveryH: hours, LastVisit: last, CreatedAt: seen(400)}}
	}
	area := func(name string, last time.Time, hazards float64) SheetItem {
		return SheetItem{Type: SheetGroup, Area: geo.Ref{Kind: geo.VillageGroup, Code: name}, Name: name, LastVisit: last, Hazards: hazards}
	}
	places := []SheetItem{
		area("quiet", seen(10), 0),         // 10
		area("never", time.Time{}, 0),      // 90
		area("today", seen(0.9), 50),       // 0
		area("busy", seen(10.9), 4),        // 50
		area("hot never", time.Time{}, 1),  // 180
		stop("on time", 72, seen(2)),       // 2
		stop("late", 24, seen(6)),          // 6 × 6
		stop("later", 24, seen(7)),         // 7 × 7
		stop("unseen", 24, time.Time{}),    // 90
		stop("of hours", 2, seen(0.5)),     // half a day × 6 windows = 3
		stop("just", 24, seen(1)),          // due this moment: 1 × 1
		area("yesterday", seen(1), 0.5),    // 1.5
		area("tomorrow", seen(-1), 0),      // clocks differ: 0
		stop("long window", 720, seen(29)), // not due: 29
	}
	want := "hot never, unseen, never, busy, later, late, long window, quiet, of hours, on time, yesterday, just, today, tomorrow"
	for range 20 {
		mixed := slices.Clone(places)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		before := slices.Clone(mixed)
		var names []string
		for _, item := range Sheet(now, mixed) {
			names = append(names, item.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Fatalf("the order is %s,\nwant %s", got, want)
		}
		if !slices.Equal(mixed, before) {
			t.Fatal("the places were changed")
		}
	}
	for _, item := range Sheet(now, places) {
		switch item.Name {
		case "never", "unseen":
			if item.DaysSince != -1 || item.Score != NeverDays {
				t.Errorf("%s: %d days, score %v", item.Name, item.DaysSince, item.Score)
			}
		case "busy":
			if item.DaysSince != 10 || item.Score != 50 {
				t.Errorf("busy: %d days, score %v", item.DaysSince, item.Score)
			}
		}
	}
}

func TestCheckpointState(t *testing.T) {
	c := Checkpoint{DueEveryH: 10, CreatedAt: dawn, LastVisit: dawn}
	for minutes, want := range map[int]CheckpointState{0: CheckpointVisited, 479: CheckpointVisited, 480: CheckpointDue, 599: CheckpointDue, 600: CheckpointOverdue, 9999: CheckpointOverdue} {
		if got := c.StateAt(minute(minutes)); got != want {
			t.Errorf("after %d minutes it is %s, want %s", minutes, got, want)
		}
	}
	if c.DueAt() != minute(600) {
		t.Errorf("due at %v", c.DueAt())
	}
	if c.LastVisit = (time.Time{}); c.StateAt(minute(1)) != CheckpointNever || c.DueAt() != dawn {
		t.Errorf("one never visited is %s, due at %v", c.StateAt(minute(1)), c.DueAt())
	}
}

func TestCheckpointCheck(t *testing.T) {
	good := Checkpoint{Code: "K-1", Name: "小学", RadiusM: 10, DueEveryH: 1}
	for name, c := range map[string]struct {
		change func(*Checkpoint)
		at     string
	}{
		"good":           {func(c *Checkpoint) {}, ""},
		"wide":           {func(c *Checkpoint) { c.RadiusM = 500 }, ""},
		"too near":       {func(c *Checkpoint) { c.RadiusM = 9 }, "/radius_m"},
		"too wide":       {func(c *Checkpoint) { c.RadiusM = 501 }, "/radius_m"},
		"never due":      {func(c *Checkpoint) { c.DueEveryH = 0 }, "/due_every_h"},
		"due in years":   {func(c *Checkpoint) { c.DueEveryH = DueMax + 1 }, "/due_every_h"},
		"no code":        {func(c *Checkpoint) { c.Code = "" }, "/code"},
		"code of words":  {func(c *Checkpoint) { c.Code = "小学 1" }, "/code"},
		"no name":        {func(c *Checkpoint) { c.Name = "" }, "/name"},
		"name of lines":  {func(c *Checkpoint) { c.Name = "a\nb" }, "/name"},
		"much to see":    {func(c *Checkpoint) { c.LookAt = make([]string, LookAtMax+1) }, "/look_at"},
		"nothing to see": {func(c *Checkpoint) { c.LookAt = []string{"门", ""} }, "/look_at/1"},
		"nowhere":        {func(c *Checkpoint) { c.Point[1] = 91 }, "/lon"},
	} {
		got := good
		c.change(&got)
		err := got.Check()
		if p, _ := err.(*geo.Problem); (err == nil) != (c.at == "") || p != nil && p.Fields[0].Pointer != c.at {
			t.Errorf("%s = %v, want a fault at %q", name, err, c.at)
		}
	}
}
