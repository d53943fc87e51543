package postgis

import "slices"

// recent keeps the few values that were used last. The zero value keeps none:
// set size. Not safe for concurrent use.
type recent[K comparable, V any] struct {
	size int
	held []recentEntry[K, V] // last used last
}

type recentEntry[K comparable, V any] struct {
	key   K
	value V
}

func (r *recent[K, V]) find(key K) int {
	return slices.IndexFunc(r.held, func(e recentEntry[K, V]) bool { return e.key == key })
}

// get gives what is kept under a key.
func (r *recent[K, V]) get(key K) (v V, ok bool) {
	i := r.find(key)
	if i < 0 {
		return v, false
	}
	e := r.held[i]
	r.held = append(slices.Delete(r.held, i, i+1), e)
	return e.value, true
}

// put keeps a value, in place of the one there was; what was not used for longest
// goes.
func (r *recent[K, V]) put(key K, value V) {
	r.drop(key)
	if len(r.held) >= r.size && len(r.held) > 0 {
		r.held = slices.Delete(r.held, 0, 1)
	}
	r.held = append(r.held, recentEntry[K, V]{key, value})
}

// drop lets go of what is kept under a key.
func (r *recent[K, V]) drop(key K) {
	if i := r.find(key); i >= 0 {
		r.held = slices.Delete(r.held, i, i+1)
	}
}
