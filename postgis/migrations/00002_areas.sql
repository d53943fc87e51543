-- Areas: identity, codes, dated versions, revisions, lineage; and the lines of
-- the base map. All are reference tables: small, rarely written.

-- +goose Up

-- Append-only: one row for each published state of all boundaries.
CREATE TABLE revisions (
    district_code text NOT NULL,
    number        integer NOT NULL CHECK (number >= 1),
    published_at  timestamptz NOT NULL,
    note          text NOT NULL,
    actor_kind    text NOT NULL,
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    areas         integer NOT NULL CHECK (areas >= 0),
    vertices      bigint NOT NULL CHECK (vertices >= 0),
    hash          bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (district_code, number),
    UNIQUE (district_code, published_at)
);

CREATE TABLE areas (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN
        ('district', 'township', 'village', 'village_group', 'grid', 'compound')),
    PRIMARY KEY (district_code, id),
    UNIQUE (district_code, id, kind)
);

-- A code belongs to one area for ever; an area may have had several.
CREATE TABLE area_codes (
    district_code text NOT NULL,
    kind          text NOT NULL,
    code          text NOT NULL CHECK (code ~ '^[0-9A-Za-z_.-]{1,64}$'),
    area_id       uuid NOT NULL,
    PRIMARY KEY (district_code, kind, code),
    UNIQUE (district_code, kind, code, area_id)
);

-- revs are the revisions that have this version of the area.
CREATE TABLE area_versions (
    district_code text NOT NULL,
    area_id       uuid NOT NULL,
    from_revision integer NOT NULL,
    revs          int4range NOT NULL,
    kind          text NOT NULL,
    code          text COLLATE "C" NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    name_en       text NOT NULL,
    parent_kind   text,
    parent_code   text,
    parent_id     uuid,
    unit_type     text NOT NULL,
    class         text NOT NULL,
    households    integer NOT NULL CHECK (households >= 0),
    population    integer NOT NULL CHECK (population >= 0),
    alias         text[] NOT NULL,
    synthetic     boolean NOT NULL,
    area_m2       double precision NOT NULL CHECK (area_m2 > 0),
    vertices      integer NOT NULL,
    content_hash  bytea NOT NULL CHECK (length(content_hash) = 32),
    shape         geometry(MultiPolygon, 4326) NOT NULL,
    PRIMARY KEY (district_code, area_id, from_revision),
    CONSTRAINT version_starts CHECK (NOT isempty(revs) AND lower(revs) = from_revision AND lower(revs) >= 1),
    CONSTRAINT parent_whole CHECK ((parent_id IS NULL) = (parent_kind IS NULL) AND (parent_id IS NULL) = (parent_code IS NULL)),
    CONSTRAINT parent_fits CHECK (CASE kind
        WHEN 'district' THEN parent_kind IS NULL
        WHEN 'township' THEN parent_kind = 'district'
        WHEN 'village' THEN parent_kind = 'township'
        WHEN 'village_group' THEN parent_kind = 'village'
        WHEN 'grid' THEN parent_kind IN ('district', 'township', 'village')
        WHEN 'compound' THEN parent_kind IN ('village', 'grid')
        ELSE false END),
    CONSTRAINT unit_type_fits CHECK (CASE WHEN kind = 'village'
        THEN unit_type IN ('village', 'community', 'special') ELSE unit_type = '' END),
    CONSTRAINT class_fits CHECK (CASE WHEN kind = 'grid'
        THEN class IN ('urban', 'rural', '') ELSE class = '' END),
    CONSTRAINT shape_valid CHECK (ST_IsValid(shape)),
    CONSTRAINT shape_not_empty CHECK (NOT ST_IsEmpty(shape)),
    CONSTRAINT shape_on_lattice CHECK (on_lattice(shape)),
    CONSTRAINT one_version_a_revision EXCLUDE USING gist
        (district_code WITH =, area_id WITH =, revs WITH &&),
    CONSTRAINT one_area_a_code EXCLUDE USING gist
        (district_code WITH =, kind WITH =, code WITH =, revs WITH &&)
);
CREATE INDEX area_versions_shape ON area_versions USING gist (shape);
CREATE INDEX area_versions_current ON area_versions (district_code, kind, code) WHERE upper_inf(revs);

-- Which area came out of which, by a split, a merge or a recode.
CREATE TABLE area_lineage (
    district_code text NOT NULL,
    revision      integer NOT NULL,
    from_id       uuid NOT NULL,
    to_id         uuid NOT NULL CHECK (to_id <> from_id),
    PRIMARY KEY (district_code, revision, from_id, to_id)
);

CREATE TABLE ground_features (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    class         text NOT NULL CHECK (class <> ''),
    name          text NOT NULL,
    shape         geometry(Geometry, 4326) NOT NULL,
    PRIMARY KEY (district_code, id),
    CONSTRAINT shape_not_empty CHECK (NOT ST_IsEmpty(shape)),
    CONSTRAINT shape_on_lattice CHECK (on_lattice(shape))
);

ALTER TABLE revisions ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE areas ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE area_codes ADD FOREIGN KEY (district_code, area_id, kind) REFERENCES areas (district_code, id, kind);
ALTER TABLE area_versions
    ADD FOREIGN KEY (district_code, kind, code, area_id) REFERENCES area_codes (district_code, kind, code, area_id),
    ADD FOREIGN KEY (district_code, parent_id, parent_kind) REFERENCES areas (district_code, id, kind),
    ADD FOREIGN KEY (district_code, from_revision) REFERENCES revisions DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE area_lineage
    ADD FOREIGN KEY (district_code, revision) REFERENCES revisions,
    ADD FOREIGN KEY (district_code, from_id) REFERENCES areas,
    ADD FOREIGN KEY (district_code, to_id) REFERENCES areas;
ALTER TABLE ground_features ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP TABLE ground_features, area_lineage, area_versions, area_codes, areas, revisions;
