package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxBasisReports is how many reports a page is given at most, the newest.
const maxBasisReports = 200_000

// basisAnswer is what a page needs to tell, while a line is dragged, what it
// does to people and work. Places are in steps of 1e-7 degrees; the lists of a
// group run side by side.
type basisAnswer struct {
	Days          int                    `json:"days"`
	Revision      int                    `json:"revision"`
	Reports       basisReports           `json:"reports"`
	LeftOut       int                    `json:"left_out,omitempty"` // older reports, for want of room
	Categories    []string               `json:"categories"`
	Homes         basisHomes             `json:"homes"`
	HouseholdBand float64                `json:"household_band"`
	Locked        []geo.Kind             `json:"locked"`
	Chiefs        map[string][]seatShort `json:"chiefs"`
}

type basisReports struct {
	Lon      []int32 `json:"lon_e7"`
	Lat      []int32 `json:"lat_e7"`
	AgeDays  []int   `json:"age_days"`
	Open     []int   `json:"open"`     // 1 where somebody still has something to do
	Category []int   `json:"category"` // place in categories
}

type basisHomes struct {
	Lon        []int32 `json:"lon_e7"`
	Lat        []int32 `json:"lat_e7"`
	Hundredths []int32 `json:"hundredths"`
}

// planBasis answers GET /api/v1/plans/{id}/basis.
func (s *Server) planBasis(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	days := q.count("days", impactDays, maxImpactDays)
	if err := q.err(); err != nil {
		return err
	}
	d, err := s.drawnPlan(r)
	if err != nil {
		return err
	}
	out := basisAnswer{Days: days, Revision: d.Base, Categories: []string{}, HouseholdBand: s.cfg.HouseholdBand,
		Locked: d.Draft.Base().Locked(), Homes: answerHomes(d.Draft.Base().Homes()), Chiefs: map[string][]seatShort{}}
	s.basisReports(d, &out)
	c := s.now()
	contacts := world{snapshotOf(d.after), c.duties, c.at}.contacts(d.who)
	for _, grid := range d.after.Areas(geo.Grid) {
		for _, seat := range contacts.seats(grid) {
			if seat.Post == patrol.GridChief {
				out.Chiefs[grid.Ref().String()] = append(out.Chiefs[grid.Ref().String()], seat)
			}
		}
	}
	if err := s.logContacts(r.Context(), contacts, "plan", d.ID.String()); err != nil {
		return err
	}
	setPlanTag(w, &d.Plan)
	return writeJSON(w, http.StatusOK, out)
}

func answerHomes(homes []redraw.Home) basisHomes {
	n := len(homes)
	out := basisHomes{make([]int32, n), make([]int32, n), make([]int32, n)}
	for i, h := range homes {
		out.Lon[i], out.Lat[i], out.Hundredths[i] = h.At.Lon, h.At.Lat, h.Hundredths
	}
	return out
}

// basisReports fills in the reports of the window and all open ones, as far as
// the caller sees them where they are.
func (s *Server) basisReports(d *drawn, out *basisAnswer) {
	now := s.cfg.Now()
	from := now.Add(-time.Duration(out.Days) * 24 * time.Hour).UnixMicro()
	reports := s.cfg.Counted.Current()
	kinds := reports.Kinds()
	category, open := make([]int, len(kinds)), make([]int, len(kinds))
	for i, k := range kinds {
		at := slices.Index(out.Categories, k.Category)
		if at < 0 {
			at = len(out.Categories)
			out.Categories = append(out.Categories, k.Category)
		}
		category[i] = at
		if patrol.Status(k.Status).Open() {
			open[i] = 1
		}
	}
	type row struct {
		at   int64
		q    geo.LatticePoint
		kind uint16
	}
	all := []row{}
	for p := range reports.Parts() {
		for i, at := range p.At {
			if (at >= from || open[p.Kinds[i]] == 1) && d.mayPlace(p.Points[i]) {
				all = append(all, row{at, p.Points[i], p.Kinds[i]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b row) int { return cmp.Compare(b.at, a.at) })
	out.LeftOut = max(len(all)-maxBasisReports, 0)
	all = all[:len(all)-out.LeftOut]
	n := len(all)
	out.Reports = basisReports{make([]int32, n), make([]int32, n), make([]int, n), make([]int, n), make([]int, n)}
	for i, r := range all {
		age := max(now.UnixMicro()-r.at, 0) / (24 * time.Hour).Microseconds()
		out.Reports.Lon[i], out.Reports.Lat[i], out.Reports.AgeDays[i] = r.q.Lon, r.q.Lat, int(age)
		out.Reports.Open[i], out.Reports.Category[i] = open[r.kind], category[r.kind]
	}
}

// mayPlace reports whether the caller may know that there is a report.
func (d *drawn) mayPlace(q geo.LatticePoint) bool {
	if !access.Can(d.who, access.ReadDescriptions) {
		return false
	}
	if d.who.Scope.All {
		return true
	}
	m := d.before.LocateLattice(q)
	return d.who.Scope.Covers(areaIDs(&m))
}
