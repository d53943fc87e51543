-- Reports and what belongs to them: many rows, often written, and all of one
-- district together.

-- +goose Up
CREATE TABLE reports (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    category      text NOT NULL CHECK (category <> ''),
    description   text NOT NULL,
    lon_e7        integer NOT NULL,
    lat_e7        integer NOT NULL,
    point         geometry(Point, 4326) NOT NULL,
    raw_lon       double precision NOT NULL,
    raw_lat       double precision NOT NULL,
    raw_crs       text NOT NULL CHECK (raw_crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
    accuracy_m    double precision NOT NULL CHECK (accuracy_m >= 0),
    source        text NOT NULL CHECK (source <> ''),
    observed_at   timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    status        text NOT NULL CHECK (status IN ('reported', 'verified', 'dispatched', 'accepted',
        'returned', 'handled', 'closed', 'rejected', 'parked', 'duplicate')),
    due_at        timestamptz,
    hard_due_at   timestamptz,
    version       integer NOT NULL CHECK (version >= 1),
    cell          bigint NOT NULL,
    area_ids      uuid[] NOT NULL,
    decision_seq  integer NOT NULL CHECK (decision_seq >= 1),
    last_event    integer NOT NULL CHECK (last_event >= 1),
    has_contact   boolean NOT NULL,
    handled_by    text NOT NULL,
    PRIMARY KEY (district_code, id),
    CONSTRAINT point_is_its_lattice_point CHECK
        (ST_X(point) = lon_e7 / 1e7::float8 AND ST_Y(point) = lat_e7 / 1e7::float8),
    CONSTRAINT changed_after_made CHECK (updated_at >= created_at)
);
CREATE INDEX reports_newest ON reports (district_code, created_at DESC, id DESC);
CREATE INDEX reports_due ON reports (district_code, due_at)
    WHERE status NOT IN ('closed', 'rejected', 'duplicate', 'handled') AND due_at IS NOT NULL;
CREATE INDEX reports_point ON reports USING gist (point);
CREATE INDEX reports_areas ON reports USING gin (area_ids);

-- Append-only: why a report went where it went. Computed again from revision
-- and duty_version it is the same.
CREATE TABLE decisions (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    seq           integer NOT NULL CHECK (seq >= 1),
    revision      integer NOT NULL CHECK (revision >= 1),
    duty_version  bigint NOT NULL CHECK (duty_version >= 1),
    category      text NOT NULL,
    rule          text NOT NULL,
    lon_e7        integer NOT NULL,
    lat_e7        integer NOT NULL,
    edge_m        double precision NOT NULL,
    areas         jsonb NOT NULL,
    area_ids      uuid[] NOT NULL,
    assignments   jsonb NOT NULL,
    decided_at    timestamptz NOT NULL,
    PRIMARY KEY (district_code, report_id, seq)
);
CREATE INDEX decisions_basis ON decisions (district_code, revision, duty_version);

-- The posts that answer for a report now, taken from its last decision.
CREATE TABLE assignments (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    number        smallint NOT NULL CHECK (number >= 1),
    post          text NOT NULL,
    area_id       uuid NOT NULL,
    seat_id       uuid,
    person_id     uuid,
    lead          boolean NOT NULL,
    PRIMARY KEY (district_code, report_id, number)
);
CREATE INDEX assignments_seat ON assignments (district_code, seat_id);
CREATE INDEX assignments_person ON assignments (district_code, person_id) WHERE seat_id IS NULL;

-- Append-only: what was done, by whom.
CREATE TABLE report_events (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    seq           integer NOT NULL CHECK (seq >= 1),
    type          text NOT NULL CHECK (type <> ''),
    at            timestamptz NOT NULL,
    actor_kind    text NOT NULL CHECK (actor_kind IN ('user', 'token', 'public', 'system')),
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    actor_role    text NOT NULL,
    from_status   text NOT NULL,
    to_status     text NOT NULL,
    note          text NOT NULL,
    point         geometry(Point, 4326),
    detail        jsonb,
    PRIMARY KEY (district_code, report_id, seq)
);

-- How to reach a reporter: AES-256-GCM, with a key that is not in the database
-- and the report's id as additional data.
CREATE TABLE reporter_contacts (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    key_id        text NOT NULL,
    nonce         bytea NOT NULL CHECK (length(nonce) = 12),
    sealed        bytea NOT NULL CHECK (length(sealed) > 16),
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (district_code, report_id)
);

CREATE TABLE report_photos (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    number        smallint NOT NULL CHECK (number >= 1),
    sha256        bytea NOT NULL CHECK (length(sha256) = 32),
    bytes         bigint NOT NULL CHECK (bytes > 0),
    width         integer NOT NULL CHECK (width > 0),
    height        integer NOT NULL CHECK (height > 0),
    PRIMARY KEY (district_code, report_id, number)
);

-- What came of an Idempotency-Key.
CREATE TABLE idempotency (
    district_code text NOT NULL,
    key_hash      bytea NOT NULL CHECK (length(key_hash) = 32),
    request_hash  bytea NOT NULL CHECK (length(request_hash) = 32),
    report_id     uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (district_code, key_hash)
);
CREATE INDEX idempotency_age ON idempotency (district_code, created_at);

-- begin_accept opens the acceptance of a report: it keeps a publish from flipping
-- until the transaction ends, fails where boundaries or duties are others than
-- the decision was made on (GP001), and takes the key, or fails where it belongs
-- to another report (GP002). Each of its statements sees what was committed
-- before it, so the versions are read under the lock, and a twin is waited for.
-- +goose StatementBegin
CREATE FUNCTION begin_accept(lock bigint, district text, revision integer, version bigint,
                             key bytea, request bytea, report uuid, at timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock);
    PERFORM FROM gridpatrol.districts d WHERE d.district_code = district
        AND d.current_revision = revision AND d.duty_version = version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'boundaries or duties have changed' USING ERRCODE = 'GP001';
    END IF;
    IF key IS NOT NULL THEN
        INSERT INTO gridpatrol.idempotency (district_code, key_hash, request_hash, report_id, created_at)
        VALUES (district, key, request, report, at)
        ON CONFLICT (district_code, key_hash) DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the key was used before' USING ERRCODE = 'GP002';
        END IF;
    END IF;
END $$;
-- +goose StatementEnd

-- assignments and idempotency go without: their rows are only ever written in
-- the report's own transaction, and checking each of them took a quarter of the
-- time a report takes.
ALTER TABLE decisions ADD FOREIGN KEY (district_code, report_id) REFERENCES reports;
ALTER TABLE report_events ADD FOREIGN KEY (district_code, report_id) REFERENCES reports;
ALTER TABLE reporter_contacts ADD FOREIGN KEY (district_code, report_id) REFERENCES reports;
ALTER TABLE report_photos ADD FOREIGN KEY (district_code, report_id) REFERENCES reports;

-- +goose Down
DROP FUNCTION begin_accept(bigint, text, integer, bigint, bytea, bytea, uuid, timestamptz);
DROP TABLE idempotency, report_photos, reporter_contacts, report_events, assignments, decisions, reports;
