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
	maker *maker // whoever may still change it; nil for nobody
}

// maker is who makes an overlay by many puts, before anybody else sees it. Branches
// that it made on the way are changed in place, not copied for every put.
type maker struct{ _ byte } // not empty, so that no two have one address

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

func (o overlay[K, V]) put(key K, value V) overlay[K, V] { return o.putBy(&maker{}, key, value) }

// putBy is put, one of many by a maker: what an earlier one of it gave is no more
// to be used.
func (o overlay[K, V]) putBy(m *maker, key K, value V) overlay[K, V] {
	o.root = o.insert(m, o.root, maphash.Comparable(o.seed, key), 0, twig[K, V]{key: key, value: value})
	return o
}

// own gives a branch that the maker may change.
func (b *branch[K, V]) own(m *maker) *branch[K, V] {
	switch {
	case b == nil:
		return &branch[K, V]{maker: m}
	case b.maker == m:
		return b
	}
	return &branch[K, V]{used: b.used, twigs: slices.Clone(b.twigs), maker: m}
}

func (o overlay[K, V]) insert(m *maker, b *branch[K, V], h uint64, shift int, entry twig[K, V]) *branch[K, V] {
	b = b.own(m)
	if shift >= hashBits {
		if i := slices.IndexFunc(b.twigs, func(t twig[K, V]) bool { return t.key == entry.key }); i >= 0 {
			b.twigs[i] = entry
		} else {
			b.twigs = append(b.twigs, entry)
		}
		return b
	}
	bit := uint32(1) << (h >> shift & 31)
	at := bits.OnesCount32(b.used & (bit - 1))
	if b.used&bit == 0 {
		b.used, b.twigs = b.used|bit, slices.Insert(b.twigs, at, entry)
		return b
	}
	switch old := &b.twigs[at]; {
	case old.sub != nil:
		old.sub = o.insert(m, old.sub, h, shift+levelBits, entry)
	case old.key == entry.key:
		*old = entry
	default:
		sub := o.insert(m, nil, maphash.Comparable(o.seed, old.key), shift+levelBits, *old)
		*old = twig[K, V]{sub: o.insert(m, sub, h, shift+levelBits, entry)}
	}
	return b
}
