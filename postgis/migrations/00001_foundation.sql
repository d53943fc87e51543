-- What everything else stands on: the districts, their keys, the audit log,
-- and the check of the coordinate lattice. The extensions are there already.
--
-- Every table carries district_code first, in its primary key and in every
-- unique constraint: servers of several districts may share one database, and
-- tables may be distributed by it. There are no triggers: audit rows, times
-- and hints are written by the program. Foreign keys come last in each file.

-- +goose Up

-- on_lattice tells whether every vertex is exactly a multiple of 1e-7 degrees:
-- the double nearest to its decimal coordinates.
CREATE FUNCTION on_lattice(shape geometry) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN NOT EXISTS (
        SELECT FROM ST_DumpPoints(shape) AS vertex
        WHERE round(ST_X(vertex.geom) * 1e7) / 1e7 <> ST_X(vertex.geom)
           OR round(ST_Y(vertex.geom) * 1e7) / 1e7 <> ST_Y(vertex.geom));

CREATE TABLE districts (
    district_code    text NOT NULL PRIMARY KEY CHECK (district_code ~ '^[0-9]{6}$'),
    name             text NOT NULL,
    current_revision integer NOT NULL DEFAULT 0 CHECK (current_revision >= 0),
    duty_version     bigint NOT NULL DEFAULT 0 CHECK (duty_version >= 0),
    ground_version   bigint NOT NULL DEFAULT 0 CHECK (ground_version >= 0),
    created_at       timestamptz NOT NULL DEFAULT now()
);

-- Keys of this database that no client may choose, such as the one that
-- follow secrets are made with.
CREATE TABLE secrets (
    district_code text NOT NULL,
    name          text NOT NULL,
    value         bytea NOT NULL CHECK (length(value) >= 32),
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (district_code, name)
);

-- Append-only. id is a UUIDv7, so the order of ids is about the order of time.
CREATE TABLE audit (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    at            timestamptz NOT NULL,
    actor_kind    text NOT NULL CHECK (actor_kind IN ('user', 'token', 'public', 'system')),
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    actor_role    text NOT NULL,
    action        text NOT NULL,
    subject_kind  text NOT NULL,
    subject       text NOT NULL,
    detail        jsonb,
    PRIMARY KEY (district_code, id)
);
CREATE INDEX audit_subject ON audit (district_code, subject_kind, subject);

ALTER TABLE secrets ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP TABLE audit, secrets, districts;
DROP FUNCTION on_lattice(geometry);
