-- Where the members of patrols were, what follows from it, and who looked at it.
-- Raw fixes are a set: adding some again, late or in another order leaves the same
-- rows. Everything else but tracks, batches and readings follows from that set.

-- +goose Up

-- One a member of a patrol, with the newest fix of all, for the live map.
-- coarse_at: since when there are no raw fixes any more.
CREATE TABLE tracks (
    district_code    text NOT NULL,
    id               uuid NOT NULL,
    patrol_id        uuid NOT NULL,
    person_id        uuid NOT NULL,
    last_t           timestamptz,
    last_lon_e7      integer,
    last_lat_e7      integer,
    last_accuracy_cm integer,
    last_speed_cms   integer,
    last_mock        boolean,
    distance_m       double precision NOT NULL DEFAULT 0 CHECK (distance_m >= 0),
    coarse_at        timestamptz,
    PRIMARY KEY (district_code, id),
    CONSTRAINT one_track_a_member UNIQUE (district_code, patrol_id, person_id),
    CONSTRAINT last_whole CHECK
        (num_nulls(last_t, last_lon_e7, last_lat_e7, last_accuracy_cm, last_speed_cms, last_mock) IN (0, 6))
) WITH (fillfactor = 60);
CREATE INDEX tracks_person ON tracks (district_code, person_id);

-- The key is all of it. accuracy_cm and speed_cms are -1 where the phone did not
-- say. Partitions are months, UTC; what lies in none of them is in the default.
CREATE TABLE track_fixes (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    t             timestamptz NOT NULL,
    lon_e7        integer NOT NULL,
    lat_e7        integer NOT NULL,
    accuracy_cm   integer NOT NULL CHECK (accuracy_cm >= -1),
    speed_cms     integer NOT NULL CHECK (speed_cms >= -1),
    mock          boolean NOT NULL,
    PRIMARY KEY (district_code, track_id, t, lon_e7, lat_e7, accuracy_cm, speed_cms, mock)
) PARTITION BY RANGE (t);
CREATE TABLE track_fixes_other PARTITION OF track_fixes DEFAULT;

-- Uploads that brought something new. clock_offset_ms is how far the phone's clock
-- was ahead; NULL where it did not say its time.
CREATE TABLE track_batches (
    district_code   text NOT NULL,
    track_id        uuid NOT NULL,
    id              uuid NOT NULL,
    sent_at         timestamptz,
    received_at     timestamptz NOT NULL,
    clock_offset_ms bigint,
    received        integer NOT NULL CHECK (received >= added),
    added           integer NOT NULL CHECK (added >= 1),
    PRIMARY KEY (district_code, track_id, id)
);

-- Tracks whose fixes changed from from_t to to_t since what follows from them was
-- made. version grows with each change, so that none is lost while it is made.
CREATE TABLE track_stale (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    from_t        timestamptz NOT NULL,
    to_t          timestamptz NOT NULL CHECK (to_t >= from_t),
    since         timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (district_code, track_id)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- What follows from fixes follows from a run of them each, without a gap, which
-- begins at run_t and is always made whole. These are the cleaned pieces. One of a
-- single fix has it twice in path; offsets_ms are the times of the vertices, after
-- from_t.
CREATE TABLE track_pieces (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    from_t        timestamptz NOT NULL,
    to_t          timestamptz NOT NULL CHECK (to_t >= from_t),
    run_t         timestamptz NOT NULL CHECK (run_t <= from_t),
    run_to        timestamptz NOT NULL CHECK (run_to >= to_t),
    path          geometry(LineString, 4326) NOT NULL,
    offsets_ms    integer[] NOT NULL CHECK (cardinality(offsets_ms) = ST_NPoints(path)),
    distance_m    double precision NOT NULL CHECK (distance_m >= 0),
    coarse        boolean NOT NULL DEFAULT false,
    during        tstzrange NOT NULL GENERATED ALWAYS AS (tstzrange(from_t, to_t, '[]')) STORED,
    PRIMARY KEY (district_code, track_id, from_t)
);
CREATE INDEX track_pieces_where ON track_pieces USING gist (path, during);

CREATE TABLE track_visits (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    area_id       uuid NOT NULL,
    from_t        timestamptz NOT NULL,
    to_t          timestamptz NOT NULL CHECK (to_t >= from_t),
    run_t         timestamptz NOT NULL,
    dwell_s       double precision NOT NULL CHECK (dwell_s >= 0),
    distance_m    double precision NOT NULL CHECK (distance_m >= 0),
    PRIMARY KEY (district_code, track_id, area_id, from_t)
);
CREATE INDEX track_visits_area ON track_visits (district_code, area_id, from_t) INCLUDE (to_t, track_id, dwell_s, distance_m);

CREATE TABLE checkpoint_visits (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    checkpoint_id uuid NOT NULL,
    from_t        timestamptz NOT NULL,
    to_t          timestamptz NOT NULL CHECK (to_t >= from_t),
    run_t         timestamptz NOT NULL,
    dwell_s       double precision NOT NULL CHECK (dwell_s >= 0),
    PRIMARY KEY (district_code, track_id, checkpoint_id, from_t)
);
CREATE INDEX checkpoint_visits_place ON checkpoint_visits (district_code, checkpoint_id, from_t);

-- How long a run was in a cell of H3 (resolution 10), and when first and last.
CREATE TABLE track_cells (
    district_code text NOT NULL,
    track_id      uuid NOT NULL,
    run_t         timestamptz NOT NULL,
    cell          bigint NOT NULL,
    dwell_s       double precision NOT NULL CHECK (dwell_s >= 0),
    first_t       timestamptz NOT NULL,
    last_t        timestamptz NOT NULL CHECK (last_t >= first_t),
    PRIMARY KEY (district_code, track_id, run_t, cell)
);
CREATE INDEX track_cells_when ON track_cells (district_code, last_t);
CREATE INDEX track_cells_cell ON track_cells (district_code, cell, last_t) INCLUDE (dwell_s);

-- Sums of a day of the district, without anybody in them: they stay.
CREATE TABLE area_days (
    district_code text NOT NULL,
    area_id       uuid NOT NULL,
    day           date NOT NULL,
    visits        integer NOT NULL CHECK (visits >= 1),
    dwell_s       double precision NOT NULL,
    distance_m    double precision NOT NULL,
    last_visit    timestamptz NOT NULL,
    PRIMARY KEY (district_code, area_id, day)
);
CREATE INDEX area_days_day ON area_days (district_code, day);
CREATE TABLE checkpoint_days (
    district_code text NOT NULL,
    checkpoint_id uuid NOT NULL,
    day           date NOT NULL,
    visits        integer NOT NULL CHECK (visits >= 1),
    dwell_s       double precision NOT NULL,
    last_visit    timestamptz NOT NULL,
    PRIMARY KEY (district_code, checkpoint_id, day)
);

-- Who looked at where somebody was, for that somebody to see. at is the beginning
-- of the hour for what a page asks again and again.
CREATE TABLE track_readings (
    district_code text NOT NULL,
    person_id     uuid NOT NULL,
    at            timestamptz NOT NULL,
    what          text NOT NULL CHECK (what IN ('track', 'live', 'nearest')),
    patrol_id     uuid NOT NULL,
    viewer_kind   text NOT NULL,
    viewer_id     text NOT NULL,
    viewer_name   text NOT NULL,
    viewer_role   text NOT NULL,
    PRIMARY KEY (district_code, person_id, at, what, patrol_id, viewer_kind, viewer_id)
);

-- Until when what was made of the past is coarse, or gone.
CREATE TABLE track_retention (
    district_code text NOT NULL,
    coarse_before timestamptz,
    erased_before timestamptz,
    PRIMARY KEY (district_code)
);

-- Whom the look for who is away has to see besides patrols under way.
CREATE INDEX patrols_absent ON patrols (district_code, id) WHERE absent_since IS NOT NULL;

-- The partition of the month of at, made where it is missing, by the owner of the
-- tables: the server itself makes none. Fixes of that month that came before go
-- over from the default.
-- +goose StatementBegin
CREATE FUNCTION make_track_partition(at timestamptz) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = gridpatrol, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz := date_trunc('month', at);
    after timestamptz := date_trunc('month', at) + interval '1 month';
    name  text := 'track_fixes_' || to_char(first, 'YYYYMM');
BEGIN
    IF at NOT BETWEEN now() - interval '20 years' AND now() + interval '1 year' THEN
        RAISE EXCEPTION 'no partition is made so far away' USING ERRCODE = '22023';
    END IF;
    IF to_regclass('gridpatrol.' || name) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('gridpatrol track partitions', 0));
    IF to_regclass('gridpatrol.' || name) IS NOT NULL THEN
        RETURN false;
    END IF;
    LOCK TABLE track_fixes IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE track_fixes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('WITH gone AS (DELETE FROM track_fixes_other WHERE t >= %L AND t < %L RETURNING *)
                    INSERT INTO %I SELECT * FROM gone', first, after, name);
    EXECUTE format('ALTER TABLE track_fixes ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, after);
    RETURN true;
END $$;
-- +goose StatementEnd

-- Takes away months that ended before and hold nothing any more.
-- +goose StatementBegin
CREATE FUNCTION drop_track_partitions(before timestamptz) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = gridpatrol, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    name text;
    used boolean;
    gone integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('gridpatrol track partitions', 0));
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'track_fixes'::regclass AND c.relname ~ '^track_fixes_[0-9]{6}$'
          AND to_date(right(c.relname, 6), 'YYYYMM')::timestamptz + interval '1 month' <= least(before, date_trunc('month', now()))
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO used;
        IF NOT used THEN
            LOCK TABLE track_fixes IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO used;
            IF NOT used THEN
                EXECUTE format('DROP TABLE %I', name);
                gone := gone + 1;
            END IF;
        END IF;
    END LOOP;
    RETURN gone;
END $$;
-- +goose StatementEnd

REVOKE ALL ON FUNCTION make_track_partition(timestamptz), drop_track_partitions(timestamptz) FROM PUBLIC;

-- What hangs on tracks goes without: rows are written and taken away with their
-- track's, and checking each fix would take longer than writing it.
ALTER TABLE tracks ADD FOREIGN KEY (district_code, patrol_id) REFERENCES patrols;
ALTER TABLE track_retention ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP INDEX patrols_absent;
DROP FUNCTION drop_track_partitions(timestamptz);
DROP FUNCTION make_track_partition(timestamptz);
DROP TABLE track_retention, track_readings, checkpoint_days, area_days, track_cells, checkpoint_visits, track_visits, track_pieces,
    track_stale, track_batches, track_fixes, tracks;
