package ingest

import "github.com/gridpatrol/gridpatrol/importers"

// Report is what an import found, as `--report` writes it.
type Report struct {
	File         string `json:"file"`
	SHA256       string `json:"sha256"` // of the file, or of the parts of a set by name; hexadecimal
	Importer     string `json:"importer"`
	Layer        string `json:"layer"`
	CRS          string `json:"crs"`      // EPSG:n, gcj02 or bd09
	CRSFrom      string `json:"crs_from"` // "option", or as importers.CRSHint.From
	Encoding     string `json:"encoding"`
	EncodingFrom string `json:"encoding_from"`
	// Columns says which column each field was read from.
	Columns map[string]string `json:"columns"`

	FeaturesRead int `json:"features_read"`
	FeaturesOK   int `json:"features_ok"` // without an error
	New          int `json:"new"`
	Changed      int `json:"changed"`
	Unchanged    int `json:"unchanged"`
	Gone         int `json:"gone"`

	// GapsLeftOut are gaps that are not among the problems, since features with
	// faults, or missing ones, belong there; with their land in square metres.
	GapsLeftOut   int     `json:"gaps_left_out,omitempty"`
	GapsLeftOutM2 float64 `json:"gaps_left_out_m2,omitempty"`

	Problems []*importers.Problem `json:"problems"`
	// Repairs are what the repairs that were asked for did; and, as "share-corners"
	// without a feature, the areas in force that get corners of the file.
	Repairs []Repaired `json:"repairs,omitempty"`
	// Truncated is how many further problems were found beyond those listed.
	Truncated int `json:"problems_not_listed,omitempty"`
}

// Errors counts the problems that keep the file from being taken.
func (r *Report) Errors() (n int) {
	for _, p := range r.Problems {
		if !p.Warning {
			n++
		}
	}
	return n
}

// Repaired is one feature that a repair changed.
type Repaired struct {
	Feature int     `json:"feature"`
	Code    string  `json:"code"`
	Repair  string  `json:"repair"`
	MovedM2 float64 `json:"moved_m2"` // land gained or lost
	MovedM  float64 `json:"moved_m"`  // the longest way a node went
	Detail  string  `json:"detail"`
}
