package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// transferProperties is what a feature says of land that changes hands.
type transferProperties struct {
	Kind   geo.Kind `json:"kind"`
	From   *string  `json:"from"` // kind:code as it was; null where nobody had it
	To     *string  `json:"to"`
	AreaM2 float64  `json:"area_m2"`
}

// comparedArea is an area in one of two states.
type comparedArea struct {
	Code       string  `json:"code"`
	Name       string  `json:"name"`
	Parent     string  `json:"parent,omitempty"`
	Households int     `json:"households"`
	AreaM2     float64 `json:"area_m2"`
}

// comparedChange is an area that is not the same in both.
type comparedChange struct {
	Kind     geo.Kind      `json:"kind"`
	ID       geo.ID        `json:"id"`
	Change   string        `json:"change"` // new, gone or changed
	Before   *comparedArea `json:"before"`
	After    *comparedArea `json:"after"`
	GainedM2 float64       `json:"gained_m2"`
	LostM2   float64       `json:"lost_m2"`
	Renamed  bool          `json:"renamed"`
	Recoded  bool          `json:"recoded"`
	Reshaped bool          `json:"reshaped"`
}

// comparison is a FeatureCollection of the land that changes hands, and the
// areas that change.
type comparison struct {
	Type     string                        `json:"type"`
	From     string                        `json:"from"`
	To       string                        `json:"to"`
	Features []feature[transferProperties] `json:"features"`
	Changes  []comparedChange              `json:"changes"`
	MovedM2  map[geo.Kind]float64          `json:"moved_m2"`
}

// compare answers GET /api/v1/compare: what differs between two revisions, two
// plans, or one of each, each given as revision:3 or plan:ID.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	names := [2]string{q.text("from", 80), q.text("to", 80)}
	if f := q.text("format", 10); f != "" && f != "geojson" {
		q.unread("format", "must be geojson")
	}
	for i, name := range []string{"from", "to"} {
		kind, rest, _ := strings.Cut(names[i], ":")
		if kind != "revision" && kind != "plan" || rest == "" {
			q.unread(name, "must be revision: and its number, or plan: and its id")
		}
	}
	if err := q.err(); err != nil {
		return err
	}
	var sets [2][]geo.Area
	for i, name := range names {
		snapshot, err := s.boundariesNamed(r.Context(), name)
		if err != nil {
			return err
		}
		sets[i] = areasOf(snapshot)
	}
	out := compareAreas(sets[0], sets[1])
	out.From, out.To = names[0], names[1]
	w.Header().Set("Cache-Control", "private, no-cache")
	return writeGeoJSON(w, http.StatusOK, out)
}

// boundariesNamed gives the boundaries of a revision or plan.
func (s *Server) boundariesNamed(ctx context.Context, name string) (*locate.Snapshot, error) {
	kind, rest, _ := strings.Cut(name, ":")
	if kind == "plan" {
		if id, err := uuid.Parse(rest); err != nil || id.String() != rest {
			return nil, errNotFound("plan")
		}
		snapshot, err := s.cfg.Boundaries.Plan(ctx, rest)
		return snapshot, noPlan(err)
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 || strconv.Itoa(n) != rest {
		return nil, errNotFound("revision")
	}
	snapshot, err := s.cfg.Boundaries.Revision(ctx, n)
	if errors.Is(err, geo.ErrNotFound) {
		return nil, errNotFound("revision")
	}
	return snapshot, err
}

// areasOf lists all areas of a snapshot.
func areasOf(snapshot *locate.Snapshot) (out []geo.Area) {
	for _, k := range geo.Kinds() {
		for _, a := range snapshot.Index.Areas(k) {
			out = append(out, *a)
		}
	}
	return out
}

func compareAreas(from, to []geo.Area) comparison {
	out := comparison{Type: "FeatureCollection", Features: []feature[transferProperties]{}, MovedM2: map[geo.Kind]float64{}}
	gained, lost := map[geo.Ref]float64{}, map[geo.Ref]float64{}
	name := func(ref *geo.Ref) *string {
		if ref == nil {
			return nil
		}
		text := ref.String()
		return &text
	}
	for _, m := range redraw.Moved(from, to) {
		out.Features = append(out.Features, feature[transferProperties]{
			Type: "Feature", Geometry: geojson.NewGeometry(m.Shape),
			Properties: transferProperties{Kind: m.Kind, From: name(m.From), To: name(m.To), AreaM2: m.AreaM2},
		})
		out.MovedM2[m.Kind] += m.AreaM2
		if m.From != nil {
			lost[*m.From] += m.AreaM2
		}
		if m.To != nil {
			gained[*m.To] += m.AreaM2
		}
	}
	out.Changes = changesOf(from, to)
	for i := range out.Changes {
		c := &out.Changes[i]
		if c.Before != nil {
			c.LostM2 = lost[geo.Ref{Kind: c.Kind, Code: c.Before.Code}]
		}
		if c.After != nil {
			c.GainedM2 = gained[geo.Ref{Kind: c.Kind, Code: c.After.Code}]
		}
	}
	return out
}

// changesOf lists the areas that are not the same in both, by kind, then by
// code.
func changesOf(from, to []geo.Area) []comparedChange {
	out := []comparedChange{}
	for _, c := range differences(from, to) {
		switch a, b := c.After, c.Before; {
		case b == nil:
			out = append(out, comparedChange{Kind: a.Kind, ID: a.ID, Change: "new", After: comparedOf(a)})
		case a == nil:
			out = append(out, comparedChange{Kind: b.Kind, ID: b.ID, Change: "gone", Before: comparedOf(b)})
		default:
			out = append(out, comparedChange{Kind: a.Kind, ID: a.ID, Change: "changed", Before: comparedOf(b), After: comparedOf(a),
				Renamed: a.Name != b.Name || a.NameEn != b.NameEn, Recoded: a.Code != b.Code, Reshaped: !orb.Equal(a.Shape, b.Shape)})
		}
	}
	return out
}

func comparedOf(a *geo.Area) *comparedArea {
	out := comparedArea{Code: a.Code, Name: a.Name, Households: a.Households, AreaM2: a.AreaM2}
	if a.Parent.Code != "" {
		out.Parent = a.Parent.String()
	}
	return &out
}
