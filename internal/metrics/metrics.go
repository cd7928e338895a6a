// Package metrics counts what a process does, for Prometheus to ask on its private
// address. No label carries an id or a word: a route is its pattern, everything else a
// code out of a short list.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A Set is the metrics of one process.
type Set struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	answers  *prometheus.CounterVec
}

// New makes a Set with what every process has: how long requests take, memory and
// file descriptors, and the version of the trust file.
func New(trustVersion func() int) *Set {
	s := &Set{registry: prometheus.NewRegistry()}
	s.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "recueil_http_seconds", Help: "How long answers took, by the pattern of their route.",
		Buckets: []float64{.005, .015, .06, .25, 1, 5}}, []string{"route"})
	s.answers = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "recueil_http_answers_total", Help: "Answers, by the pattern of their route and the class of their status."}, []string{"route", "class"})
	s.registry.MustRegister(s.seconds, s.answers)
	s.Gauge("recueil_trust_version", "Version of the trust file in use.", func() float64 { return float64(trustVersion()) })
	s.Gauge("recueil_memory_resident_bytes", "Memory that the process takes.", residentBytes)
	s.Gauge("recueil_start_seconds", "When the process started, in seconds since 1970.", startedAt())
	return s
}

func startedAt() func() float64 {
	now := float64(time.Now().Unix())
	return func() float64 { return now }
}

// Observe counts one answer. Its route is a pattern of the router, never an address.
func (s *Set) Observe(route string, status int, took time.Duration) {
	s.seconds.WithLabelValues(route).Observe(took.Seconds())
	s.answers.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
}

// Gauge adds a value that is read when it is asked for.
func (s *Set) Gauge(name, help string, read func() float64) {
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// A Counter counts events by labels that are codes.
type Counter struct{ vec *prometheus.CounterVec }

// Counter adds a Counter, with a zero for each of the label sets that are known
// beforehand: a rate of what never happened is 0, not absent.
func (s *Set) Counter(name, help string, labels []string, known ...[]string) *Counter {
	c := &Counter{prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)}
	s.registry.MustRegister(c.vec)
	for _, values := range known {
		c.vec.WithLabelValues(values...)
	}
	return c
}

// Add counts one event.
func (c *Counter) Add(values ...string) { c.vec.WithLabelValues(values...).Inc() }

// Handler answers Prometheus, and health beside it.
func (s *Set) Handler() http.Handler {
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{DisableCompression: true})
}
