package notify

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// DelivererConfig tunes a Deliverer. The zero value is what a server uses.
type DelivererConfig struct {
	Kind           string         // recipient kind; "" means "webhook"
	Workers        int            // destinations served at once; 0 means 8
	PerDestination int            // rows a destination gets before the next one's turn; 0 means 4
	Every          time.Duration  // looks for work at least this often; 0 means 1 s
	Timeout        time.Duration  // of one request, redirects included; 0 means 10 s
	MaxAttempts    int            // then it is a dead letter; 0 means 12
	TripAfter      int            // failures in a row that make a destination rest; 0 means 5
	Rest           time.Duration  // how long it rests first, doubled up to 10 min; 0 means 30 s
	Allow          []netip.Prefix // addresses that may be reached although they are not public

	Now    func() time.Time // nil means time.Now
	Rand   func() float64   // in [0,1), for jitter, safe for concurrent use; nil means math/rand/v2
	Logger *slog.Logger     // nil discards
}

// Deliverer posts outbox rows to webhooks: at least once each, oldest first at
// each destination, with none waiting for another's faults. Several servers may
// run one on the same store.
type Deliverer struct {
	box      Outbox
	cfg      DelivererConfig
	client   *http.Client
	poke     chan struct{}
	free     chan struct{} // a worker came free
	breakers breakers

	mu    sync.Mutex
	busy  map[geo.ID]bool // destinations with a batch under way
	stats DeliveryStats
}

// DeliveryStats counts since the start.
type DeliveryStats struct {
	Delivered int64 // acknowledged by the receiver
	Failed    int64 // attempts that will be repeated
	Dead      int64 // given up
	Lost      int64 // attempts whose lease had passed to somebody else meanwhile
	Resting   int   // destinations not asked now
}

// NewDeliverer makes a deliverer that does nothing until Run.
func NewDeliverer(box Outbox, cfg DelivererConfig) *Deliverer {
	if cfg.Kind == "" {
		cfg.Kind = "webhook"
	}
	cfg.Workers = orDefault(cfg.Workers, 8)
	cfg.PerDestination = orDefault(cfg.PerDestination, 4)
	cfg.Every = orDefault(cfg.Every, time.Second)
	cfg.Timeout = orDefault(cfg.Timeout, 10*time.Second)
	cfg.MaxAttempts = orDefault(cfg.MaxAttempts, 12)
	cfg.TripAfter = orDefault(cfg.TripAfter, 5)
	cfg.Rest = orDefault(cfg.Rest, 30*time.Second)
	cfg.Logger = orDiscard(cfg.Logger)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = defaultRand
	}
	return &Deliverer{
		box: box, cfg: cfg,
		client:   newClient(cfg.Timeout, cfg.Allow),
		poke:     make(chan struct{}, 1),
		free:     make(chan struct{}, 1),
		breakers: breakers{tripAfter: cfg.TripAfter, rest: cfg.Rest, by: map[geo.ID]*breaker{}},
		busy:     map[geo.ID]bool{},
	}
}

// Poke says that there may be something to deliver. It never blocks.
func (d *Deliverer) Poke() { signal(d.poke) }

// Stats gives the counts so far, for metrics. Safe for concurrent use.
func (d *Deliverer) Stats() DeliveryStats {
	d.mu.Lock()
	s := d.stats
	d.mu.Unlock()
	s.Resting = len(d.breakers.resting(d.cfg.Now()))
	return s
}

// Run delivers until ctx ends. Requests under way are then broken off and
// their rows given back, so that another server takes them at once; the
// receiver may see such a one twice.
func (d *Deliverer) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(d.cfg.Every)
	defer tick.Stop()
	for ctx.Err() == nil {
		more, err := d.lease(ctx, &work)
		switch {
		case err != nil && ctx.Err() == nil:
			d.cfg.Logger.Warn("leasing deliveries failed", "kind", d.cfg.Kind, "error", err)
			sleep(ctx, d.cfg.Every)
			continue
		case more:
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.poke:
		case <-d.free:
		case <-tick.C:
		}
	}
}

// lease takes what free workers can do and starts them; more says that it is
// worth asking again at once.
func (d *Deliverer) lease(ctx context.Context, work *sync.WaitGroup) (more bool, err error) {
	d.mu.Lock()
	idle := d.cfg.Workers - len(d.busy)
	skip := d.breakers.resting(d.cfg.Now())
	for id := range d.busy {
		skip = append(skip, id)
	}
	d.mu.Unlock()
	if idle <= 0 {
		return false, nil
	}
	rows, err := d.box.Lease(ctx, LeaseRequest{
		Kind: d.cfg.Kind,
		// As many rows as workers, so that no destination waits for a worker
		// with its lease running.
		Max:            idle,
		PerDestination: d.cfg.PerDestination,
		Skip:           skip,
		Hold:           time.Duration(d.cfg.PerDestination)*d.cfg.Timeout + 30*time.Second,
	})
	if err != nil {
		return false, err
	}
	batches := map[geo.ID][]Delivery{}
	for _, r := range rows {
		batches[r.Destination] = append(batches[r.Destination], r)
	}
	for id, batch := range batches {
		d.mu.Lock()
		d.busy[id] = true
		d.mu.Unlock()
		work.Go(func() {
			defer func() {
				d.mu.Lock()
				delete(d.busy, id)
				d.mu.Unlock()
				signal(d.free)
			}()
			d.serve(ctx, id, batch)
		})
	}
	return len(rows) == idle, nil
}

// serve delivers a destination's rows one after the other. When the
// destination starts to rest, or the server stops, the rest is given back.
func (d *Deliverer) serve(ctx context.Context, id geo.ID, batch []Delivery) {
	for _, row := range batch {
		now := d.cfg.Now()
		if wait := d.breakers.wait(id, now); ctx.Err() != nil || wait > 0 {
			d.fail(ctx, row, Failure{RetryIn: wait, Untried: true, Cause: "not tried"})
			continue
		}
		err := d.post(ctx, row)
		switch {
		case err == nil:
			d.breakers.succeed(id)
			d.finish(ctx, row)
		case ctx.Err() != nil:
			d.fail(ctx, row, Failure{Cause: "broken off"})
		default:
			wait := retryIn(row.Attempt, err, d.cfg.Rand)
			if d.breakers.fail(id, d.cfg.Now()) {
				d.cfg.Logger.Warn("a webhook destination rests", "destination", id, "cause", cause(err))
			}
			dead := row.Attempt >= d.cfg.MaxAttempts
			d.fail(ctx, row, Failure{RetryIn: wait, Dead: dead, Cause: cause(err)})
		}
	}
}

// settleTime bounds writing an outcome, which also happens while stopping.
const settleTime = 5 * time.Second

func (d *Deliverer) finish(ctx context.Context, row Delivery) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	ok, err := d.box.Finish(ctx, row.ID, row.Attempt)
	d.settled(row, ok, err, func(s *DeliveryStats) { s.Delivered++ })
}

func (d *Deliverer) fail(ctx context.Context, row Delivery, f Failure) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	ok, err := d.box.Fail(ctx, row.ID, row.Attempt, f)
	d.settled(row, ok, err, func(s *DeliveryStats) {
		switch {
		case f.Dead:
			s.Dead++
			d.cfg.Logger.Error("a delivery is given up", "id", row.ID, "destination", row.Destination, "attempt", row.Attempt, "cause", f.Cause)
		case !f.Untried:
			s.Failed++
		}
	})
}

func (d *Deliverer) settled(row Delivery, ok bool, err error, count func(*DeliveryStats)) {
	if err != nil {
		// The lease runs out and the row comes again: at least once.
		d.cfg.Logger.Warn("writing the outcome of a delivery failed", "id", row.ID, "error", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && !ok {
		d.stats.Lost++
		return
	}
	count(&d.stats)
}
