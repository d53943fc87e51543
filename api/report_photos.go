package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// sentPhoto is a photo that was sent, for a report or with an event. Its file
// waits on disk without a name: see sentPhotos.keep.
type sentPhoto struct {
	source   []byte // SHA-256 of the file as it was sent
	file     StagedPhoto
	photo    patrol.Photo
	position *orb.Point // lon/lat in degrees, WGS 84; nil where unknown
	takenAt  time.Time  // zero where unknown
}

// sentPhotos are in the order they were sent in. Whoever read them owes them a
// discard.
type sentPhotos []sentPhoto

// keep gives the files their names, just before what they belong to is
// committed: a photo without a row harms nobody, a row without its photo would.
// Keeping them again changes nothing.
func (p sentPhotos) keep() error {
	for _, photo := range p {
		if err := photo.file.Keep(); err != nil {
			return err
		}
	}
	return nil
}

// discard takes the files away that were not kept: what is refused leaves
// nothing behind.
func (p sentPhotos) discard() {
	for _, photo := range p {
		photo.file.Discard()
	}
}

// stored gives the photos as they are stored; numbers and events are still to
// come.
func (p sentPhotos) stored() []patrol.Photo {
	var out []patrol.Photo
	for _, photo := range p {
		out = append(out, photo.photo)
	}
	return out
}

// readPhotos reads the photo parts of a form that was parsed. One that cannot
// be taken is named, and then there are none.
func (s *Server) readPhotos(r *http.Request) (photos sentPhotos, err error) {
	defer func() {
		if err != nil {
			photos.discard()
			photos = nil
		}
	}()
	var bad faults
	code := ""
	for i, header := range r.MultipartForm.File["photo"] {
		if err := s.pictures.Acquire(r.Context(), 1); err != nil {
			return photos, err
		}
		photo, err := s.readPhotoPart(r.Context(), header)
		s.pictures.Release(1)
		var problem *geo.Problem
		if errors.As(err, &problem) && errors.Is(err, geo.ErrInvalid) {
			if code = problem.Code; problems[code].status == 0 {
				code = "photo-damaged"
			}
			bad.impossible(fmt.Sprintf("/photo/%d", i), "%s", problem.Detail)
			continue
		}
		if err != nil {
			return photos, err
		}
		photos = append(photos, photo)
	}
	if len(bad.fields) == 0 {
		return photos, nil
	}
	return photos, fail(code, "a photo cannot be taken", bad.fields...)
}

// readPhotoPart reads one photo, takes the hash of the file it came in, and
// puts the picture on disk, so that no more than one is in memory.
func (s *Server) readPhotoPart(ctx context.Context, header *multipart.FileHeader) (sentPhoto, error) {
	file, err := header.Open()
	if err != nil {
		return sentPhoto{}, err
	}
	defer file.Close()
	hash := sha256.New()
	p, err := s.cfg.Photos.Read(ctx, io.TeeReader(file, hash))
	if err != nil {
		return sentPhoto{}, err
	}
	// The reader may have stopped at the end of the picture.
	if _, err := io.Copy(hash, file); err != nil {
		return sentPhoto{}, err
	}
	staged, err := s.cfg.Photos.Stage(ctx, p)
	if err != nil {
		return sentPhoto{}, err
	}
	return sentPhoto{source: hash.Sum(nil), file: staged, position: p.Position, takenAt: p.TakenAt, photo: patrol.Photo{
		SHA256: staged.Sum(), Bytes: int64(len(p.JPEG)), Width: p.Width, Height: p.Height}}, nil
}

// readPhoto answers GET /api/v1/reports/{id}/photos/{n}: for those who may read
// the report in full, and, as far as it is for them to see, for whoever has its
// secret.
func (s *Server) readPhoto(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	report, _, view, err := s.findReport(r)
	if err != nil {
		return err
	}
	if view == viewPublic {
		return errNotFound("photo")
	}
	n, err := strconv.Atoi(mux.Vars(r)["n"])
	if err != nil {
		return errNotFound("photo")
	}
	for _, p := range report.Photos {
		if p.Number != n || !view.shows(&p) {
			continue
		}
		file, err := s.cfg.Photos.Open(p.SHA256)
		if err != nil {
			s.log.WarnContext(r.Context(), "a stored photo cannot be read; servers of one district share the directory of photos", "report", report.ID, "photo", n, "error", err)
			return err
		}
		defer file.Close()
		h := w.Header()
		h.Set("Content-Type", "image/jpeg")
		// Asked for again every time: who signs in next at the same browser may not see it.
		h.Set("Cache-Control", "private, no-cache")
		h.Add("Vary", "X-Follow-Secret")
		h.Set("ETag", `"`+hex.EncodeToString(p.SHA256)+`"`)
		http.ServeContent(w, r, "", report.CreatedAt, file)
		return nil
	}
	return errNotFound("photo")
}

// view is how much of a report somebody gets to see.
type view int

const (
	viewPublic view = iota // category, state, dates, areas, a coarse position
	viewOwn                // what its sender sent, and how far it is; nobody's name
	viewFull               // everything but who sent it
)

// shows reports whether a photo is in the view.
func (v view) shows(p *patrol.Photo) bool {
	return v == viewFull || v == viewOwn && p.EventType.ForReporter()
}

// viewOf gives the view of a signed-in caller.
func viewOf(p access.Principal) view {
	if access.Can(p, access.ReadDescriptions) {
		return viewFull
	}
	return viewPublic
}
