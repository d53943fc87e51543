package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what the server does. Labels hold route templates, methods
// and statuses: few values, nothing personal.
type metrics struct {
	durations *prometheus.HistogramVec
	mu        sync.RWMutex
	observers map[answered]prometheus.Observer // of durations
	reports   *prometheus.CounterVec
	streams   prometheus.Gauge
	points    prometheus.Counter
}

// answered is what the durations of answers are told apart by.
type answered struct {
	method, route string
	status        int
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		observers: map[answered]prometheus.Observer{},
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gridpatrol_http_request_duration_seconds", Help: "Time from request to the end of the answer, by route template.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"method", "route", "status"}),
		reports: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridpatrol_reports_accepted_total", Help: "Reports answered with 201: new, or again for their key.",
		}, []string{"outcome"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gridpatrol_event_streams", Help: "Open event streams.",
		}),
		points: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gridpatrol_points_located_total", Help: "Points looked up by /api/v1/locate.",
		}),
	}
	registry := s.cfg.Registry
	registry.MustRegister(m.durations, m.reports, m.streams, m.points,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gridpatrol_boundary_revision", Help: "Number of the boundary revision that is served, -1 before one is loaded.",
		}, func() float64 {
			if b := s.cfg.Boundaries.Current(); b != nil {
				return float64(b.Revision.Number)
			}
			return -1
		}))
	if s.cfg.Lag != nil {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "gridpatrol_snapshot_lag_seconds", Help: "How long the snapshot may be behind the database.",
		}, func() float64 { return s.cfg.Lag().Seconds() }))
	}
	// The process may have registered them for itself.
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		_ = registry.Register(c)
	}
	return m
}

func (m *metrics) observe(verb, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.observer(answered{method(verb), route, status}).Observe(took.Seconds())
}

// observer finds where durations go. Looking labels up takes longer than noting
// one, so what was found is kept: there are few.
func (m *metrics) observer(a answered) prometheus.Observer {
	m.mu.RLock()
	known := m.observers[a]
	m.mu.RUnlock()
	if known == nil {
		known = m.durations.WithLabelValues(a.method, a.route, strconv.Itoa(a.status))
		m.mu.Lock()
		m.observers[a] = known
		m.mu.Unlock()
	}
	return known
}

// Metrics serves the metrics in Prometheus text, for a listener of their own.
func (s *Server) Metrics() http.Handler {
	return promhttp.HandlerFor(s.cfg.Registry, promhttp.HandlerOpts{})
}
