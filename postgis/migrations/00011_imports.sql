-- What was brought in from files: which file, by whom, with what outcome, and the
-- areas that an import puts into a plan. Both are append-only reference tables.

-- +goose Up

-- importer is the program with its version, options what it was told of the file.
-- The counts are of areas, seats, reports or features, whatever the import is of.
CREATE TABLE imports (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    what          text NOT NULL CHECK (what IN ('areas', 'roster', 'reports', 'roads')),
    file          text NOT NULL CHECK (file <> ''),
    sha256        text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    importer      text NOT NULL,
    options       json,
    added         integer NOT NULL CHECK (added >= 0),
    changed       integer NOT NULL CHECK (changed >= 0),
    unchanged     integer NOT NULL CHECK (unchanged >= 0),
    gone          integer NOT NULL CHECK (gone >= 0),
    warnings      integer NOT NULL CHECK (warnings >= 0),
    actor_kind    text NOT NULL,
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (district_code, id)
);
CREATE INDEX imports_by_time ON imports (district_code, at);

-- The areas of an import in the order of the operation of a plan that they are of.
-- area_id is NULL for one that was new; shape is NULL for one that is gone, of which
-- only the code says anything. Shapes are not checked here: areas of a plan need not be what
-- could be published.
CREATE TABLE import_areas (
    district_code text NOT NULL,
    import_id     uuid NOT NULL,
    number        integer NOT NULL CHECK (number >= 1),
    area_id       uuid,
    kind          text NOT NULL,
    code          text NOT NULL,
    name          text NOT NULL,
    name_en       text NOT NULL,
    parent_kind   text NOT NULL,
    parent_code   text NOT NULL,
    unit_type     text NOT NULL,
    class         text NOT NULL,
    households    integer NOT NULL,
    population    integer NOT NULL,
    alias         text[] NOT NULL,
    synthetic     boolean NOT NULL,
    shape         geometry(MultiPolygon, 4326),
    PRIMARY KEY (district_code, import_id, number)
);

ALTER TABLE imports ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE import_areas ADD FOREIGN KEY (district_code, import_id) REFERENCES imports;

-- +goose Down
DROP TABLE import_areas, imports;
