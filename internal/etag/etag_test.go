package etag

import (
	"net/http"
	"testing"
)

func TestNoneMatch(t *testing.T) {
	tag := Of([]byte("text"))
	if tag != Of([]byte("text")) || tag == Of([]byte("another")) || len(tag) != len(`W/""`)+24 {
		t.Fatalf("Of gives %s", tag)
	}
	for _, c := range []struct {
		name  string
		lines []string
		tags  []string
		want  bool
	}{
		{"the same", []string{tag}, []string{tag}, true},
		{"strong beside weak", []string{tag[2:]}, []string{tag}, true},
		{"weak beside strong", []string{tag}, []string{tag[2:]}, true},
		{"one of a list", []string{`"x" ,  ` + tag + `,"y"`}, []string{tag}, true},
		{"in another line", []string{`"x"`, tag}, []string{tag}, true},
		{"the second of ours", []string{`"b"`}, []string{`"a"`, `"b"`}, true},
		{"anything", []string{"*"}, []string{tag}, true},
		{"another", []string{`"x"`}, []string{tag}, false},
		{"part of it", []string{tag[:9]}, []string{tag}, false},
		{"empty", []string{"", ","}, []string{tag}, false},
		{"none", nil, []string{tag}, false},
		{"we have none", []string{""}, []string{""}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			for _, line := range c.lines {
				h.Add("If-None-Match", line)
			}
			if got := NoneMatch(h, c.tags...); got != c.want {
				t.Errorf("NoneMatch(%q, %q) = %v, want %v", c.lines, c.tags, got, c.want)
			}
		})
	}
}
