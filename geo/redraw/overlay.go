package redraw

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

// overlay is a map that never changes: put gives a new one, which shares with
// the old all but the path to the entry. It is a hash trie (P. Bagwell, Ideal
// Hash Trees, 2001) of 32 branches a level. Safe for concurrent use.
type overlay[K comparable, V any] struct {
	seed maphash.Seed
	root *branch[K, V]
}

func newOverlay[K comparable, V any]() overlay[K, V] {
	return overlay[K, V]{seed: maphash.MakeSeed()}
}

// branch is a level of the trie. Below the last bits of the hash it is a plain
// list, and used is 0.
type branch[K comparable, V any] struct {
	used  uint32 // which of the 32 places are taken
	twigs []twig[K, V]
}

// twig is an entry, or a branch where sub is not nil.
type twig[K comparable, V any] struct {
	key   K
	value V
	sub   *branch[K, V]
}

const hashBits, levelBits = 64, 5

func (o overlay[K, V]) get(key K) (value V, ok bool) {
	h := maphash.Comparable(o.seed, key)
	b := o.root
	for shift := 0; b != nil; shift += levelBits {
		if shift >= hashBits {
			for _, t := range b.twigs {
				if t.key == key {
					return t.value, true
				}
			}
			return value, false
		}
		bit := uint32(1) << (h >> shift & 31)
		if b.used&bit == 0 {
			return value, false
		}
		t := &b.twigs[bits.OnesCount32(b.used&(bit-1))]
		if t.sub == nil {
			if t.key == key {
				return t.value, true
			}
			return value, false
		}
		b = t.sub
	}
	return value, false
}

func (o overlay[K, V]) put(key K, value V) overlay[K, V] {
	o.root = o.insert(o.root, maphash.Comparable(o.seed, key), 0, twig[K, V]{key: key, value: value})
	return o
}

func (o overlay[K, V]) insert(b *branch[K, V], h uint64, shift int, entry twig[K, V]) *branch[K, V] {
	if b == nil {
		b = &branch[K, V]{}
	}
	if shift >= hashBits {
		twigs := slices.Clone(b.twigs)
		if i := slices.IndexFunc(twigs, func(t twig[K, V]) bool { return t.key == entry.key }); i >= 0 {
			twigs[i] = entry
			return &branch[K, V]{twigs: twigs}
		}
		return &branch[K, V]{twigs: append(twigs, entry)}
	}
	bit := uint32(1) << (h >> shift & 31)
	at := bits.OnesCount32(b.used & (bit - 1))
	if b.used&bit == 0 {
		twigs := make([]twig[K, V], len(b.twigs)+1)
		copy(twigs, b.twigs[:at])
		twigs[at] = entry
		copy(twigs[at+1:], b.twigs[at:])
		return &branch[K, V]{used: b.used | bit, twigs: twigs}
	}
	twigs := slices.Clone(b.twigs)
	switch old := twigs[at]; {
	case old.sub != nil:
		twigs[at] = twig[K, V]{sub: o.insert(old.sub, h, shift+levelBits, entry)}
	case old.key == entry.key:
		twigs[at] = entry
	default:
		sub := o.insert(nil, maphash.Comparable(o.seed, old.key), shift+levelBits, old)
		twigs[at] = twig[K, V]{sub: o.insert(sub, h, shift+levelBits, entry)}
	}
	return &branch[K, V]{used: b.used, twigs: twigs}
}
