package patrol

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestDefaultRulebook(t *testing.T) {
	b := DefaultRulebook(shanghai)
	if err := b.Validate(); err != nil {
		t.Fatalf("Validate: %v", err)
	}
	var codes, round, private []string
	for _, c := range b.Categories {
		codes = append(codes, c.Code)
		if c.AroundClock {
			round = append(round, c.Code)
		}
		if c.Private {
			private = append(private, c.Code)
		}
		if c.VerifyFirst || c.NameEn == "" || c.Group == "" {
			t.Errorf("category %+v is verified first or lacks a text", c)
		}
	}
	want := []string{"fire_safety", "theft_prevention", "illegal_building", "stairway_clutter", "occupied_green", "garbage_environment",
		"neighbour_dispute", "lonely_elder", "left_behind_child", "police_call", "infrastructure", "other"}
	if !slices.Equal(codes, want) {
		t.Errorf("categories %q, want %q", codes, want)
	}
	if want := []string{"fire_safety", "police_call"}; !slices.Equal(round, want) {
		t.Errorf("around the clock %q, want %q", round, want)
	}
	if want := []string{"neighbour_dispute", "lonely_elder", "left_behind_child"}; !slices.Equal(private, want) {
		t.Errorf("private %q, want %q", private, want)
	}
	for _, p := range Posts() {
		if _, ok := b.next(p); !ok && p != DistrictDesk {
			t.Errorf("%s falls back to nobody", p)
		}
	}
	DefaultRulebook(shanghai).Categories[0].Code = "changed"
	if again := DefaultRulebook(shanghai); again.Categories[0].Code != "fire_safety" {
		t.Error("two default rulebooks share their categories")
	}
}

func TestRulebookFaults(t *testing.T) {
	tests := []struct {
		name   string
		change func(b *Rulebook)
		want   string
	}{
		{"code twice", func(b *Rulebook) { b.Categories[1].Code = "fire_safety" }, "stands twice"},
		{"no code", func(b *Rulebook) { b.Categories[1].Code = "" }, "has no code"},
		{"no name", func(b *Rulebook) { b.Categories[1].Name = "" }, "has no name"},
		{"no lead", func(b *Rulebook) { b.Categories[1].LeadPost = "" }, "is no post"},
		{"no hours", func(b *Rulebook) { b.Categories[1].TargetHours = 0 }, "above 0"},
		{"negative hours", func(b *Rulebook) { b.Categories[1].TargetHours = -1 }, "above 0"},
		{"hours that are none", func(b *Rulebook) { b.Categories[1].TargetHours = math.NaN() }, "above 0"},
		{"hard hours that are none", func(b *Rulebook) { b.Categories[1].HardHours = math.NaN() }, "above 0"},
		{"hard before target", func(b *Rulebook) { b.Categories[1].HardHours = b.Categories[1].TargetHours - 0.5 }, "no shorter"},
		{"hard equal to target", func(b *Rulebook) { b.Categories[1].HardHours = b.Categories[1].TargetHours }, ""},
		{"longest", func(b *Rulebook) { b.Categories[1].HardHours = MaxHours }, ""},
		{"too long", func(b *Rulebook) { b.Categories[1].HardHours = MaxHours + 1 }, "at most 10000"},
		{"rule twice", func(b *Rulebook) { b.Rules[1].Name = b.Rules[0].Name }, "stands twice"},
		{"rule without name", func(b *Rulebook) { b.Rules[1].Name = "" }, "has no name"},
		{"rule without posts", func(b *Rulebook) { b.Rules[1].Posts = nil }, "names no post"},
		{"rule with a post twice", func(b *Rulebook) { b.Rules[1].Posts = []Post{GridChief, GridChief} }, "names grid_chief twice"},
		{"rule with no post", func(b *Rulebook) { b.Rules[1].Posts = []Post{"mayor"} }, "is no post"},
		{"rule of no kind", func(b *Rulebook) { b.Rules[1].Kind = "planet" }, "is no kind"},
		{"rule of no category", func(b *Rulebook) { b.Rules[1].Categories = []string{"ghosts"} }, "is no category"},
		{"group's post where there is no group", func(b *Rulebook) { b.Rules[1].Posts = []Post{GroupDirector} }, "a post of a village_group"},
		{"compound's post in compounds", func(b *Rulebook) { b.Rules[1].Kind, b.Rules[1].Posts = geo.Compound, []Post{CompoundSecurity} }, ""},
		{"post without fallback", func(b *Rulebook) { b.Fallbacks = b.Fallbacks[1:] }, "falls back to nobody"},
		{"circle", func(b *Rulebook) { b.Fallbacks = append(b.Fallbacks, Fallback{DistrictDesk, GridChief}) }, "runs in a circle"},
		{"circle of one", func(b *Rulebook) { b.Fallbacks[0].Next = b.Fallbacks[0].Post }, "runs in a circle"},
		{"dead end", func(b *Rulebook) {
			b.Fallbacks = slices.DeleteFunc(b.Fallbacks, func(f Fallback) bool { return f.Post == TownshipDesk })
		}, "ends at township_desk"},
		{"two fallbacks", func(b *Rulebook) { b.Fallbacks = append(b.Fallbacks, Fallback{GridChief, DistrictDesk}) }, "falls back twice"},
		{"fallback of no post", func(b *Rulebook) { b.Fallbacks = append(b.Fallbacks, Fallback{"mayor", DistrictDesk}) }, "is no post"},
		{"calendar", func(b *Rulebook) { b.Calendar.Hours = nil }, "has no hours"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := DefaultRulebook(shanghai)
			tt.change(b)
			_, err := NewRulebook(b.Categories, b.Rules, b.Fallbacks, b.Calendar)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("NewRulebook: %v, want no error", err)
			case tt.want != "" && (!errors.Is(err, geo.ErrInvalid) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("NewRulebook: %v, want a fault with %q", err, tt.want)
			}
		})
	}
}

func TestNewRulebookOrders(t *testing.T) {
	b := DefaultRulebook(shanghai)
	slices.Reverse(b.Categories)
	slices.Reverse(b.Rules)
	got, err := NewRulebook(b.Categories, b.Rules, b.Fallbacks, b.Calendar)
	if err != nil {
		t.Fatal(err)
	}
	if got.Categories[0].Code != "fire_safety" || got.Rules[0].Name != "group-and-grid" {
		t.Errorf("first are %s and %s, want fire_safety and group-and-grid", got.Categories[0].Code, got.Rules[0].Name)
	}
	if _, ok := got.Category("ghosts"); ok {
		t.Error("Category(ghosts) is ok")
	}
}

func TestStart(t *testing.T) {
	b := DefaultRulebook(shanghai)
	friday := at(t, "2026-03-06 17:00").Add(123456789)
	fire, _ := b.Category("fire_safety")
	theft, _ := b.Category("theft_prevention")
	verify := theft
	verify.VerifyFirst = true
	cut := 123456 * time.Microsecond
	tests := []struct {
		name      string
		c         Category
		status    Status
		due, hard time.Time
	}{
		{"around the clock", fire, Dispatched, at(t, "2026-03-06 21:00").Add(cut), at(t, "2026-03-07 01:00").Add(cut)},
		{"working hours", theft, Dispatched, at(t, "2026-03-10 17:00").Add(cut), at(t, "2026-03-12 17:00").Add(cut)},
		{"verified first", verify, Reported, time.Time{}, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, due, hard := b.Start(tt.c, friday)
			if s != tt.status || !due.Equal(tt.due) || !hard.Equal(tt.hard) {
				t.Errorf("Start = %s %s %s, want %s %s %s", s, due, hard, tt.status, tt.due, tt.hard)
			}
		})
	}
}
