-- Patrols of areas by teams, and the places that they look at. Checkpoints and
-- their kinds are reference tables; patrols are of a district's many rows.

-- +goose Up

CREATE TABLE checkpoint_kinds (
    district_code text NOT NULL,
    code          text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,63}$'),
    name          text NOT NULL CHECK (name <> ''),
    name_en       text NOT NULL,
    icon          text NOT NULL,
    due_every_h   integer NOT NULL CHECK (due_every_h BETWEEN 1 AND 8760),
    look_at       text[] NOT NULL,
    sort          integer NOT NULL,
    PRIMARY KEY (district_code, code)
);

-- A code belongs to one checkpoint for ever; a retired one may come back.
CREATE TABLE checkpoints (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    code          text COLLATE "C" NOT NULL CHECK (code ~ '^[0-9A-Za-z_.-]{1,64}$'),
    name          text NOT NULL CHECK (name <> ''),
    kind          text NOT NULL,
    lon_e7        integer NOT NULL,
    lat_e7        integer NOT NULL,
    point         geometry(Point, 4326) NOT NULL,
    radius_m      integer NOT NULL CHECK (radius_m BETWEEN 10 AND 500),
    due_every_h   integer NOT NULL CHECK (due_every_h BETWEEN 1 AND 8760),
    look_at       text[] NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL CHECK (updated_at >= created_at),
    retired_at    timestamptz,
    version       integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (district_code, id),
    CONSTRAINT one_checkpoint_a_code UNIQUE (district_code, code),
    CONSTRAINT checkpoint_is_its_lattice_point CHECK
        (ST_X(point) = lon_e7 / 1e7::float8 AND ST_Y(point) = lat_e7 / 1e7::float8)
);
CREATE INDEX checkpoints_point ON checkpoints USING gist (point) WHERE retired_at IS NULL;

-- area_ids are the area and those that it belonged to when the patrol was made:
-- who may see any of them sees the patrol. Times called seen are of this
-- server's clock, the others of the phone's. absent_since follows from its
-- tracks, and does not count as a change of it.
CREATE TABLE patrols (
    district_code   text NOT NULL,
    id              uuid NOT NULL,
    area_id         uuid NOT NULL,
    area_ids        uuid[] NOT NULL CHECK (area_id = ANY (area_ids)),
    planned_start   timestamptz NOT NULL,
    planned_end     timestamptz NOT NULL CHECK (planned_end > planned_start AND planned_end <= planned_start + interval '24 hours'),
    state           text NOT NULL CHECK (state IN ('scheduled', 'active', 'done', 'cancelled')),
    started_at      timestamptz,
    started_seen_at timestamptz,
    ended_at        timestamptz CHECK (ended_at >= started_at),
    ended_seen_at   timestamptz,
    note            text NOT NULL,
    end_note        text NOT NULL,
    absent_since    timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL CHECK (updated_at >= created_at),
    version         integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (district_code, id),
    CONSTRAINT started_fits CHECK (CASE WHEN state IN ('active', 'done')
        THEN num_nulls(started_at, started_seen_at) = 0 ELSE num_nulls(started_at, started_seen_at) = 2 END),
    CONSTRAINT ended_fits CHECK (CASE WHEN state = 'done'
        THEN num_nulls(ended_at, ended_seen_at) = 0 ELSE num_nulls(ended_at, ended_seen_at) = 2 END)
);
CREATE INDEX patrols_by_start ON patrols (district_code, planned_start, id);
CREATE INDEX patrols_of_area ON patrols (district_code, area_id, planned_start);
CREATE INDEX patrols_active ON patrols (district_code, id) WHERE state = 'active';
CREATE INDEX patrols_areas ON patrols USING gin (area_ids);

CREATE TABLE patrol_members (
    district_code text NOT NULL,
    patrol_id     uuid NOT NULL,
    number        smallint NOT NULL CHECK (number BETWEEN 1 AND 5),
    person_id     uuid NOT NULL,
    PRIMARY KEY (district_code, patrol_id, number),
    CONSTRAINT once_in_a_team UNIQUE (district_code, patrol_id, person_id)
);
CREATE INDEX patrol_members_person ON patrol_members (district_code, person_id);

-- From (included) to (excluded), which is null while the pause lasts.
CREATE TABLE patrol_pauses (
    district_code text NOT NULL,
    patrol_id     uuid NOT NULL,
    number        smallint NOT NULL CHECK (number >= 1),
    from_at       timestamptz NOT NULL,
    to_at         timestamptz CHECK (to_at >= from_at),
    PRIMARY KEY (district_code, patrol_id, number)
);

CREATE TABLE patrol_checkpoints (
    district_code text NOT NULL,
    patrol_id     uuid NOT NULL,
    number        smallint NOT NULL CHECK (number >= 1),
    checkpoint_id uuid NOT NULL,
    PRIMARY KEY (district_code, patrol_id, number),
    CONSTRAINT once_on_a_patrol UNIQUE (district_code, patrol_id, checkpoint_id)
);

-- Reports made on a patrol: a report is of one patrol at most.
CREATE TABLE patrol_reports (
    district_code text NOT NULL,
    report_id     uuid NOT NULL,
    patrol_id     uuid NOT NULL,
    PRIMARY KEY (district_code, report_id)
);
CREATE INDEX patrol_reports_patrol ON patrol_reports (district_code, patrol_id);

ALTER TABLE imports DROP CONSTRAINT imports_what_check;
ALTER TABLE imports ADD CONSTRAINT imports_what_check CHECK (what IN ('areas', 'roster', 'reports', 'roads', 'checkpoints'));

ALTER TABLE checkpoint_kinds ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE checkpoints ADD FOREIGN KEY (district_code, kind) REFERENCES checkpoint_kinds;
ALTER TABLE patrols ADD FOREIGN KEY (district_code, area_id) REFERENCES areas;
ALTER TABLE patrol_members ADD FOREIGN KEY (district_code, patrol_id) REFERENCES patrols;
ALTER TABLE patrol_pauses ADD FOREIGN KEY (district_code, patrol_id) REFERENCES patrols;
ALTER TABLE patrol_checkpoints
    ADD FOREIGN KEY (district_code, patrol_id) REFERENCES patrols,
    ADD FOREIGN KEY (district_code, checkpoint_id) REFERENCES checkpoints;
ALTER TABLE patrol_reports
    ADD FOREIGN KEY (district_code, patrol_id) REFERENCES patrols,
    ADD FOREIGN KEY (district_code, report_id) REFERENCES reports;

-- +goose Down
ALTER TABLE imports DROP CONSTRAINT imports_what_check;
DELETE FROM imports WHERE what = 'checkpoints';
ALTER TABLE imports ADD CONSTRAINT imports_what_check CHECK (what IN ('areas', 'roster', 'reports', 'roads'));
DROP TABLE patrol_reports, patrol_checkpoints, patrol_pauses, patrol_members, patrols, checkpoints, checkpoint_kinds;
