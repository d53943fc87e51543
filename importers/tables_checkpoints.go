package importers

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// CheckpointsTable is the table of checkpoints, by code, which an import reads
// back as they are. synthetic says that they are invented. The list is not changed.
func CheckpointsTable(list []patrol.Checkpoint, synthetic bool) *Table {
	return &Table{
		Name: "checkpoints", Title: "重点部位", Geometry: "Point",
		Columns: []TableColumn{{"code", TextColumn}, {"name", TextColumn}, {"kind", TextColumn}, {"radius_m", IntegerColumn},
			{"due_every_h", IntegerColumn}, {"look_at", TextsColumn}, {"last_visit", TimeColumn}, {"due_at", TimeColumn}, {"synthetic", BoolColumn}},
		Rows: func(yield func(TableRow, error) bool) {
			for i := range list {
				c := &list[i]
				var last any
				if !c.LastVisit.IsZero() {
					last = c.LastVisit
				}
				row := TableRow{ID: c.Code, Geometry: c.Point, Values: []any{c.Code, c.Name, c.Kind, c.RadiusM, c.DueEveryH, slices.Clone(c.LookAt), last, c.DueAt(), synthetic}}
				if !yield(row, nil) {
					return
				}
			}
		},
	}
}
