package ingest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// brokenSource is a layer that ends with an error.
type brokenSource struct {
	*layerSource
	err error
}

func (s brokenSource) Records(ctx context.Context, layer int, each func(*importers.Record) error) error {
	return cmp.Or(s.layerSource.Records(ctx, layer, each), s.err)
}

// Damage in a column that is not read keeps no area out, damage in one that is
// does; and of a file that breaks off the rest is checked.
func TestAreasBroken(t *testing.T) {
	district := ofKind(demoAreas(t), geo.District)
	damaged := func(column string) importers.Problem {
		return importers.Problem{Problem: importers.ProblemValueDamaged, Detail: "no text", Values: map[string]any{"column": column}}
	}
	src := layerOf(t, geo.WGS84, district...)
	src.layer.Columns = append(slices.Clone(src.layer.Columns), "REMARK")
	src.records[0].Problems = []importers.Problem{damaged("REMARK")}
	set := importAreas(t, src, nil, Options{Kind: geo.District})
	if set.Report.Errors() != 0 || len(set.New) != 1 {
		t.Errorf("damage in REMARK: %s", tell(set))
	}
	src.records[0].Problems = []importers.Problem{damaged("name")}
	if set = importAreas(t, src, nil, Options{Kind: geo.District}); set.Report.Errors() != 1 || set.Report.Problems[0].Problem != importers.ProblemValueDamaged {
		t.Errorf("damage in the name: %s", tell(set))
	}
	src.records[0].Problems = nil
	src.records[0].Values[1] = importers.Value{Text: strings.Repeat("长", 100), Type: importers.Text}
	cut := &importers.Problem{Problem: importers.ProblemFileTruncated, Detail: "cut"}
	set = importAreas(t, brokenSource{src, cut}, nil, Options{Kind: geo.District})
	if got := groundProblems(&set.Report); !slices.Equal(got, []string{importers.ProblemFileTruncated, importers.ProblemValueDamaged}) {
		t.Errorf("a file that is cut: %s", tell(set))
	}
	// Whatever it lacks: what was read is right, and no more is told than that it breaks off.
	villages := town()
	villages.records = villages.records[:5]
	set = importAreas(t, brokenSource{villages, cut}, townBasis(t), Options{Kind: geo.Village})
	if got := groundProblems(&set.Report); !slices.Equal(got, []string{importers.ProblemFileTruncated}) || set.Report.FeaturesRead != 5 || set.Report.FeaturesOK != 5 || set.Report.GapsLeftOut == 0 {
		t.Errorf("five of eight villages: %s", tell(set))
	}
	other := errors.New("no disk")
	if _, err := Areas(t.Context(), brokenSource{src, other}, AreaBasis{District: "220112"}, Options{Kind: geo.District}); !errors.Is(err, other) {
		t.Errorf("another error gives %v", err)
	}
}
