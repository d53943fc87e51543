package api

import (
	"strings"
	"testing"
)

// TestLocateNames checks that areas carry their English names where there is
// one, in every form of lookup and in a report.
func TestLocateNames(t *testing.T) {
	s := newSite(t)
	const named = `{"code":"220112","name":"双阳区","name_en":"Shuangyang"}`
	post := func(kind, body string) string {
		return s.do(call{method: "POST", path: "/api/v1/locate", body: body, header: map[string]string{"Content-Type": kind}}).Body.String()
	}
	for form, body := range map[string]string{
		"one":     s.get("/api/v1/locate?lon=125.62&lat=43.55", "").Body.String(),
		"compact": post("application/json", `{"points":[[125.62,43.55]]}`),
		"lines":   post("application/x-ndjson", `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}`),
		"report":  s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":125.62,"lat":43.55}`}).Body.String(),
	} {
		if !strings.Contains(body, named) || strings.Count(body, "name_en") != 1 {
			t.Errorf("%s lacks %s, or has an English name where there is none: %s", form, named, body)
		}
	}
}
