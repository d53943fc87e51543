package patrol

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// MaxHours is the longest a time limit may be, in working hours: five years
// and more, so that no typing error makes a limit nobody lives to see.
const MaxHours = 10_000

// NewRulebook checks the rules and puts them in order: categories by Sort and
// code, rules by Priority and name. It takes the slices over. The error is a
// *geo.Problem of kind geo.ErrInvalid that lists every fault.
func NewRulebook(categories []Category, rules []Rule, fallbacks []Fallback, calendar Calendar) (*Rulebook, error) {
	b := &Rulebook{categories, rules, fallbacks, calendar}
	if err := b.Validate(); err != nil {
		return nil, err
	}
	slices.SortFunc(b.Categories, func(x, y Category) int {
		return cmp.Or(cmp.Compare(x.Sort, y.Sort), strings.Compare(x.Code, y.Code))
	})
	slices.SortFunc(b.Rules, compareRules)
	return b, nil
}

func compareRules(a, b Rule) int {
	return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Name, b.Name))
}

// Category gives the category with that code.
func (b *Rulebook) Category(code string) (Category, bool) {
	i := slices.IndexFunc(b.Categories, func(c Category) bool { return c.Code == code })
	if i < 0 {
		return Category{}, false
	}
	return b.Categories[i], true
}

// Shown gives where everybody may see a report of a category that lies at p:
// CoarsePoint where the category is private, or not known any more, else
// PublicPoint. It makes no difference whether p was moved before by a rulebook
// that had another opinion of the category: what is coarse stays so, and what
// is not gets so.
func (b *Rulebook) Shown(category string, p orb.Point) orb.Point {
	if c, ok := b.Category(category); ok && !c.Private {
		return PublicPoint(p)
	}
	return CoarsePoint(p)
}

// Start gives how the life of a report of the category begins at t: the state,
// and the two limits, which are zero while a report waits to be verified.
func (b *Rulebook) Start(c Category, t time.Time) (s Status, due, hardDue time.Time) {
	if c.VerifyFirst {
		return Reported, time.Time{}, time.Time{}
	}
	due, hardDue = b.Limits(c, t)
	return Dispatched, due, hardDue
}

// Limits gives the target and the hard limit of a report of the category whose
// clock starts at t. UTC, to the microsecond.
func (b *Rulebook) Limits(c Category, t time.Time) (due, hardDue time.Time) {
	if c.AroundClock {
		t = t.UTC().Truncate(time.Microsecond)
		return t.Add(duration(c.TargetHours)), t.Add(duration(c.HardHours))
	}
	return b.Calendar.Add(t, c.TargetHours), b.Calendar.Add(t, c.HardHours)
}

// rule gives the rule that fires: the first by priority whose kind covers the
// point and which takes the category.
func (b *Rulebook) rule(m *geo.Match, category string) (Rule, bool) {
	var best Rule
	found := false
	for _, r := range b.Rules {
		if m.Area(r.Kind) == nil || len(r.Categories) > 0 && !slices.Contains(r.Categories, category) {
			continue
		}
		if !found || compareRules(r, best) < 0 {
			best, found = r, true
		}
	}
	return best, found
}

// next gives the post that takes over from p.
func (b *Rulebook) next(p Post) (Post, bool) {
	for _, f := range b.Fallbacks {
		if f.Post == p {
			return f.Next, true
		}
	}
	return "", false
}

// Validate checks the rulebook. The error is a *geo.Problem of kind
// geo.ErrInvalid that lists every fault.
func (b *Rulebook) Validate() error {
	var faults []geo.FieldError
	fault := func(pointer, format string, args ...any) {
		faults = append(faults, geo.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	b.checkCategories(fault)
	b.checkFallbacks(fault)
	b.checkRules(fault)
	if err := b.Calendar.Validate(); err != nil {
		fault("/calendar", "%s", err)
	}
	if len(faults) == 0 {
		return nil
	}
	return geo.Invalid("rulebook-invalid", fmt.Sprintf("the rulebook has %d faults", len(faults)), faults...)
}

func (b *Rulebook) checkCategories(fault func(pointer, format string, args ...any)) {
	seen := map[string]bool{}
	for i, c := range b.Categories {
		at := fmt.Sprintf("/categories/%d", i)
		switch {
		case c.Code == "":
			fault(at, "has no code")
		case seen[c.Code]:
			fault(at, "code %s stands twice", c.Code)
		}
		seen[c.Code] = true
		if c.Name == "" {
			fault(at, "%s has no name", c.Code)
		}
		if !slices.Contains(Posts(), c.LeadPost) {
			fault(at, "%s is led by %q, which is no post", c.Code, c.LeadPost)
		}
		if !(c.TargetHours > 0) || !(c.HardHours >= c.TargetHours) || c.HardHours > MaxHours || math.IsNaN(c.HardHours) {
			fault(at, "%s has limits of %g and %g working hours; they must be above 0, the hard one no shorter, and at most %d",
				c.Code, c.TargetHours, c.HardHours, MaxHours)
		}
	}
}

func (b *Rulebook) checkFallbacks(fault func(pointer, format string, args ...any)) {
	next := map[Post]Post{}
	for i, f := range b.Fallbacks {
		at := fmt.Sprintf("/fallbacks/%d", i)
		for _, p := range []Post{f.Post, f.Next} {
			if !slices.Contains(Posts(), p) {
				fault(at, "%q is no post", p)
			}
		}
		if _, twice := next[f.Post]; twice {
			fault(at, "%s falls back twice", f.Post)
			continue
		}
		next[f.Post] = f.Next
	}
	for i, f := range b.Fallbacks {
		p := f.Post
		for range Posts() {
			if q, ok := next[p]; ok {
				p = q
			}
		}
		if _, goesOn := next[p]; goesOn { // more steps than there are posts
			fault(fmt.Sprintf("/fallbacks/%d", i), "the chain from %s runs in a circle", f.Post)
		} else if p != DistrictDesk {
			fault(fmt.Sprintf("/fallbacks/%d", i), "the chain from %s ends at %s, not at %s", f.Post, p, DistrictDesk)
		}
	}
}

func (b *Rulebook) checkRules(fault func(pointer, format string, args ...any)) {
	seen := map[string]bool{}
	for i, r := range b.Rules {
		at := fmt.Sprintf("/rules/%d", i)
		switch {
		case r.Name == "":
			fault(at, "has no name")
		case seen[r.Name]:
			fault(at, "rule %s stands twice", r.Name)
		}
		seen[r.Name] = true
		if r.Kind.Index() < 0 {
			fault(at, "rule %s fires in %q, which is no kind of area", r.Name, r.Kind)
		}
		if len(r.Posts) == 0 {
			fault(at, "rule %s names no post", r.Name)
		}
		for _, c := range r.Categories {
			if _, ok := b.Category(c); !ok {
				fault(at, "rule %s is for %q, which is no category", r.Name, c)
			}
		}
		for k, p := range r.Posts {
			b.checkRulePost(at, r, p, slices.Contains(r.Posts[:k], p), fault)
		}
	}
}

// checkRulePost checks one post of a rule. Groups are found only in the
// country and compounds only in towns, so a rule names their posts only where
// it fires in them; the others are everywhere.
func (b *Rulebook) checkRulePost(at string, r Rule, p Post, twice bool, fault func(pointer, format string, args ...any)) {
	if !slices.Contains(Posts(), p) {
		fault(at, "rule %s names %q, which is no post", r.Name, p)
		return
	}
	if twice {
		fault(at, "rule %s names %s twice", r.Name, p)
	}
	if k := p.AreaKind(); (k == geo.VillageGroup || k == geo.Compound) && k != r.Kind {
		fault(at, "rule %s fires in a %s and names %s, a post of a %s", r.Name, r.Kind, p, k)
	}
	if _, ok := b.next(p); !ok && p != DistrictDesk {
		fault(at, "rule %s names %s, which falls back to nobody when it is vacant", r.Name, p)
	}
}
