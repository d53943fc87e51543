package api

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// attempts is how often a report is routed anew when boundaries or duties
// change between routing and writing it.
const attempts = 5

// createReport answers POST /api/v1/reports: a report comes in, the areas that
// cover it are found, posts are named, and report and decision are stored. It
// is answered when they are safe.
func (s *Server) createReport(w http.ResponseWriter, r *http.Request) error {
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	cmd, err := s.parseReport(r)
	if err != nil {
		return err
	}
	defer cmd.photos.discard()
	principal := PrincipalFrom(r.Context())
	if err := s.onPatrol(r, cmd, principal); err != nil {
		return err
	}
	stored, replayed, err := s.accept(r.Context(), cmd, principal, key)
	if err != nil {
		return err
	}
	return s.answerCreated(w, r, stored, replayed)
}

// accept routes a report and stores it, and again where boundaries or duties
// changed in between.
func (s *Server) accept(ctx context.Context, cmd *reportCommand, p access.Principal, key string) (patrol.Report, bool, error) {
	for attempt := 1; ; attempt++ {
		world := s.now()
		report, err := routed(world, cmd)
		if err != nil {
			return patrol.Report{}, false, err
		}
		intake := patrol.Intake{
			Report: report, Shown: world.duties.Rulebook.Shown(report.Category, report.Point), Contact: cmd.contact, Actor: actorOf(p), Patrol: cmd.patrol,
		}
		if key != "" {
			intake.KeyHash, intake.RequestHash = keyHash(p, key), cmd.hash()
		}
		if err := cmd.photos.keep(); err != nil {
			return patrol.Report{}, false, err
		}
		stored, replayed, err := s.cfg.Reports.Accept(ctx, intake)
		if !errors.Is(err, patrol.ErrStale) {
			return stored, replayed, err
		}
		if attempt == attempts {
			return patrol.Report{}, false, fail("unavailable", "boundaries change faster than the report can be routed; send it again")
		}
		if err := errors.Join(s.cfg.Boundaries.Refresh(ctx), s.cfg.Duties.Refresh(ctx)); err != nil {
			return patrol.Report{}, false, err
		}
	}
}

// routed makes a report of a command: where it lies, who answers for it, until
// when. The world is the one it is decided in.
func routed(w world, cmd *reportCommand) (patrol.Report, error) {
	at := w.duties.Moment(w.at).Truncate(time.Microsecond)
	category, ok := w.duties.Rulebook.Category(cmd.category)
	if !ok {
		return patrol.Report{}, fail("unknown-category", "there is no category of that code; GET /api/v1/categories lists them",
			geo.FieldError{Pointer: cmd.at + "/category", Detail: "is not known"})
	}
	match, ok := w.Index.Locate(cmd.point)
	if !ok || match.Area(geo.District) == nil {
		return patrol.Report{}, outside(w, cmd)
	}
	decision, err := patrol.Dispatch(w.duties, patrol.Routing{
		Point: cmd.point, Match: match, Revision: w.Revision.Number,
		EdgeDistanceM: w.Index.EdgeDistanceM(geo.Grid, cmd.point), Category: category, At: at,
	})
	if err != nil {
		return patrol.Report{}, unprocessable(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return patrol.Report{}, err
	}
	status, due, hardDue := w.duties.Rulebook.Start(category, at)
	photos := cmd.photos.stored()
	for i := range photos {
		photos[i].Number, photos[i].Event, photos[i].EventType = i+1, 1, patrol.EventCreate
	}
	return patrol.Report{
		ID: id, Category: category.Code, Description: cmd.description,
		Point: cmd.point, Raw: cmd.raw, RawCRS: string(cmd.crs), AccuracyM: cmd.accuracyM, Source: "api",
		ObservedAt: cmd.observedAt, CreatedAt: at, UpdatedAt: at, Status: status, DueAt: due, HardDueAt: hardDue,
		Version: 1, Decision: decision, Photos: photos, HasContact: !cmd.contact.Empty(),
	}, nil
}

// outside is the error for a position outside the district. It says so where
// lon and lat look swapped.
func outside(w world, cmd *reportCommand) error {
	detail := fmt.Sprintf("lon %.7f, lat %.7f lies outside the district", cmd.point[0], cmd.point[1])
	if cmd.crs != geo.WGS84 {
		detail += " (converted from " + string(cmd.crs) + ")"
	}
	if p, err := onLattice(cmd.crs, orb.Point{cmd.raw[1], cmd.raw[0]}); err == nil {
		if m, ok := w.Index.Locate(p); ok && m.Area(geo.District) != nil {
			detail += "; lon and lat look swapped"
		}
	}
	return fail("outside-district", detail, geo.FieldError{Pointer: cmd.positionAt, Detail: "lies outside the district"})
}

// idempotencyKey reads the header; empty where it is missing.
func idempotencyKey(r *http.Request) (string, error) {
	values, ok := r.Header["Idempotency-Key"]
	if !ok {
		return "", nil
	}
	bad := fail("invalid-idempotency-key", "an Idempotency-Key is 1 to 255 visible ASCII characters")
	if len(values) != 1 || len(values[0]) == 0 || len(values[0]) > 255 {
		return "", bad
	}
	for _, c := range []byte(values[0]) {
		if c <= ' ' || c > '~' {
			return "", bad
		}
	}
	return values[0], nil
}

// keyHash gives the hash by which a key is kept: of the client and the key.
// Without an account the key stands for itself.
func keyHash(p access.Principal, key string) []byte {
	client := ""
	if p.SignedIn() {
		client = p.Kind + ":" + p.ID.String()
	}
	h := sha256.New()
	writeHashed(h, client)
	writeHashed(h, key)
	return h.Sum(nil)
}

// hash gives the hash of what was asked for, whichever form it came in, so that
// the same key with something else is noticed.
func (c *reportCommand) hash() []byte {
	h := sha256.New()
	for _, s := range []string{c.category, c.description, string(c.crs), c.contact.Name, c.contact.Phone, c.observedAt.Format(time.RFC3339Nano)} {
		writeHashed(h, s)
	}
	// Fixed sizes, so that nothing runs into another; writing to a hash never fails.
	_ = binary.Write(h, binary.BigEndian, []float64{c.raw[0], c.raw[1], c.accuracyM})
	for _, p := range c.photos {
		h.Write(p.source)
	}
	if c.patrol != (geo.ID{}) {
		h.Write(c.patrol[:])
	}
	return h.Sum(nil)
}

// writeHashed writes a string with its length before it.
func writeHashed(h interface{ Write([]byte) (int, error) }, s string) {
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
	_, _ = h.Write([]byte(s))
}

// answerCreated answers 201 with the report and the secret to follow it by,
// which nothing else ever shows.
func (s *Server) answerCreated(w http.ResponseWriter, r *http.Request, stored patrol.Report, replayed bool) error {
	c := s.now().contacts(PrincipalFrom(r.Context()))
	body := c.report(&stored, viewOwn)
	body.Properties.FollowSecret = s.cfg.Reports.FollowSecret(stored.ID)
	if err := s.logContacts(r.Context(), c, "report", stored.ID.String()); err != nil {
		// The report is safe and its sender must learn so; the names can wait.
		s.log.ErrorContext(r.Context(), "names left out of an answer", "error", err)
		c.principal = access.Anonymous()
		secret := body.Properties.FollowSecret
		body = c.report(&stored, viewOwn)
		body.Properties.FollowSecret = secret
	}
	outcome := "new"
	if replayed {
		outcome = "again"
		w.Header().Set("Idempotency-Replayed", "true")
	}
	s.metrics.reports.WithLabelValues(outcome).Inc()
	w.Header().Set("Location", s.baseURL(r)+"/api/v1/reports/"+stored.ID.String())
	w.Header().Set("Cache-Control", "no-store")
	return writeGeoJSON(w, http.StatusCreated, body)
}
