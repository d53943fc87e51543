package importers

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The pieces that the texts of offices are made of.
const (
	esriChina2000 = `GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	ogcChina2000  = `GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4490"]]`
	esriWGS84     = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	ogcWGS84      = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]`
	esriXian80    = `GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	esriBeijing54 = `GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	esriNewBJ     = `GEOGCS["GCS_New_Beijing",DATUM["D_New_Beijing",SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
)

// gk is a Gauss-Krüger zone in ESRI's words.
func gk(name, base, method, easting, meridian string) string {
	return `PROJCS["` + name + `",` + base + `,PROJECTION["` + method + `"],PARAMETER["False_Easting",` + easting +
		`],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",` + meridian +
		`],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
}

// wkt2GK is EPSG:4551 as PROJ writes it, shortened by its area of use.
const wkt2GK = `PROJCRS["CGCS2000 / 3-degree Gauss-Kruger CM 126E",
    BASEGEOGCRS["China Geodetic Coordinate System 2000",
        DATUM["China 2000",
            ELLIPSOID["CGCS2000",6378137,298.257222101,LENGTHUNIT["metre",1]]],
        PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],
        ID["EPSG",4490]],
    CONVERSION["3-degree Gauss-Kruger CM 126E",
        METHOD["Transverse Mercator",ID["EPSG",9807]],
        PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],
        PARAMETER["Longitude of natural origin",126,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],
        PARAMETER["Scale factor at natural origin",1,SCALEUNIT["unity",1],ID["EPSG",8805]],
        PARAMETER["False easting",500000,LENGTHUNIT["metre",1],ID["EPSG",8806]],
        PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],
    CS[Cartesian,2],
        AXIS["northing (X)",north,ORDER[1],LENGTHUNIT["metre",1]],
        AXIS["easting (Y)",east,ORDER[2],LENGTHUNIT["metre",1]],
    USAGE[SCOPE["Cadastre."],AREA["China - onshore between 124°30'E and 127°30'E."],BBOX[40.19,124.5,53.2,127.5]],
    ID["EPSG",4551]]`

const wkt2WGS84 = `GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble",MEMBER["World Geodetic System 1984 (Transit)"],MEMBER["World Geodetic System 1984 (G2139)"],ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]],ENSEMBLEACCURACY[2.0]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],CS[ellipsoidal,2],AXIS["geodetic latitude (Lat)",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],AXIS["geodetic longitude (Lon)",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4326]]`

// web is a Mercator projection in OGC's words, with what follows its parameters.
func web(projection, rest string) string {
	return `PROJCS["WGS 84 / Pseudo-Mercator",` + ogcWGS84 + `,PROJECTION["` + projection + `"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]` + rest + `]`
}

func TestCRSFromText(t *testing.T) {
	const refused, unknown = ProblemDatumRefused, ProblemCRSUnknown
	tests := []struct {
		name    string
		text    string
		want    geo.CRS
		problem string // of the error
		says    string // part of the error, or of the warning
	}{
		{"nothing", "  \r\n\x00", "", "", ""},
		{"CGCS2000, ESRI", esriChina2000, geo.CGCS2000, "", ""},
		{"CGCS2000, OGC", ogcChina2000, geo.CGCS2000, "", ""},
		{"CGCS2000 with a byte order mark and line ends", "\ufeff" + strings.ReplaceAll(esriChina2000, ",", ",\r\n  "), geo.CGCS2000, "", ""},
		{"CGCS2000 in round brackets", strings.NewReplacer("[", "(", "]", ")").Replace(esriChina2000), geo.CGCS2000, "", ""},
		{"CGCS2000 spelled by a surveyor", strings.Replace(esriChina2000, "D_China_2000", "D_CGCS_2000", 1), geo.CGCS2000, "", ""},
		{"CGCS2000 in Chinese", strings.Replace(esriChina2000, "D_China_2000", "2000国家大地坐标系", 1), geo.CGCS2000, "", ""},
		{"CGCS2000 in Chinese, as GBK", strings.Replace(esriChina2000, "D_China_2000", "\xb9\xfa\xbc\xd22000", 1), geo.CGCS2000, "", ""},
		{"WGS 84, ESRI", esriWGS84, geo.WGS84, "", ""},
		{"WGS 84, OGC", ogcWGS84, geo.WGS84, "", ""},
		{"WGS 84, WKT2", wkt2WGS84, geo.WGS84, "", ""},
		{"WGS 84 with few digits", `GEOGCS["WGS84",DATUM["WGS_1984",SPHEROID["WGS84",6378137,298.2572]],PRIMEM["Greenwich",0],UNIT["degree",0.01745329252]]`, geo.WGS84, "", ""},
		{"WGS 84 with a height", `COMPD_CS["WGS 84 + EGM96",` + ogcWGS84 + `,VERT_CS["EGM96",VERT_DATUM["EGM96 geoid",2005],UNIT["metre",1]]]`, geo.WGS84, "", ""},
		{"a number alone", "EPSG:4490\n", geo.CGCS2000, "", ""},
		{"a legacy number alone", "EPSG:2437", "", refused, "Beijing 1954"},

		{"3 degrees by meridian, ESRI", gk("CGCS2000_3_Degree_GK_CM_126E", esriChina2000, "Gauss_Kruger", "500000.0", "126.0"), "EPSG:4551", "", ""},
		{"3 degrees by zone, ESRI", gk("CGCS2000_3_Degree_GK_Zone_42", esriChina2000, "Gauss_Kruger", "42500000.0", "126.0"), "EPSG:4530", "", ""},
		{"3 degrees, OGC", gk("CGCS2000 / 3-degree Gauss-Kruger CM 126E", ogcChina2000, "Transverse_Mercator", "500000", "126"), "EPSG:4551", "", ""},
		{"3 degrees, WKT2", wkt2GK, "EPSG:4551", "", ""},
		{"3 degrees, bound to a transformation", `BOUNDCRS[SOURCECRS[` + wkt2GK + `],TARGETCRS[` + wkt2WGS84 + `]]`, "EPSG:4551", "", ""},
		{"3 degrees, no name at all", gk("", esriChina2000, "Transverse_Mercator", "5e5", "126"), "EPSG:4551", "", ""},
		{"3 degrees on WGS 84", gk("WGS_1984_TM_126", esriWGS84, "Transverse_Mercator", "500000.0", "126.0"), "EPSG:4551", "", ""},
		{"3 degrees, neighbour", gk("CGCS2000_3_Degree_GK_CM_123E", esriChina2000, "Gauss_Kruger", "500000.0", "123.0"), "EPSG:4550", "", ""},
		{"3 degrees, westernmost", gk("CGCS2000_3_Degree_GK_Zone_25", esriChina2000, "Gauss_Kruger", "25500000.0", "75.0"), "EPSG:4513", "", ""},
		{"3 degrees, easternmost", gk("CGCS2000_3_Degree_GK_CM_135E", esriChina2000, "Gauss_Kruger", "500000.0", "135.0"), "EPSG:4554", "", ""},
		{"6 degrees by zone", gk("CGCS2000_GK_Zone_21", esriChina2000, "Gauss_Kruger", "21500000.0", "123.0"), "EPSG:4499", "", ""},
		{"6 degrees by zone, last", gk("CGCS2000_GK_Zone_23", esriChina2000, "Gauss_Kruger", "23500000.0", "135.0"), "EPSG:4501", "", ""},
		{"6 degrees by meridian: the numbers of 3", gk("CGCS2000_GK_CM_123E", esriChina2000, "Gauss_Kruger", "500000.0", "123.0"), "EPSG:4550", "", ""},
		{"a datum known by its ellipsoid alone", gk("unknown", strings.Replace(esriChina2000, "D_China_2000", "D_Unknown_based_on_GRS80_ellipsoid", 1), "Transverse_Mercator", "500000", "126"), "EPSG:4551", "", "D_Unknown_based_on_GRS80_ellipsoid"},

		{"web, ESRI", `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",` + esriWGS84 + `,PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]`, geo.WebMercator, "", ""},
		{"web, OGC", web("Mercator_1SP", `,EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]`), geo.WebMercator, "", ""},
		{"web, GeoTools", web("Popular Visualisation Pseudo Mercator", `,AUTHORITY["EPSG","3857"]`), geo.WebMercator, "", ""},
		{"web, GeoTools before that", web("Mercator_1SP", `,PARAMETER["semi_minor",6378137.0],AUTHORITY["EPSG","3857"]`), geo.WebMercator, "", ""},
		{"web, ESRI's sphere", `PROJCS["WGS_1984_Web_Mercator",GEOGCS["GCS_WGS_1984_Major_Auxiliary_Sphere",DATUM["D_WGS_1984_Major_Auxiliary_Sphere",SPHEROID["WGS_1984_Major_Auxiliary_Sphere",6378137.0,0.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],UNIT["Meter",1.0]]`, geo.WebMercator, "", ""},
		{"world Mercator called the web's", web("Mercator_1SP", `,AUTHORITY["EPSG","3857"]`), "", unknown, "34 km"},
		{"web Mercator about 126", strings.Replace(web("Popular Visualisation Pseudo Mercator", ""), `"central_meridian",0`, `"central_meridian",126`, 1), "", unknown, "not that of the web"},

		{"Xi'an 80", esriXian80, "", refused, "Xi'an 1980"},
		{"Xi'an 80, projected", gk("Xian_1980_3_Degree_GK_CM_126E", esriXian80, "Gauss_Kruger", "500000.0", "126.0"), "", refused, "Xi'an 1980"},
		{"Beijing 54", gk("Beijing_1954_3_Degree_GK_Zone_42", esriBeijing54, "Gauss_Kruger", "42500000.0", "126.0"), "", refused, "Beijing 1954"},
		{"Beijing 54 with a shift", strings.Replace(esriBeijing54, "298.3]", "298.3],TOWGS84[15.8,-154.4,-82.3,0,0,0,0]", 1), "", refused, "Beijing 1954"},
		{"New Beijing", gk("New_Beijing_Gauss_Kruger_Zone_21", esriNewBJ, "Gauss_Kruger", "21500000.0", "123.0"), "", refused, "New Beijing"},
		{"New Beijing, WKT2", `GEOGCRS["New Beijing",DATUM["New Beijing",ELLIPSOID["Krassowsky 1940",6378245,298.3]],CS[ellipsoidal,2],ANGLEUNIT["degree",0.0174532925199433]]`, "", refused, "New Beijing"},
		{"Xi'an 80 called CGCS2000", gk("CGCS2000_3_Degree_GK_CM_126E", strings.NewReplacer("GCS_Xian_1980", "CGCS2000", "D_Xian_1980", "D_China_2000").Replace(esriXian80), "Gauss_Kruger", "500000.0", "126.0"), "", refused, "Xi'an 1980"},
		{"a datum of Xi'an 80 on the ellipsoid of CGCS2000", strings.Replace(esriChina2000, "D_China_2000", "D_Xian_1980", 1), "", refused, "Xi'an 1980"},

		{"CGCS2000 called Xi'an 80", gk("Xian_1980_3_Degree_GK_CM_126E", esriChina2000, "Gauss_Kruger", "500000.0", "126.0"), "EPSG:4551", "", "Xi'an 1980"},
		{"126 called 120", gk("CGCS2000_3_Degree_GK_CM_120E", esriChina2000, "Gauss_Kruger", "500000.0", "126.0"), "EPSG:4551", "", "central meridian 120"},
		{"120 called 126", gk("CGCS2000_3_Degree_GK_CM_126E", esriChina2000, "Gauss_Kruger", "500000.0", "120.0"), "EPSG:4549", "", "central meridian 126"},
		{"zone 42 called 41", gk("CGCS2000_3_Degree_GK_Zone_41", esriChina2000, "Gauss_Kruger", "42500000.0", "126.0"), "EPSG:4530", "", "zone 41"},
		{"zone 42 in Chinese", gk("国家2000 3度带 42带", esriChina2000, "Gauss_Kruger", "42500000.0", "126.0"), "EPSG:4530", "", ""},
		{"a number that is another's", strings.Replace(wkt2GK, `ID["EPSG",4551]`, `ID["EPSG",4549]`, 1), "EPSG:4551", "", "EPSG:4549"},
		{"WGS 84 called GCJ-02", strings.Replace(esriWGS84, "GCS_WGS_1984", "GCJ-02", 1), geo.WGS84, "", "gcj02"},
		{"GCJ-02 on no datum", `GEOGCS["GCJ02",DATUM["D_unknown",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`, geo.GCJ02, "", ""},

		{"UTM", `PROJCS["WGS_1984_UTM_Zone_51N",` + esriWGS84 + `,PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",123.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`, "", unknown, "0.9996"},
		{"a meridian of one's own", gk("Local", esriChina2000, "Gauss_Kruger", "500000.0", "125.6666666667"), "", unknown, "125.6666667°"},
		{"a false easting of one's own", gk("Local", esriChina2000, "Gauss_Kruger", "50000.0", "126.0"), "", unknown, "false easting is 50000"},
		{"zone 42 about 123", gk("CGCS2000_3_Degree_GK_Zone_42", esriChina2000, "Gauss_Kruger", "42500000.0", "123.0"), "", unknown, "zone 42"},
		{"northings less 4,000 km", strings.Replace(gk("x", esriChina2000, "Gauss_Kruger", "500000.0", "126.0"), `"False_Northing",0.0`, `"False_Northing",-4000000.0`, 1), "", unknown, "equator"},
		{"kilometres", strings.Replace(gk("x", esriChina2000, "Gauss_Kruger", "500", "126.0"), `UNIT["Meter",1.0]`, `UNIT["Kilometer",1000.0]`, 1), "", unknown, "Kilometer"},
		{"gon", strings.Replace(esriChina2000, `UNIT["Degree",0.0174532925199433]`, `UNIT["Gon",0.015707963267949]`, 1), "", unknown, "Gon"},
		{"Paris", strings.Replace(esriChina2000, `PRIMEM["Greenwich",0.0]`, `PRIMEM["Paris",2.337229166666667]`, 1), "", unknown, "Greenwich"},
		{"to the west", strings.Replace(ogcWGS84, `AXIS["Longitude",EAST]`, `AXIS["Longitude",WEST]`, 1), "", unknown, "west"},
		{"a rotation", strings.Replace(gk("x", esriChina2000, "Gauss_Kruger", "500000.0", "126.0"), `PARAMETER["Scale`, `PARAMETER["XY_Plane_Rotation",1.5],PARAMETER["Scale`, 1), "", unknown, "XY_Plane_Rotation"},
		{"Albers", `PROJCS["China_Albers",` + esriChina2000 + `,PROJECTION["Albers"],PARAMETER["Central_Meridian",105.0],UNIT["Meter",1.0]]`, "", unknown, "Albers"},
		{"NAD83", `GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`, "", unknown, "North_American"},
		{"WGS 72", `GEOGCS["WGS 72",DATUM["WGS_1972",SPHEROID["WGS 72",6378135,298.26]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`, "", unknown, "298.26"},
		{"a shift of one's own", strings.Replace(ogcWGS84, `AUTHORITY["EPSG","7030"]]`, `AUTHORITY["EPSG","7030"]],TOWGS84[10,20,30,0,0,0,0]`, 1), "", unknown, "TOWGS84"},
		{"a drawing's own plane", `LOCAL_CS["Nonearth",LOCAL_DATUM["x",32767],UNIT["Meter",1.0]]`, "", unknown, "neither geographic"},
		{"no well-known text", "Projection    GEOGRAPHIC\nDatum         WGS84", "", unknown, "no well-known text"},
		{"cut off", esriChina2000[:60], "", unknown, "no well-known text"},
		{"no ellipsoid", `GEOGCS["x",DATUM["D_WGS_1984"],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`, "", unknown, "ellipsoid"},
		{"deep", strings.Repeat("GEOGCS[", 10000), "", unknown, "no well-known text"},
		{"long", `GEOGCS["` + strings.Repeat("x", maxCRSText) + `"]`, "", unknown, "no well-known text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hint, warnings := crsFromText(tt.text, "prj")
			if hint.CRS != tt.want {
				t.Errorf("CRS = %q, want %q (%v)", hint.CRS, tt.want, hint.Err)
			}
			said := ""
			var p *Problem
			if errors.As(hint.Err, &p) {
				said = p.Detail
				if p.Problem != tt.problem || p.Warning {
					t.Errorf("error %s, want %s: %v", p.Problem, tt.problem, p)
				}
			} else if tt.problem != "" {
				t.Errorf("no error, want %s", tt.problem)
			}
			for _, w := range warnings {
				said += w.Detail
				if !w.Warning {
					t.Errorf("%v is no warning", w)
				}
			}
			if tt.says == "" && said != "" || !strings.Contains(said, tt.says) {
				t.Errorf("said %q, want %q in it", said, tt.says)
			}
			if (hint.From != "") != (tt.want != "" || tt.problem != "") {
				t.Errorf("From = %q", hint.From)
			}
		})
	}
}

// GDAL writes every zone in three ways.
func TestCRSFromTextOfGDAL(t *testing.T) {
	for _, code := range []string{"EPSG:4326", "EPSG:4490", "EPSG:4551", "EPSG:4501", "EPSG:3857"} {
		want, err := geo.ParseCRS(code)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{"wkt1", "wkt_esri", "wkt2"} {
			text, err := exec.Command("gdalsrsinfo", "-o", form, code).Output()
			if err != nil {
				t.Fatalf("gdalsrsinfo: %v", err)
			}
			hint, warnings := crsFromText(string(text), "srs")
			if hint.CRS != want || hint.Err != nil || len(warnings) > 0 {
				t.Errorf("%s as %s: %+v, %v, want %s", code, form, hint, warnings, want)
			}
		}
	}
}

func TestCRSFromEPSG(t *testing.T) {
	for n, want := range map[int]geo.CRS{4326: geo.WGS84, 4490: geo.CGCS2000, 4551: "EPSG:4551", 900913: geo.WebMercator, 3857: geo.WebMercator} {
		if hint := crsFromEPSG(n, "x", "srs"); hint.CRS != want || hint.Err != nil || hint.Text != "x" || hint.From != "srs" {
			t.Errorf("%d: %+v, want %s", n, hint, want)
		}
	}
	for n, want := range map[int]string{4214: ProblemDatumRefused, 2437: ProblemDatumRefused, 4610: ProblemDatumRefused, 4555: ProblemDatumRefused, 32651: ProblemCRSUnknown, 0: ProblemCRSUnknown, -1: ProblemCRSUnknown} {
		var p *Problem
		if hint := crsFromEPSG(n, "", "srs"); !errors.As(hint.Err, &p) || p.Problem != want || hint.CRS != "" {
			t.Errorf("%d: %+v, want %s", n, hint, want)
		}
	}
}

// TestZoneOf holds what is said of zones against geo, by the coordinates of a
// point on the meridian.
func TestZoneOf(t *testing.T) {
	for n := 4491; n <= 4554; n++ {
		c := epsg(float64(n))
		meridian, easting := zoneOf(c)
		s := system{datum: datum{crs: geo.CGCS2000}, projection: "transverse", meridian: meridian, easting: easting}
		found, err := s.crs()
		if err != nil || !sameSystem(found, c) {
			t.Errorf("%s: its parameters give %s, %v", c, found, err)
		}
		if p, err := geo.ToWGS84(c, [2]float64{easting, 4_800_000}); err != nil || p[0]-meridian > 1e-9 || meridian-p[0] > 1e-9 {
			t.Errorf("%s: easting %v is at %v, %v, want the meridian %v", c, easting, p, err, meridian)
		}
	}
}

func FuzzCRSFromText(f *testing.F) {
	for _, s := range []string{esriChina2000, wkt2GK, wkt2WGS84, esriBeijing54, web("Mercator_1SP", ""), `GEOGCS["a""b",1,-2e3,x]`, "EPSG:4551",
		gk("CGCS2000_3_Degree_GK_CM_120E", esriChina2000, "Gauss_Kruger", "500000.0", "126.0")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hint, warnings := crsFromText(text, "prj")
		if hint.CRS != "" {
			if _, err := geo.ParseCRS(string(hint.CRS)); err != nil || hint.Err != nil {
				t.Errorf("%+v: %v", hint, err)
			}
		}
		if !utf8.ValidString(hint.Text) {
			t.Errorf("text %q is not UTF-8", hint.Text)
		}
		if hint.CRS == "" && len(warnings) > 0 {
			t.Errorf("warnings %v of nothing", warnings)
		}
	})
}
