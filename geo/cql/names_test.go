package cql

import "testing"

func TestNames(t *testing.T) {
	for text, want := range map[string]bool{
		"a = 1": true, "b = 1": false, "1 = a": true, "b = 1 AND (b = 2 OR NOT a = 3)": true, "CASEI(a) LIKE CASEI('x%')": true,
		"b IN (1, a)": true, "b BETWEEN 1 AND a": true, "a IS NULL": true, "(b = 1) IS NULL": false, "b LIKE 'a'": false,
		"S_INTERSECTS(a, POINT(1 2))": true, "T_AFTER(b, INTERVAL('..', a))": true, "T_AFTER(b, INTERVAL('..', '2026-01-01'))": false, "TRUE": false,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := Names(e, "a"); got != want {
			t.Errorf("Names(%s, a) = %v, want %v", text, got, want)
		}
	}
}
