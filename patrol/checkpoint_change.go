package patrol

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

// NewCheckpoint is everything that making a checkpoint writes.
type NewCheckpoint struct {
	Checkpoint  Checkpoint // ID and CreatedAt are set
	Actor       Actor
	KeyHash     []byte // as of Action
	RequestHash []byte
}

// CheckpointImport is what an import of checkpoints made, or would make.
type CheckpointImport struct {
	New, Changed, Unchanged int
}

// CheckpointPlan is an import of checkpoints before it is written.
type CheckpointPlan struct {
	CheckpointImport
	Add   []Checkpoint // with new ids
	Alter []Checkpoint // with the ids of those that are changed
}

var checkpointCode = regexp.MustCompile(`^[0-9A-Za-z_.-]{1,64}$`)

// Check says all that is wrong with a checkpoint; whether its kind is known is
// not asked. The error is a *geo.Problem of kind ErrInvalid with pointers into
// the body of a request.
func (c *Checkpoint) Check() error {
	var bad []geo.FieldError
	no := func(pointer, format string, args ...any) {
		bad = append(bad, geo.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if !checkpointCode.MatchString(c.Code) {
		no("/code", "must be 1 to 64 letters, digits, dots, hyphens or underscores")
	}
	if n := utf8.RuneCountInString(c.Name); n < 1 || n > 100 || strings.ContainsFunc(c.Name, unprintable) {
		no("/name", "must be 1 to 100 characters of one line")
	}
	if c.RadiusM < RadiusMin || c.RadiusM > RadiusMax {
		no("/radius_m", "must be a whole number of metres from %d to %d", RadiusMin, RadiusMax)
	}
	if c.DueEveryH < 1 || c.DueEveryH > DueMax {
		no("/due_every_h", "must be a whole number of hours from 1 to %d", DueMax)
	}
	if len(c.LookAt) > LookAtMax {
		no("/look_at", "has %d lines; at most %d are possible", len(c.LookAt), LookAtMax)
	}
	for i, line := range c.LookAt {
		if n := utf8.RuneCountInString(line); n < 1 || n > 200 || strings.ContainsFunc(line, unprintable) {
			no(fmt.Sprintf("/look_at/%d", i), "must be 1 to 200 characters of one line")
		}
	}
	if _, ok := geo.Round(c.Point); !ok {
		no("/lon", "lon must be within ±180 and lat within ±90")
	}
	switch len(bad) {
	case 0:
		return nil
	case 1:
		return geo.Invalid("invalid-values", bad[0].Pointer+" "+bad[0].Detail, bad...)
	}
	return geo.Invalid("invalid-values", "some values of the checkpoint are not possible", bad...)
}

func unprintable(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }

// same reports whether two checkpoints say the same of the place.
func (c *Checkpoint) same(d *Checkpoint) bool {
	return c.Code == d.Code && c.Name == d.Name && c.Kind == d.Kind && c.Point == d.Point && c.RadiusM == d.RadiusM &&
		c.DueEveryH == d.DueEveryH && slices.Equal(c.LookAt, d.LookAt) && c.RetiredAt.Equal(d.RetiredAt)
}

// PlanCheckpointImport says what an import of want makes of the checkpoints
// there are, told apart by their codes, retired ones too. Neither is changed.
// The codes of want must differ.
func PlanCheckpointImport(have, want []Checkpoint) (CheckpointPlan, error) {
	var plan CheckpointPlan
	known := make(map[string]*Checkpoint, len(have))
	for i := range have {
		known[have[i].Code] = &have[i]
	}
	for _, c := range want {
		was, there := known[c.Code]
		if !there {
			id, err := uuid.NewV7()
			if err != nil {
				return plan, err
			}
			c.ID = id
			plan.Add = append(plan.Add, c)
			plan.New++
			continue
		}
		if c.same(was) {
			plan.Unchanged++
			continue
		}
		c.ID = was.ID
		plan.Alter = append(plan.Alter, c)
		plan.Changed++
	}
	return plan, nil
}
