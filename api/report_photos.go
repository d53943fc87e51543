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

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// sentPhoto is a photo of a report on its way to the disk.
type sentPhoto struct {
	source  []byte // SHA-256 of the file as it was sent
	picture Picture
}

// readPhotos reads the photo parts. The position of the first that has one
// serves where the report gives none, and so does its time.
func (s *Server) readPhotos(r *http.Request, cmd *reportCommand) error {
	var bad faults
	code := ""
	for i, header := range r.MultipartForm.File["photo"] {
		if err := s.pictures.Acquire(r.Context(), 1); err != nil {
			return err
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
			return err
		}
		cmd.photos = append(cmd.photos, photo)
		p := photo.picture
		if p.Position != nil && !cmd.located {
			cmd.raw, cmd.crs, cmd.located, cmd.positionAt = *p.Position, geo.WGS84, true, fmt.Sprintf("/photo/%d", i)
			if cmd.point, err = onLattice(geo.WGS84, cmd.raw); err != nil {
				return err
			}
		}
		if cmd.observedAt.IsZero() && !p.TakenAt.After(s.cfg.Now()) {
			cmd.observedAt = p.TakenAt.UTC()
		}
	}
	if len(bad.fields) == 0 {
		return nil
	}
	return fail(code, "a photo cannot be taken", bad.fields...)
}

// readPhotoPart reads one photo and takes the hash of the file it came in.
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
	return sentPhoto{hash.Sum(nil), p}, nil
}

// keepPhotos puts the photos on disk before the report names them: a photo
// without a report harms nobody, a report without its photo would.
func (s *Server) keepPhotos(ctx context.Context, cmd *reportCommand) error {
	for i, p := range cmd.photos {
		sum, err := s.cfg.Photos.Save(ctx, p.picture)
		if err != nil {
			return err
		}
		cmd.stored = append(cmd.stored, patrol.Photo{
			Number: i + 1, SHA256: sum, Bytes: int64(len(p.picture.JPEG)), Width: p.picture.Width, Height: p.picture.Height,
		})
		cmd.photos[i].picture.JPEG = nil // may be large
	}
	return nil
}

// readPhoto answers GET /api/v1/reports/{id}/photos/{n}: for those who may read
// the report in full, and for whoever has its secret.
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
		if p.Number != n {
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
		h.Set("Cache-Control", "private, max-age=3600")
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

// viewOf gives the view of a signed-in caller.
func viewOf(p access.Principal) view {
	if access.Can(p, access.ReadDescriptions) {
		return viewFull
	}
	return viewPublic
}
