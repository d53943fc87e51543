package logfile

import (
	"context"
	"errors"
	"log/slog"
)

// handler hands records to another one, which writes to w.
type handler struct {
	slog.Handler
	w *Writer
}

// Handler gives h, which must write to w, with one difference: records from
// slog.LevelWarn on are in the file when logging them returns. They tell why a
// process ended.
func (w *Writer) Handler(h slog.Handler) slog.Handler { return handler{h, w} }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		err = errors.Join(err, h.w.Flush())
	}
	return err
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.w}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.w}
}
