-- Leave, who took over from whom, and when each version of the duties came into
-- force. leaves are versioned as the other tables of the roster are, see
-- 00003_duties.sql; all are reference tables.

-- +goose Up

-- away: from the first instant (included) to the last (excluded).
CREATE TABLE leaves (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    person_id     uuid NOT NULL,
    away          tstzrange NOT NULL CHECK (NOT isempty(away) AND lower_inc(away) AND NOT upper_inc(away)),
    PRIMARY KEY (district_code, id, from_version),
    CONSTRAINT one_leave_at_a_time EXCLUDE USING gist
        (district_code WITH =, person_id WITH =, away WITH &&, known WITH &&)
);
CREATE UNIQUE INDEX one_leave_a_version ON leaves (district_code, id) WHERE upper_inf(known);

-- What is to change hands by the calendar has done so until `at` of the version in
-- force. A version that a server of the release before made has no row.
CREATE TABLE duty_versions (
    district_code text NOT NULL,
    version       bigint NOT NULL CHECK (version >= 1),
    at            timestamptz NOT NULL,
    PRIMARY KEY (district_code, version)
);
INSERT INTO duty_versions (district_code, version, at)
    SELECT district_code, duty_version, clock_timestamp() FROM districts WHERE duty_version > 0;

-- Somebody else answers for a seat since `at`; report_ids are the open reports that
-- went over. from_person is NULL where nobody did before.
CREATE TABLE handovers (
    district_code   text NOT NULL,
    id              uuid NOT NULL,
    duty_version    bigint NOT NULL CHECK (duty_version >= 1),
    seat_id         uuid NOT NULL,
    area_ids        uuid[] NOT NULL,
    from_person     uuid,
    to_person       uuid NOT NULL,
    at              timestamptz NOT NULL,
    report_ids      uuid[] NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    PRIMARY KEY (district_code, id),
    CONSTRAINT to_somebody_else CHECK (from_person IS DISTINCT FROM to_person),
    CONSTRAINT acknowledgement_whole CHECK (num_nulls(acknowledged_at, acknowledged_by) IN (0, 2))
);
CREATE UNIQUE INDEX one_handover_a_version ON handovers
    (district_code, duty_version, seat_id, to_person, coalesce(from_person, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX handovers_open ON handovers (district_code, to_person, at) WHERE acknowledged_at IS NULL;
CREATE INDEX handovers_by_time ON handovers (district_code, at, id);

-- Who held a seat is asked of all versions.
CREATE INDEX holdings_seat ON holdings (district_code, seat_id);
CREATE INDEX holdings_holder ON holdings (district_code, person_id);

ALTER TABLE leaves ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE duty_versions ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE handovers ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP INDEX holdings_holder, holdings_seat;
DROP TABLE handovers, duty_versions, leaves;
