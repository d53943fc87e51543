package cql

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// notHere are the standard's examples of classes that are not supported, and
// what their error has to name.
var notHere = map[string]string{
	"clause6_01": "avg", "clause6_02b": "avg", "clause6_02c": "arithmetic (-)", "clause7_05": "ACCENTI",
	"clause7_10": "S_CROSSES", "clause7_15": "A_CONTAINS", "clause7_16": "S_CROSSES", "clause7_18": "S_WITHIN",
	"clause7_19": "arithmetic", "example23": "S_WITHIN", "example25": "S_WITHIN", "example27": "ACCENTI",
	"example46": "S_EQUALS", "example46-alt01": "S_EQUALS", "example47": "S_DISJOINT", "example48": "S_TOUCHES",
	"example49": "S_WITHIN", "example49-alt01": "S_WITHIN", "example50": "S_OVERLAPS", "example51": "S_CROSSES",
	"example52": "S_CONTAINS", "example68": "Foo", "example69": "Bar", "example70": "ACCENTI",
	"example72": "arithmetic", "example73": "arithmetic", "example74": "arithmetic",
	"example75": "arithmetic", "example76": "arithmetic", "example77": "arithmetic",
	"example78": "arithmetic", "example79": "A_CONTAINEDBY", "example80": "A_CONTAINS", "example81": "A_EQUALS",
	"example82": "A_OVERLAPS", "example83": "S_EQUALS", "example84": "S_EQUALS", "example85": "arithmetic",
	"example85-alt01": "arithmetic (-)",
}

// examples gives the standard's examples by name.
func examples(t testing.TB) map[string]string {
	data, err := os.ReadFile("testdata/examples.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		if name, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			out[name] = text
		}
	}
	return out
}

// Every example of a class that is supported is read, and printed so that it is
// read as the same; every other has an error that names what there is not.
func TestReqCQL2TextExamples(t *testing.T) {
	all := examples(t)
	if len(all) != 120 {
		t.Fatalf("%d examples, want 120", len(all))
	}
	for name, text := range all {
		e, err := Parse(text)
		if missing, ok := notHere[name]; ok {
			var fault *Error
			if !errors.As(err, &fault) || !errors.Is(err, geo.ErrInvalid) || !strings.Contains(fault.Detail, missing) ||
				!strings.Contains(fault.Detail, "not supported") || fault.At < 1 {
				t.Errorf("%s: Parse(%s): %v, want an error that names %s", name, text, err, missing)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: Parse(%s): %v", name, text, err)
			continue
		}
		again, err := Parse(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%s: %s is printed as %s, which is read as %v, %v", name, text, e, again, err)
		}
	}
}
