package redraw

import (
	"math/rand/v2"
	"testing"
)

// TestOverlay compares old and new versions with plain maps, also where all
// hashes end in the list below the last level.
func TestOverlay(t *testing.T) {
	o := newOverlay[int, int]()
	want := map[int]int{}
	rnd := rand.New(rand.NewPCG(1, 1))
	var half overlay[int, int]
	kept := map[int]int{}
	m := &maker{}
	for i := range 4000 {
		k := rnd.IntN(1500)
		switch {
		case i%10 != 0: // ten puts by one maker, and one by itself
			o = o.putBy(m, k, i)
		default:
			o, m = o.put(k, i), &maker{}
		}
		want[k] = i
		if i == 2000 { // just after one by itself: nobody changes this one any more
			half = o
			for k, v := range want {
				kept[k] = v
			}
		}
	}
	for k := range 1500 {
		v, ok := o.get(k)
		if w, has := want[k]; ok != has || v != w {
			t.Fatalf("get(%d) = %d, %v, want %d, %v", k, v, ok, w, has)
		}
		v, ok = half.get(k)
		if w, has := kept[k]; ok != has || v != w {
			t.Fatalf("the older version: get(%d) = %d, %v, want %d, %v", k, v, ok, w, has)
		}
	}
	// Entries with one hash share the list at the end.
	b := o.insert(&maker{}, nil, 7, hashBits, twig[int, int]{key: 1, value: 10})
	b = o.insert(&maker{}, b, 7, hashBits, twig[int, int]{key: 2, value: 20})
	b = o.insert(&maker{}, b, 7, hashBits, twig[int, int]{key: 1, value: 11})
	if len(b.twigs) != 2 || b.twigs[0].value != 11 || b.twigs[1].value != 20 {
		t.Errorf("entries of one hash: %v", b.twigs)
	}
}
