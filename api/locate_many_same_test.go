package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// pieces reads a text in pieces of sizes that depend on a seed.
type pieces struct {
	rnd  *rand.Rand
	text []byte
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := 1 + p.rnd.IntN(1<<p.rnd.IntN(18))
	n = copy(b[:min(n, len(b))], p.text)
	p.text = p.text[n:]
	return n, nil
}

// answerTo answers a body with or without what is quick, and gives all that the
// client sees and the metrics count.
func answerTo(s *site, kind string, body []byte, crs geo.CRS, slow bool, seed uint64) string {
	m := testMany(s, crs)
	m.slow = slow
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/v1/locate", &pieces{rand.New(rand.NewPCG(seed, 1)), body})
	aborted := func() (aborted bool) {
		defer func() {
			if cause := recover(); cause != nil {
				if aborted = cause == http.ErrAbortHandler; !aborted {
					panic(cause)
				}
			}
		}()
		in := newFeed(w, r)
		var err error
		switch kind {
		case "document":
			err = m.document(w, in)
		case "lines":
			err = m.lines(newDrip(w, "application/x-ndjson", m.spooled), in, "")
		case "sequence":
			err = m.lines(newDrip(w, "application/geo+json-seq", m.spooled), in, "\x1e")
		}
		if err != nil {
			fmt.Fprintf(w, "%+v", problemOf(err))
		}
		return false
	}()
	return fmt.Sprintf("%d %v %v %d\n%s", w.Code, w.Header(), aborted, m.n, w.Body)
}

// sameAnswer fails unless both ways answer the same.
func sameAnswer(t testing.TB, s *site, kind string, body []byte, crs geo.CRS, seed uint64) {
	t.Helper()
	want := answerTo(s, kind, body, crs, true, seed)
	if got := answerTo(s, kind, body, crs, false, seed); got != want {
		t.Fatalf("seed %d: %s of %d bytes\n%.2000s\nis answered with\n%.3000s\nwant\n%.3000s", seed, kind, len(body), body, got, want)
	}
}

// manyBody makes a body of the usual or of odd features or points.
func manyBody(rnd *rand.Rand, kind string) []byte {
	var b bytes.Buffer
	size := rnd.IntN(1 << rnd.IntN(10))
	odd := rnd.IntN(3) * rnd.IntN(30)
	feature := func() {
		if rnd.IntN(1000) < odd {
			b.Write(mutated(rnd))
			return
		}
		b.WriteString(oddFeatures[rnd.IntN(8)])
	}
	space := func() { b.WriteString([]string{"", "", "", " ", "\n", "\r\n\t "}[rnd.IntN(6)]) }
	switch {
	case kind != "document":
		for range size {
			b.WriteString([]string{"", "", "\x1e", "\n"}[rnd.IntN(4)])
			feature()
			b.WriteString([]string{"\n", "\n", "\r\n", "\n\x1e"}[rnd.IntN(4)])
		}
	case rnd.IntN(2) == 0:
		b.WriteString([]string{`{"type":"FeatureCollection","features":[`, `{ "name":"x", "features" : [ `, `{"features":[`, `{"type":"FeatureCollection","x":[1,2,{}],"features":[`}[rnd.IntN(4)])
		for i := range size {
			if i > 0 {
				b.WriteString(",")
			}
			space()
			feature()
			space()
		}
		b.WriteString([]string{"]}", "]}", `],"type":"FeatureCollection"}`, `] , "bbox":[1]}`, `],"points":[[1,2]]}`, "]", `],"features":[]}`, "]} x", "}]"}[rnd.IntN(9)])
	default:
		b.WriteString([]string{`{"points":[`, ` { "points" : [ `}[rnd.IntN(2)])
		size *= 1 << rnd.IntN(5)
		for i := range size {
			if i > 0 {
				b.WriteString(",")
			}
			switch rnd.IntN(300) {
			case 0:
				b.WriteString("\n[ 125.66 , 43.55 ] ")
			case 1:
				b.WriteString("[1.2562e2,43.55]")
			case 2:
				b.WriteString("[125.65,43.55]") // on an edge
			case 3:
				if rnd.IntN(1+size/2) < odd {
					b.WriteString([]string{"[1,null]", "[1]", "[]", "null", `["1",2]`, "[1,2,3]", "[190,1]", "{}", "[1e999,1]", "[1,2", "1,2]", "]", `"]]]"`, "[01,2]"}[rnd.IntN(14)])
					break
				}
				fallthrough
			default:
				fmt.Fprintf(&b, "[%.*f,%v]", 4+rnd.IntN(6), 125.59+rnd.Float64()/8, 43.49+rnd.Float64()/8)
			}
		}
		b.WriteString([]string{"]}", "]}", " ] } ", `],"x":1}`, `]`, "]}]", `]},{"points":[`, ""}[rnd.IntN(8)])
	}
	if body := b.Bytes(); rnd.IntN(10) == 0 && len(body) > 0 { // damage anywhere
		i := rnd.IntN(len(body))
		switch rnd.IntN(3) {
		case 0:
			return body[:i]
		case 1:
			body[i] = "{}[],:\"\\ 0e\xff\x00"[rnd.IntN(13)]
		default:
			return append(body[:i:i], body[min(i+1+rnd.IntN(40), len(body)):]...)
		}
	}
	return b.Bytes()
}

// TestQuickAnswers holds whole answers against those that encoding/json alone
// gives: the usual, the odd and the broken, however the body comes in.
func TestQuickAnswers(t *testing.T) {
	s := newSite(t)
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, 41))
		kind := []string{"document", "document", "lines", "sequence"}[rnd.IntN(4)]
		crs := geo.WGS84
		if rnd.IntN(5) == 0 {
			crs = geo.BD09
		}
		sameAnswer(t, s, kind, manyBody(rnd, kind), crs, seed)
	}
}

func FuzzQuickAnswers(f *testing.F) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 42))
		for i, kind := range []string{"document", "lines", "sequence"} {
			f.Add(manyBody(rnd, kind), i, seed)
		}
	}
	s := newSite(f)
	f.Fuzz(func(t *testing.T, body []byte, kind int, seed uint64) {
		sameAnswer(t, s, []string{"document", "lines", "sequence"}[uint(kind)%3], body, geo.WGS84, seed)
	})
}

// TestManyLimits checks both ways at the limits: of a feature's length, of the
// points of the compact form, of features in a long run of space.
func TestManyLimits(t *testing.T) {
	s := newSite(t)
	long := func(n int) string {
		return `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"s":"` + strings.Repeat("x", n) + `"}}`
	}
	document := func(features string) string { return `{"type":"FeatureCollection","features":[` + features + `]}` }
	points := func(n int) string { return `{"points":[` + strings.Repeat("[125.62,43.55],", n-1) + `[125.69,43.59]]}` }
	for _, tt := range []struct {
		name, kind, body string
		status           string
	}{
		{"a long feature", "document", document(long(maxFeature - 1000)), "200"},
		{"a long line", "lines", long(maxFeature - 1000), "200"},
		{"one too long", "document", document(long(maxFeature + 1000)), "too-large"},
		{"a line too long", "lines", long(maxFeature + 1000), "too-large"},
		{"one that never ends", "document", document(strings.TrimRight(long(3*maxFeature), `"}`)), "too-large"},
		{"one with a brace too few among many", "document", document(long(1) + "," + long(1)[:len(long(1))-1] + strings.Repeat(","+long(1), 3*maxFeature/len(long(1)))), "malformed-json"},
		{"one with a quote too few among many", "document", document(long(1) + "," + strings.Replace(long(1), `"x"`, `x"`, 1) + strings.Repeat(","+long(1), 3*maxFeature/len(long(1)))), "malformed-json"},
		{"space without end", "document", document(long(1) + strings.Repeat(" ", 3*maxFeature)), "too-large"},
		{"as many points as go", "document", points(maxPoints), "200"},
		{"one point more", "document", points(maxPoints + 1), "too-large"},
		{"a point without end", "document", `{"points":[[125.62,` + strings.Repeat(" ", 3*maxFeature), "too-large"},
	} {
		got := answerTo(s, tt.kind, []byte(tt.body), geo.WGS84, false, 7)
		ok := !strings.Contains(got, "Status:")
		if ok != (tt.status == "200") || !ok && !strings.Contains(got, tt.status) {
			t.Errorf("%s: %.300s, want %s", tt.name, got, tt.status)
		}
	}
	sameAnswer(t, s, "document", []byte(points(200_000)), geo.WGS84, 8)
}

// TestCollectionStreams sends a collection feature by feature over a real
// connection, and reads the first answers before it sends the second half; what
// lies in memory meanwhile does not depend on how many there are.
func TestCollectionStreams(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	in, out := io.Pipe()
	const n = 3000
	half := make(chan struct{})
	go func() {
		fmt.Fprint(out, `{"features":[`)
		for i := range n {
			if i == n/2 {
				<-half
			}
			if i > 0 {
				fmt.Fprint(out, ",")
			}
			fmt.Fprintf(out, `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"i":%d}}`, i)
		}
		fmt.Fprint(out, `],"type":"FeatureCollection"}`)
		out.Close()
	}()
	resp, err := http.Post(server.URL+"/api/v1/locate", "application/geo+json", in)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines, got := bufio.NewScanner(resp.Body), -1
	for ; lines.Scan(); got++ {
		if got >= 0 && got < n && !bytes.Contains(lines.Bytes(), fmt.Appendf(nil, `"i":%d,`, got)) {
			t.Fatalf("line %d = %s", got, lines.Bytes())
		}
		if got == 10 {
			close(half)
		}
	}
	if lines.Err() != nil || got != n+1 { // the closing brackets are a line
		t.Errorf("read %d lines, %v, want %d", got, lines.Err(), n+1)
	}
}

// TestCollectionIsFlat checks that the answer to a long collection leaves in
// small pieces.
func TestCollectionIsFlat(t *testing.T) {
	s := newSite(t)
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}},` + "\n"
	const n = 20_000
	body := io.MultiReader(strings.NewReader(`{"type":"FeatureCollection","features":[`),
		io.LimitReader(&repeat{text: feature}, int64(len(feature))*n), strings.NewReader(strings.TrimSuffix(feature, ",\n")+"]}"))
	w := &counter{header: http.Header{}}
	m := testMany(s, geo.WGS84)
	d := &document{many: m, feed: newFeed(w, httptest.NewRequest("POST", "/", body)), out: newDrip(w, "application/geo+json", m.spooled)}
	d.dec = json.NewDecoder(d.feed)
	if err := d.read(); err != nil {
		t.Fatal(err)
	}
	d.out.stop()
	if m.n != n+1 || w.lines < n-1000 || w.largest > 2*spoolMemory {
		t.Errorf("%d features, %d lines, largest write %d bytes", m.n, w.lines, w.largest)
	}
}
