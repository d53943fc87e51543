package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// How long things are kept that nobody needs for ever, besides contacts, which
// the operator decides. Phones that were offline repeat with old keys.
const (
	keepKeys   = 60 * 24 * time.Hour
	keepEvents = 30 * 24 * time.Hour
)

// keepMost is the longest that contacts are kept by a number of days: more is
// likely a slip, and for ever has a word.
const keepMost = 3650

// keepFlags say how long personal data is kept.
type keepFlags struct {
	KeepContacts  keepTime `env:"GRIDPATROL_KEEP_CONTACTS" default:"90d" placeholder:"DAYS" help:"How long a reporter's name and phone are kept after the case was closed, such as 90d; forever keeps them."`
	CoarsenTracks keepTime `env:"GRIDPATROL_COARSEN_TRACKS" default:"30d" placeholder:"DAYS" help:"After how long the positions of patrols go, and the rough way is kept: 100 m and a quarter of an hour; forever keeps them."`
	EraseTracks   keepTime `env:"GRIDPATROL_ERASE_TRACKS" default:"180d" placeholder:"DAYS" help:"After how long all goes that says where somebody was; sums of days stay. forever keeps it."`
}

// keepTime is how long something is kept; 0 is for ever.
type keepTime time.Duration

// checkKeep says what cannot be.
func (f *keepFlags) checkKeep() error {
	if f.EraseTracks != 0 && f.CoarsenTracks >= f.EraseTracks {
		return errors.New("--coarsen-tracks must be less than --erase-tracks")
	}
	return nil
}

// trackDays are what people are told of how long tracks are kept.
func (f *keepFlags) trackDays() api.TrackDays {
	days := func(k keepTime) int { return int(time.Duration(k) / (24 * time.Hour)) }
	return api.TrackDays{Coarsen: days(f.CoarsenTracks), Erase: days(f.EraseTracks)}
}

// UnmarshalText reads a number of days such as 90d, or forever.
func (k *keepTime) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "forever" {
		*k = 0
		return nil
	}
	number, isDays := strings.CutSuffix(s, "d")
	days, err := strconv.Atoi(number)
	if err != nil || !isDays || strings.Trim(number, "0123456789") != "" || days < 1 || days > keepMost {
		return fmt.Errorf("%q is no time to keep something: give days, from 1d to %dd, or forever", s, keepMost)
	}
	*k = keepTime(time.Duration(days) * 24 * time.Hour)
	return nil
}

// keepHouse looks at the start whether this server has the key that contacts
// were encrypted with, and forgets, once an hour, what has been kept long enough.
func (s *server) keepHouse(ctx context.Context) {
	if keys, err := s.store.ForeignContactKeys(ctx); err == nil && len(keys) > 0 {
		s.log.Warn("some reporters' contacts were encrypted with other keys than keys/contacts.key of this data directory; servers of one district share that file, and the directory of photos", "keys", keys)
	}
	for wait := time.Minute; ; wait = time.Hour {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := s.forget(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("old keys, contacts, events or tracks could not be forgotten; tried again in an hour", "err", err)
		}
	}
}

// forget forgets what has been kept long enough by now.
func (s *server) forget(ctx context.Context, now time.Time) error {
	_, keys := s.store.PurgeKeys(ctx, now.Add(-keepKeys))
	events := s.store.PurgeEvents(ctx, now.Add(-keepEvents))
	coarsened, erased, tracks := s.tracks.Forget(ctx, now)
	if coarsened+erased > 0 {
		s.log.Info("tracks of long ago were coarsened and erased", "coarsened", coarsened, "erased", erased)
	}
	if s.keepContacts == 0 {
		return errors.Join(keys, events, tracks)
	}
	self := patrol.Actor{Kind: "system", ID: "retention", Name: "retention", Role: "system"}
	contacts, err := s.store.PurgeContacts(ctx, now.Add(-s.keepContacts), self)
	if contacts > 0 {
		s.log.Info("forgot how to reach the reporters of cases closed long ago", "contacts", contacts)
	}
	return errors.Join(keys, events, tracks, err)
}
