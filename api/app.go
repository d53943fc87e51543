package api

import (
	"net/http"

	"github.com/gridpatrol/gridpatrol/geo"
)

// MaxPhotoBytes is the largest picture file that is taken.
const MaxPhotoBytes = 20 << 20

// appAnswer is what the web application has to know of its server before it
// shows anything. It is the same for everybody.
type appAnswer struct {
	District  appDistrict  `json:"district"`
	Bounds    *[4]float64  `json:"bounds"` // west, south, east, north in degrees; null before the first publish
	Public    Public       `json:"public"`
	Revision  int          `json:"revision"` // 0 before the first publish
	Synthetic bool         `json:"synthetic"`
	TimeZone  string       `json:"time_zone"`
	PublicURL *string      `json:"public_url"`
	Photos    appPhotos    `json:"photos"`
	Basemap   *BasemapInfo `json:"basemap"`
	Version   string       `json:"version"`
	Tracks    *TrackDays   `json:"tracks,omitempty"`
}

// appDistrict names the district; Name is empty before the first publish.
type appDistrict struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	NameEn string `json:"name_en,omitempty"`
}

// appPhotos says how many pictures a report may have, and how large each file.
type appPhotos struct {
	Max      int `json:"max"`
	MaxBytes int `json:"max_bytes"`
}

// app answers GET /api/v1/app.
func (s *Server) app(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	if s.cfg.Boundaries.Current() == nil {
		return fail("unavailable", "boundaries are being loaded")
	}
	return writeTagged(w, r, "application/json", s.appAnswer())
}

func (s *Server) appAnswer() appAnswer {
	world := world{Snapshot: s.cfg.Boundaries.Current()}
	out := appAnswer{
		District: appDistrict{Code: s.cfg.District}, Public: s.cfg.Public, Revision: world.Revision.Number,
		Synthetic: world.invented(), TimeZone: s.cfg.TimeZone, Photos: appPhotos{maxPhotos, MaxPhotoBytes},
		Basemap: s.cfg.Basemap, Version: s.cfg.Version,
	}
	if s.cfg.Tracks != nil {
		out.Tracks = &s.cfg.TrackDays
	}
	if s.cfg.PublicURL != "" {
		out.PublicURL = &s.cfg.PublicURL
	}
	if districts := world.Index.Areas(geo.District); len(districts) > 0 {
		out.District.Name, out.District.NameEn = districts[0].Name, districts[0].NameEn
	}
	if world.Index.Len() > 0 {
		b := world.Index.Bound()
		out.Bounds = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	return out
}
