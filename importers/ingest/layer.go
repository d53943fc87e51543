package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// FindLayer gives the layer of a source that is named, or else the only one
// that may be meant: of those that fit and are not hidden. It is a
// *importers.Problem if there is none, or several. A nil fits takes every layer.
func FindLayer(src importers.Source, name string, fits func(importers.Layer) bool) (int, error) {
	var names []string
	var fitting, all []int
	for i, l := range src.Layers() {
		names = append(names, l.Name)
		if name != "" && (l.Name == name || Fold(l.Name) == Fold(name)) {
			return i, nil
		}
		if l.Hidden {
			continue
		}
		all = append(all, i)
		if fits == nil || fits(l) {
			fitting = append(fitting, i)
		}
	}
	list := strings.Join(names, ", ")
	refuse := func(detail string) (int, error) {
		return 0, &importers.Problem{Problem: importers.ProblemNoLayer, Detail: detail, Values: map[string]any{"layers": names, "layer": name}}
	}
	switch {
	case name != "":
		return refuse(fmt.Sprintf("there is no layer %q: the layers are %s", name, list))
	case len(fitting) == 1:
		return fitting[0], nil
	case len(fitting) > 1 && wholeKML(src.Layers()) >= 0: // folders are chapters of it, as a rule
		return wholeKML(src.Layers()), nil
	case len(fitting) > 1:
		return refuse("several layers may be meant; name one of " + list)
	case len(all) == 1:
		return all[0], nil
	case len(all) > 1:
		return refuse("no layer has what is needed; name one of " + list)
	case len(names) > 0:
		return refuse("all layers are hidden; name one of " + list)
	}
	return refuse("there is no layer")
}

// wholeKML gives the layer that has all of a KML file with several folders, -1 for none.
func wholeKML(layers []importers.Layer) int {
	return slices.IndexFunc(layers, func(l importers.Layer) bool { return l.Hidden && (l.Format == "KML" || l.Format == "KMZ") })
}

// systemName writes a coordinate system as --crs has it: by its number where it has one.
func systemName(c geo.CRS) string {
	switch c {
	case geo.WGS84:
		return "EPSG:4326"
	case geo.CGCS2000:
		return "EPSG:4490"
	}
	return string(c)
}

// LayerCRS gives the coordinate system of a layer: the one asked for, else what
// the file says. from is "option", or what in the file says so. The error is a
// *importers.Problem: CRS_UNKNOWN or DATUM_REFUSED.
func LayerCRS(l importers.Layer, asked string) (crs geo.CRS, from string, err error) {
	if asked != "" {
		c, err := geo.ParseCRS(asked)
		if err != nil {
			code := importers.ProblemCRSUnknown
			if p := (*geo.Problem)(nil); errors.As(err, &p) && p.Code == "datum-refused" {
				code = importers.ProblemDatumRefused
			}
			return "", "option", &importers.Problem{Problem: code, Detail: geo.Text(err), Values: map[string]any{"value": asked}}
		}
		return c, "option", nil
	}
	switch {
	case l.CRS.CRS != "":
		return l.CRS.CRS, l.CRS.From, nil
	case l.CRS.Err != nil:
		return "", l.CRS.From, l.CRS.Err
	}
	return "", "", &importers.Problem{Problem: importers.ProblemCRSUnknown,
		Detail: "the file does not say which coordinate system it is in; say it with --crs, such as --crs EPSG:4551"}
}
