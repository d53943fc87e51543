package basemap

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts what is asked of the source and what is answered to pages.
type metrics struct {
	fetches *prometheus.CounterVec
	tiles   *prometheus.CounterVec
	away    prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridpatrol_basemap_fetches_total", Help: "Fetches from the outside base map, by what came of them.",
		}, []string{"result"}),
		tiles: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridpatrol_basemap_tiles_total", Help: "Tiles of the outside base map that were asked of this server, by what was answered.",
		}, []string{"answer"}),
		away: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gridpatrol_basemap_away", Help: "1 while the outside base map is left alone because it failed.",
		}),
	}
	if r != nil {
		r.MustRegister(m.fetches, m.tiles, m.away)
	}
	return m
}

func (m *metrics) answered(answer string) { m.tiles.WithLabelValues(answer).Inc() }

func (m *metrics) setAway(away bool) {
	if away {
		m.away.Set(1)
	} else {
		m.away.Set(0)
	}
}

func (m *metrics) fetched(err error) { m.fetches.WithLabelValues(result(err)).Inc() }

// result names a failure in one word.
func result(err error) string {
	var status statusError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &status):
		return "status"
	}
	for _, known := range []struct {
		err  error
		word string
	}{
		{errTimeout, "timeout"}, {errReach, "unreachable"}, {errRedirect, "redirect"},
		{errContent, "content"}, {errTooLarge, "too_large"}, {errAway, "cancelled"},
	} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	return "other"
}
