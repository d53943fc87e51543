package api

import (
	"bufio"
	"context"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// exportsAtOnce is how many collections are written at one time for people without an
// account, and as many for others; exportTime is how long one may take.
const (
	exportsAtOnce = 4
	exportTime    = 30 * time.Minute
)

// exportPosts answers GET /api/v1/export/posts.
func (s *Server) exportPosts(w http.ResponseWriter, r *http.Request) error {
	return s.export(w, r, exportPosts)
}

// exportRoster answers GET /api/v1/export/roster.
func (s *Server) exportRoster(w http.ResponseWriter, r *http.Request) error {
	return s.export(w, r, exportRoster)
}

// exportBodies answers GET /api/v1/export/committees.
func (s *Server) exportBodies(w http.ResponseWriter, r *http.Request) error {
	return s.export(w, r, exportBodies)
}

// exportCheckpoints answers GET /api/v1/export/checkpoints.
func (s *Server) exportCheckpoints(w http.ResponseWriter, r *http.Request) error {
	return s.export(w, r, exportPlaces)
}

// exportCollection answers GET /api/v1/export/{collection}.
func (s *Server) exportCollection(w http.ResponseWriter, r *http.Request) error {
	return s.export(w, r, mux.Vars(r)["collection"])
}

// export answers with a whole collection as a file, however long that takes a client
// that goes on reading.
func (s *Server) export(w http.ResponseWriter, r *http.Request, collection string) error {
	q := newQuery(r)
	format, err := importers.ParseFormat(q.text("format", 20))
	if err != nil {
		q.unread("format", "must be geojson, gpkg, csv or xlsx")
	}
	crs, err := importers.ParseTableCRS(q.text("crs", 20))
	if err != nil {
		q.unread("crs", "must be 4326, 4490 or 4551")
	}
	at, plan := q.world()
	if err := q.err(); err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	places := s.exporting[0]
	if p.SignedIn() {
		places = s.exporting[1]
	}
	if !places.TryAcquire(1) {
		return &fault{Problem: geo.Problem{Code: "unavailable", Detail: "other exports are being written; try again in a moment"}, retryAfter: 5}
	}
	defer places.Release(1)
	ctx, cancel := context.WithTimeout(r.Context(), exportTime)
	defer cancel()
	r = r.WithContext(ctx)
	from := Exports{s.cfg.Boundaries, s.cfg.Duties, s.cfg.Reports, s.cfg.ReadLog, s.cfg.Patrols, s.cfg.Now}
	table, err := from.Table(ctx, Exporter{p, actorOf(p)}, ExportQuery{collection, at, plan})
	if err != nil {
		return err
	}
	out := &download{w: w, to: patient{w, http.NewResponseController(w)}, table: table, format: format, crs: crs}
	switch {
	case r.Method == http.MethodHead:
		out.begin()
		return nil
	case format.Streams():
		return out.stream(r)
	}
	return out.file(r)
}

// download is a file on its way to a client.
type download struct {
	w      http.ResponseWriter
	to     io.Writer
	table  *importers.Table
	format importers.Format
	crs    geo.CRS
	begun  bool
}

// begin writes the head of the answer.
func (d *download) begin() {
	if d.begun {
		return
	}
	d.begun = true
	h := d.w.Header()
	h.Set("Content-Type", d.format.MediaType())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.table.FileName(d.format, d.crs)}))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	d.w.WriteHeader(http.StatusOK)
}

// Write sends bytes, after the head.
func (d *download) Write(b []byte) (int, error) {
	d.begin()
	return d.to.Write(b)
}

// stream sends the table as it is written. What fails before anything has left is
// an answer of its own; afterwards the connection is cut, so that nobody takes the
// part for the whole.
func (d *download) stream(r *http.Request) error {
	buffer := bufio.NewWriterSize(d, 64<<10)
	err := d.table.Write(r.Context(), buffer, d.format, d.crs, "")
	if err == nil {
		err = buffer.Flush()
	}
	if err != nil && d.begun {
		panic(http.ErrAbortHandler)
	}
	return err
}

// file writes the table to a file that has no name first.
func (d *download) file(r *http.Request) (err error) {
	f, err := os.CreateTemp("", "gridpatrol-export-")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it is only read by then
	// Without a name it is gone with the process, however that ends.
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	if err := d.table.Write(r.Context(), f, d.format, d.crs, ""); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	d.w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	for left := size; left > 0; {
		n, err := io.CopyN(d, f, min(left, 1<<20))
		if left -= n; err != nil || r.Context().Err() != nil && left > 0 {
			panic(http.ErrAbortHandler)
		}
	}
	return nil
}
