package ingest

import (
	"context"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// covered is a layer with another before it that has no areas, as a workbook with
// a title page.
type covered struct{ *layerSource }

func (s covered) Layers() []importers.Layer {
	return append([]importers.Layer{{Name: "封面", Columns: []string{"说明"}, Features: 1}}, s.layerSource.Layers()...)
}

func (s covered) Records(ctx context.Context, layer int, each func(*importers.Record) error) error {
	if layer == 0 {
		return each(&importers.Record{Number: 1, Values: []importers.Value{{Text: "村界表", Type: importers.Text}}})
	}
	return s.layerSource.Records(ctx, layer-1, each)
}

// TestAreasLayer: of several layers the one with codes is meant.
func TestAreasLayer(t *testing.T) {
	s := town()
	s.layer.Geometry = ""
	set := importAreas(t, covered{s}, townBasis(t), Options{Kind: geo.Village})
	if set.Report.Layer != "村界" || set.Report.FeaturesRead != 8 || set.Report.Errors() != 0 {
		t.Errorf("layer %q: %s", set.Report.Layer, tell(set))
	}
}

// TestFindLayerFolders: the folders of a KML file are read together, unless one is named.
func TestFindLayerFolders(t *testing.T) {
	s := folders{}
	if i, err := FindLayer(s, "", nil); err != nil || i != 2 {
		t.Errorf("layer %d, %v", i, err)
	}
	if i, err := FindLayer(s, "乙", nil); err != nil || i != 1 {
		t.Errorf("layer %d, %v", i, err)
	}
}

// folders is a KML file with two folders.
type folders struct{ importers.Source }

func (folders) Layers() []importers.Layer {
	return []importers.Layer{{Name: "甲", Format: "KML"}, {Name: "乙", Format: "KML"}, {Name: "全部", Format: "KML", Hidden: true}}
}
