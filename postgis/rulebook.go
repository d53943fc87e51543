package postgis

import (
	"context"
	"reflect"
	"slices"
	"time"
	_ "time/tzdata" // working hours need Asia/Shanghai on machines without a zone database

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// zone is where a district's working hours are, unless its calendar says other.
const zone = "Asia/Shanghai"

func defaultRulebook() (*patrol.Rulebook, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	return patrol.DefaultRulebook(loc), nil
}

func (s *Store) readRulebook(ctx context.Context, tx pgx.Tx, version int64) (*patrol.Rulebook, error) {
	categories, err := categoryTable().rows(ctx, tx, s.district, version)
	if err != nil {
		return nil, err
	}
	rules, err := ruleTable().rows(ctx, tx, s.district, version)
	if err != nil {
		return nil, err
	}
	fallbacks, err := fallbackTable().rows(ctx, tx, s.district, version)
	if err != nil {
		return nil, err
	}
	calendars, err := calendarTable().rows(ctx, tx, s.district, version)
	if err != nil {
		return nil, err
	}
	if len(calendars) != 1 {
		return nil, pgx.ErrNoRows
	}
	calendar, err := calendars[0].calendar()
	if err != nil {
		return nil, err
	}
	return patrol.NewRulebook(categories, rules, fallbacks, calendar)
}

func (s *Store) writeRulebook(ctx context.Context, tx pgx.Tx, version int64, have, want *patrol.Rulebook) error {
	if err := categoryTable().replace(ctx, tx, s.district, version, have.Categories, want.Categories); err != nil {
		return err
	}
	if err := ruleTable().replace(ctx, tx, s.district, version, have.Rules, want.Rules); err != nil {
		return err
	}
	if err := fallbackTable().replace(ctx, tx, s.district, version, have.Fallbacks, want.Fallbacks); err != nil {
		return err
	}
	var before []calendarRow
	if have.Calendar.Location != nil {
		before = []calendarRow{rowOf(have.Calendar)}
	}
	return calendarTable().replace(ctx, tx, s.district, version, before, []calendarRow{rowOf(want.Calendar)})
}

func categoryTable() dated[string, patrol.Category] {
	return dated[string, patrol.Category]{
		table: "categories",
		columns: []string{"code", "name", "name_en", "family", "lead_post", "target_hours", "hard_hours",
			"around_clock", "verify_first", "private", "sort"},
		read: `SELECT code, name, name_en, family, lead_post, target_hours, hard_hours,
			       around_clock, verify_first, private, sort FROM categories
			WHERE district_code = @district AND known @> @version::bigint ORDER BY sort, code`,
		close: `UPDATE categories SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND code = ANY(@keys)`,
		scan: pgx.RowToStructByPos[patrol.Category],
		values: func(c patrol.Category) []any {
			return []any{c.Code, c.Name, c.NameEn, c.Group, string(c.LeadPost), c.TargetHours, c.HardHours,
				c.AroundClock, c.VerifyFirst, c.Private, c.Sort}
		},
		key:  func(c patrol.Category) string { return c.Code },
		same: equal[patrol.Category],
		keys: oneKey[string],
	}
}

func ruleTable() dated[string, patrol.Rule] {
	return dated[string, patrol.Rule]{
		table:   "dispatch_rules",
		columns: []string{"name", "priority", "kind", "categories", "posts"},
		read: `SELECT name, priority, kind, categories, posts FROM dispatch_rules
			WHERE district_code = @district AND known @> @version::bigint ORDER BY priority, name`,
		close: `UPDATE dispatch_rules SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND name = ANY(@keys)`,
		scan: func(row pgx.CollectableRow) (r patrol.Rule, err error) {
			err = row.Scan(&r.Name, &r.Priority, &r.Kind, &r.Categories, &r.Posts)
			if len(r.Categories) == 0 {
				r.Categories = nil // as rules are written: all of them
			}
			return r, err
		},
		values: func(r patrol.Rule) []any {
			posts := make([]string, len(r.Posts))
			for i, p := range r.Posts {
				posts[i] = string(p)
			}
			return []any{r.Name, r.Priority, string(r.Kind), append([]string{}, r.Categories...), posts}
		},
		key: func(r patrol.Rule) string { return r.Name },
		same: func(a, b patrol.Rule) bool {
			return a.Priority == b.Priority && a.Kind == b.Kind &&
				slices.Equal(a.Categories, b.Categories) && slices.Equal(a.Posts, b.Posts)
		},
		keys: oneKey[string],
	}
}

func fallbackTable() dated[string, patrol.Fallback] {
	return dated[string, patrol.Fallback]{
		table:   "fallbacks",
		columns: []string{"post", "next"},
		read: `SELECT post, next FROM fallbacks
			WHERE district_code = @district AND known @> @version::bigint ORDER BY post`,
		close: `UPDATE fallbacks SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND post = ANY(@keys)`,
		scan:   pgx.RowToStructByPos[patrol.Fallback],
		values: func(f patrol.Fallback) []any { return []any{string(f.Post), string(f.Next)} },
		key:    func(f patrol.Fallback) string { return string(f.Post) },
		same:   equal[patrol.Fallback],
		keys:   oneKey[string],
	}
}

// calendarRow is a calendar as its table holds it: hours in seconds.
type calendarRow struct {
	Zone        string
	From, To    []int64
	Workdays    []bool
	Off, Makeup []string
}

func rowOf(c patrol.Calendar) calendarRow {
	r := calendarRow{Zone: zone, From: []int64{}, To: []int64{}, Workdays: c.Workdays[:],
		Off: append([]string{}, c.Off...), Makeup: append([]string{}, c.Makeup...)}
	if c.Location != nil {
		r.Zone = c.Location.String()
	}
	for _, h := range c.Hours {
		r.From = append(r.From, int64(h.From/time.Second))
		r.To = append(r.To, int64(h.To/time.Second))
	}
	return r
}

func (r calendarRow) calendar() (c patrol.Calendar, err error) {
	if c.Location, err = time.LoadLocation(r.Zone); err != nil {
		return c, err
	}
	for i := range r.From {
		c.Hours = append(c.Hours, patrol.Span{
			From: time.Duration(r.From[i]) * time.Second,
			To:   time.Duration(r.To[i]) * time.Second,
		})
	}
	copy(c.Workdays[:], r.Workdays)
	c.Off, c.Makeup = r.Off, r.Makeup
	return c, nil
}

func calendarTable() dated[bool, calendarRow] {
	return dated[bool, calendarRow]{
		table:   "calendars",
		columns: []string{"time_zone", "hours_from", "hours_to", "workdays", "off", "makeup"},
		read: `SELECT time_zone, hours_from, hours_to, workdays, off, makeup FROM calendars
			WHERE district_code = @district AND known @> @version::bigint`,
		close: `UPDATE calendars SET known = int8range(from_version, @version)
			WHERE district_code = @district AND upper_inf(known) AND true = ANY(@keys::boolean[])`,
		scan:   pgx.RowToStructByPos[calendarRow],
		values: func(r calendarRow) []any { return []any{r.Zone, r.From, r.To, r.Workdays, r.Off, r.Makeup} },
		key:    func(calendarRow) bool { return true }, // there is one
		same:   func(a, b calendarRow) bool { return reflect.DeepEqual(a, b) },
		keys:   oneKey[bool],
	}
}
