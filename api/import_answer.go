package api

import (
	"context"
	"errors"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// importAnswer is an import as the page sees it.
type importAnswer struct {
	ID       geo.ID                `json:"id"`
	Version  int64                 `json:"version"`
	What     string                `json:"what"`
	State    string                `json:"state"`
	Files    []uploadedFile        `json:"files"`
	SHA256   string                `json:"sha256"`
	Layers   []layerAnswer         `json:"layers,omitempty"`
	Fields   []fieldAnswer         `json:"fields,omitempty"`
	Options  importOptionsAnswer   `json:"options"`
	Progress *importProgressAnswer `json:"progress"`
	Report   *ingest.Report        `json:"report"`
	Error    *problem              `json:"error"`
	Plan     *geo.ID               `json:"plan"`
	Revision *int                  `json:"revision"`
	Created  time.Time             `json:"created_at"`
	Expires  time.Time             `json:"expires_at"`
}

type fieldAnswer struct {
	Name     string `json:"name"`
	Required bool   `json:"required"`
}

// layerAnswer is a layer, with what it seems to hold.
type layerAnswer struct {
	Index        int                  `json:"index"`
	Name         string               `json:"name"`
	Format       string               `json:"format"`
	Features     int                  `json:"features"` // -1 where the file does not say
	Geometry     string               `json:"geometry"`
	Hidden       bool                 `json:"hidden,omitempty"`
	CRS          crsAnswer            `json:"crs"`
	Encoding     string               `json:"encoding"`
	EncodingFrom string               `json:"encoding_from"`
	Columns      []columnAnswer       `json:"columns"`
	Kind         geo.Kind             `json:"kind,omitempty"` // of areas: what they seem to be
	Problems     []*importers.Problem `json:"problems"`
	guessed      ingest.Guessed
}

type crsAnswer struct {
	CRS     geo.CRS            `json:"crs"` // empty: not known
	Text    string             `json:"text"`
	From    string             `json:"from"`
	Problem *importers.Problem `json:"problem,omitempty"`
}

type columnAnswer struct {
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
	Field   string   `json:"field,omitempty"` // what it seems to hold
}

type importOptionsAnswer struct {
	Kind     geo.Kind          `json:"kind,omitempty"`
	Layer    string            `json:"layer"`
	CRS      string            `json:"crs"`
	Encoding string            `json:"encoding"`
	Columns  map[string]string `json:"map"`
	Repairs  []string          `json:"repair"`
	Partial  bool              `json:"partial"`
	Plan     *geo.ID           `json:"plan"`
}

type importProgressAnswer struct {
	Stage     string   `json:"stage"`
	Done      int64    `json:"done"`
	Of        int64    `json:"of"` // -1 where it is not known
	PerSecond float64  `json:"per_second"`
	Remaining *float64 `json:"remaining_s"` // null where it is not known
}

// sampleRows is how many rows of a layer are looked at to tell what its columns
// hold, and sampleTexts how many different values are shown of each.
const sampleRows, sampleTexts = 50, 5

// look opens the upload and notes its layers, with what they seem to hold.
func (j *importJob) look(ctx context.Context) error {
	src, err := j.open(ctx, importers.OpenOptions{})
	if err != nil {
		return err
	}
	defer src.Close()
	if j.layers, err = layersOf(ctx, src, j.what); err != nil {
		return err
	}
	j.suggest()
	return nil
}

// layersOf describes the layers of an opened upload.
func layersOf(ctx context.Context, src importers.Source, what string) (out []layerAnswer, err error) {
	for i := range src.Layers() {
		layer := &src.Layers()[i]
		rows, err := ingest.Sample(ctx, src, i, sampleRows)
		// What is wrong further down is for the check to say, with everything else.
		if err != nil && !errors.Is(err, geo.ErrInvalid) {
			return nil, err
		}
		out = append(out, answerLayer(i, layer, rows, guess(what, layer, rows)))
	}
	return out, nil
}

// guess says what a layer seems to hold.
func guess(what string, layer *importers.Layer, rows [][]importers.Value) ingest.Guessed {
	if what == ingest.WhatAreas {
		return ingest.Guess(*layer, rows)
	}
	columns, _ := ingest.FindColumns(ingest.Fields(what), layer.Columns, nil) // nothing is asked for, so nothing is missing
	return ingest.Guessed{Columns: columns.Names()}
}

func answerLayer(i int, l *importers.Layer, rows [][]importers.Value, guessed ingest.Guessed) layerAnswer {
	out := layerAnswer{
		Index: i, Name: l.Name, Format: l.Format, Features: l.Features, Geometry: l.Geometry, Hidden: l.Hidden,
		CRS: crsAnswer{CRS: l.CRS.CRS, Text: l.CRS.Text, From: l.CRS.From}, Encoding: l.Encoding, EncodingFrom: l.EncodingFrom,
		Columns: make([]columnAnswer, len(l.Columns)), Kind: guessed.Kind, Problems: []*importers.Problem{}, guessed: guessed,
	}
	errors.As(l.CRS.Err, &out.CRS.Problem)
	for k := range l.Problems {
		out.Problems = append(out.Problems, &l.Problems[k])
	}
	for c, name := range l.Columns {
		out.Columns[c] = columnAnswer{Name: name, Samples: samplesOf(rows, c)}
		for field, column := range guessed.Columns {
			if column == name {
				out.Columns[c].Field = field
			}
		}
	}
	return out
}

// samplesOf gives the first different values of a column.
func samplesOf(rows [][]importers.Value, column int) []string {
	out := []string{}
	seen := map[string]bool{"": true}
	for _, row := range rows {
		if column >= len(row) || seen[row[column].Text] {
			continue
		}
		text := row[column].Text
		seen[text] = true
		if runes := []rune(text); len(runes) > 80 {
			text = string(runes[:80]) + "…"
		}
		if out = append(out, text); len(out) == sampleTexts {
			break
		}
	}
	return out
}

// suggest fills in the options of the layer that an import most likely means:
// the first that is shown and has what is needed.
func (j *importJob) suggest() {
	best := -1
	for i := range j.layers {
		l := &j.layers[i]
		if best < 0 || !l.Hidden && (j.layers[best].Hidden || len(l.guessed.Columns) > len(j.layers[best].guessed.Columns)) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	l := &j.layers[best]
	j.options.Layer, j.options.Columns = l.Name, l.guessed.Columns
	if j.what == ingest.WhatAreas {
		j.options.Kind = l.guessed.Kind
	}
}

// answerImport writes an import for its owner; layers only where they are asked
// for.
func (s *Server) answerImport(j *importJob, whole bool) importAnswer {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := importAnswer{
		ID: j.id, Version: j.version, What: j.what, State: j.state, Files: j.files, SHA256: j.sum,
		Options: importOptionsAnswer{
			Kind: j.options.Kind, Layer: j.options.Layer, CRS: j.options.CRS, Encoding: j.options.Encoding,
			Columns: j.options.Columns, Repairs: j.options.Repairs, Partial: j.options.Partial,
		},
		Progress: answerProgress(j.progress, s.cfg.Now()), Report: j.checked.Report, Created: j.began, Expires: j.expires,
	}
	if whole {
		out.Layers = j.layers
		for _, f := range ingest.Fields(j.what) {
			out.Fields = append(out.Fields, fieldAnswer{f.Name, f.Required})
		}
	}
	if out.Options.Columns == nil {
		out.Options.Columns = map[string]string{}
	}
	if out.Options.Repairs == nil {
		out.Options.Repairs = []string{}
	}
	if j.options.Plan != (geo.ID{}) {
		out.Options.Plan = &j.options.Plan
	}
	if j.failure != nil && !errors.Is(j.failure, context.Canceled) {
		p := problemOf(importFailure(j.failure))
		out.Error = &p
	}
	if j.done.Plan != (geo.ID{}) {
		out.Plan = &j.done.Plan
	}
	if j.revision > 0 {
		out.Revision = &j.revision
	}
	return out
}

func answerProgress(p *importProgress, now time.Time) *importProgressAnswer {
	if p == nil {
		return nil
	}
	out := &importProgressAnswer{Stage: p.stage, Done: p.done, Of: p.of}
	if spent := p.at.Sub(p.began).Seconds(); spent > 0 && p.done > 0 {
		out.PerSecond = float64(p.done) / spent
		if p.of >= p.done {
			left := float64(p.of-p.done) / out.PerSecond
			left = max(0, left-now.Sub(p.at).Seconds())
			out.Remaining = &left
		}
	}
	return out
}
