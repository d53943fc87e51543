package importers

import (
	"slices"
	"strings"
	"testing"
)

// As ArcGIS 10 writes it.
const arcGISDescription = `<html xmlns:fo="http://www.w3.org/1999/XSL/Format"><head><META http-equiv="Content-Type" content="text/html"></head>
<body style="margin:0px"><table style="font-family:Arial"><tr style="text-align:center;font-weight:bold;background:#9CBCE2"><td>一号网格</td></tr>
<tr><td><table style="font-family:Arial"><tr><td>FID</td><td>0</td></tr><tr bgcolor="#D4E4F3"><td>编码</td><td>220112001001001</td></tr>
<TR><TD>名称</TD><TD>一号 &amp; <b>网格</b></TD></TR><tr><td>备注</td><td>&lt;Null&gt;</td></tr><tr><td></td><td>x</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table></td></tr></table></body></html>`

func TestTableOf(t *testing.T) {
	want := []kmlDatum{{"FID", "0"}, {"编码", "220112001001001"}, {"名称", "一号 & 网格"}}
	if got := tableOf(arcGISDescription, 1000); !slices.Equal(got, want) {
		t.Errorf("tableOf = %q, want %q", got, want)
	}
	if got := tableOf(arcGISDescription, 2); !slices.Equal(got, want[:2]) {
		t.Errorf("at most two: %q", got)
	}
	for _, s := range []string{"", "words", "a < b", "<tr", "<tr><td", "<tr><td>", "<tr><td>a<td>", "<tr><td>a</td></tr>", "</tr><td>a</td><td>b</td>", strings.Repeat("<tr", 1000)} {
		for _, d := range tableOf(s, 1000) {
			if s != "<tr><td>a<td>" {
				t.Errorf("tableOf(%q) has %q", s, d)
			}
		}
	}
}

// Rows without end are gone over once, not once for each.
func TestTableOfRows(t *testing.T) {
	if got := tableOf(strings.Repeat("<tr", 1<<20/3), 1000); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

func TestKMLOfArcGIS(t *testing.T) {
	src := openKMLText(t, "a.kml", kmlOf(`<Placemark><name>一号网格</name><description><![CDATA[`+arcGISDescription+`]]></description>`+square("")+`</Placemark>`+
		`<Placemark><name>二号网格</name><description>没有表</description><ExtendedData><Data name="编码"><value>2</value></Data></ExtendedData>`+square("")+`</Placemark>`))
	l, got := src.Layers()[0], readLayer(t, src, 0)
	if want := []string{"name", "description", "FID", "编码", "名称"}; !slices.Equal(l.Columns, want) {
		t.Errorf("columns %q, want %q", l.Columns, want)
	}
	if got[0].Values[3] != (Value{"220112001001001", Text}) || got[1].Values[3] != (Value{"2", Text}) || got[1].Values[2].Type != Null {
		t.Errorf("values %+v", got)
	}
}

func FuzzTableOf(f *testing.F) {
	f.Add(arcGISDescription)
	f.Add("<tr><td>a<td>b<tr")
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range tableOf(s, 10) {
			if d.name == "" || len(d.name)+len(d.text) > 3*len(s) {
				t.Errorf("%q of %q", d, s)
			}
		}
	})
}
