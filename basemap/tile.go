package basemap

import (
	"context"
	"errors"
	"fmt"

	"github.com/paulmach/orb/maptile"
)

// errClosed is the answer of a server that has been closed.
var errClosed = errors.New("the base map is closed")

// tile gives a tile as pages get it.
func (s *Server) tile(ctx context.Context, t maptile.Tile) (*kept, error) {
	if len(s.layers) == 1 && !s.shifted {
		return s.raw(ctx, 0, t)
	}
	return s.kept(ctx, key{made, t}, func(ctx context.Context) (content, error) { return s.compose(ctx, t) })
}

// raw gives a tile of a layer as its source has it.
func (s *Server) raw(ctx context.Context, layer int, t maptile.Tile) (*kept, error) {
	return s.kept(ctx, key{layer, t}, func(ctx context.Context) (content, error) {
		c, err := s.layers[layer].tile(ctx, t)
		if c.empty() && err == nil && c.keep == 0 {
			c.keep = keepLeast
		}
		return c, err
	})
}

// kept gives what is in memory and not old, or makes it, once for all who ask
// at the same time. Whoever asks may go; the making goes on for the next. Where
// it fails, what is old has to do.
func (s *Server) kept(ctx context.Context, k key, make func(context.Context) (content, error)) (*kept, error) {
	old, ok := s.store.get(k)
	if ok && s.now().Before(old.until) {
		return old, nil
	}
	flight := s.store.flights.DoChan(fmt.Sprint(k.layer, k.tile.Z, k.tile.X, k.tile.Y), func() (_ any, err error) {
		// Decoders of pictures from outside have had faults.
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("a tile could not be read: %v", fault)
			}
		}()
		if s.living.Err() != nil {
			return nil, errClosed
		}
		c, err := make(s.living)
		if err != nil {
			return nil, err
		}
		return s.store.put(k, c, s.now()), nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-flight:
		switch {
		case r.Err == nil:
			return r.Val.(*kept), nil
		case ok:
			return old, nil
		}
		return nil, r.Err
	}
}
