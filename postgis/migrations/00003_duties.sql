-- Everything but boundaries that a routing decision rests on: people, posts,
-- rules. `known` are the versions of the duties that have a row, so that any
-- version can be read back exactly as it was. A row is never changed, only
-- closed, and always with the version that is being written: so unique indexes
-- over the open rows keep ranges of one thing from overlapping, much cheaper
-- than exclusion constraints. from_version tells versions of one id apart. Ids of different
-- versions repeat, so references between these tables cannot be foreign keys;
-- the program checks them before it writes a version whole.

-- +goose Up
CREATE TABLE people (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    name          text NOT NULL CHECK (name <> ''),
    phone         text NOT NULL,
    synthetic     boolean NOT NULL,
    PRIMARY KEY (district_code, id, from_version)
);
CREATE UNIQUE INDEX one_person_a_version ON people (district_code, id) WHERE upper_inf(known);

CREATE TABLE committees (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    code          text NOT NULL CHECK (code <> ''),
    name          text NOT NULL,
    village_id    uuid NOT NULL,
    PRIMARY KEY (district_code, id, from_version)
);
CREATE UNIQUE INDEX one_committee_a_code ON committees (district_code, code) WHERE upper_inf(known);
CREATE UNIQUE INDEX one_committee_a_version ON committees (district_code, id) WHERE upper_inf(known);

CREATE TABLE committee_groups (
    district_code text NOT NULL,
    committee_id  uuid NOT NULL,
    group_id      uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    PRIMARY KEY (district_code, committee_id, group_id, from_version)
);
CREATE UNIQUE INDEX one_committee_a_group ON committee_groups (district_code, group_id) WHERE upper_inf(known);

CREATE TABLE branches (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    code          text NOT NULL CHECK (code <> ''),
    name          text NOT NULL,
    village_id    uuid NOT NULL,
    PRIMARY KEY (district_code, id, from_version)
);
CREATE UNIQUE INDEX one_branch_a_code ON branches (district_code, code) WHERE upper_inf(known);
CREATE UNIQUE INDEX one_branch_a_version ON branches (district_code, id) WHERE upper_inf(known);

CREATE TABLE branch_groups (
    district_code text NOT NULL,
    branch_id     uuid NOT NULL,
    group_id      uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    PRIMARY KEY (district_code, branch_id, group_id, from_version)
);
CREATE UNIQUE INDEX one_branch_a_group ON branch_groups (district_code, group_id) WHERE upper_inf(known);

CREATE TABLE seats (
    district_code  text NOT NULL,
    id             uuid NOT NULL,
    from_version   bigint NOT NULL,
    known          int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    post           text NOT NULL,
    area_id        uuid,
    committee_id   uuid,
    number         smallint NOT NULL,
    public_contact boolean NOT NULL,
    PRIMARY KEY (district_code, id, from_version),
    CONSTRAINT of_area_or_committee CHECK ((area_id IS NULL) <> (committee_id IS NULL)),
    CONSTRAINT number_within_post CHECK (number BETWEEN 1 AND CASE post
        WHEN 'grid_chief' THEN 1
        WHEN 'grid_member' THEN 5
        WHEN 'grid_police' THEN 1
        WHEN 'group_director' THEN 1
        WHEN 'group_security' THEN 1
        WHEN 'group_women' THEN 1
        WHEN 'compound_director' THEN 1
        WHEN 'compound_security' THEN 1
        WHEN 'compound_service' THEN 1
        WHEN 'volunteer' THEN 99
        WHEN 'township_desk' THEN 1
        WHEN 'district_desk' THEN 1
        ELSE 0 END)
);
CREATE UNIQUE INDEX one_seat_an_area_number ON seats (district_code, area_id, post, number)
    WHERE upper_inf(known) AND area_id IS NOT NULL;
CREATE UNIQUE INDEX one_seat_a_committee_number ON seats (district_code, committee_id, post, number)
    WHERE upper_inf(known) AND committee_id IS NOT NULL;
CREATE UNIQUE INDEX one_seat_a_version ON seats (district_code, id) WHERE upper_inf(known);

-- held: from the first instant (included) to the last (excluded).
CREATE TABLE holdings (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    seat_id       uuid NOT NULL,
    person_id     uuid NOT NULL,
    deputy        boolean NOT NULL,
    held          tstzrange NOT NULL CHECK (NOT isempty(held) AND lower_inc(held) AND NOT upper_inc(held)),
    PRIMARY KEY (district_code, id, from_version),
    CONSTRAINT one_holder_at_a_time EXCLUDE USING gist
        (district_code WITH =, seat_id WITH =, held WITH &&, known WITH &&) WHERE (NOT deputy)
);
CREATE UNIQUE INDEX one_holding_a_version ON holdings (district_code, id) WHERE upper_inf(known);
CREATE INDEX holdings_person ON holdings (district_code, person_id) WHERE upper_inf(known);

CREATE TABLE categories (
    district_code text NOT NULL,
    code          text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,63}$'),
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    name          text NOT NULL CHECK (name <> ''),
    name_en       text NOT NULL,
    family        text NOT NULL,
    lead_post     text NOT NULL,
    target_hours  double precision NOT NULL CHECK (target_hours > 0),
    hard_hours    double precision NOT NULL CHECK (hard_hours >= target_hours),
    around_clock  boolean NOT NULL,
    verify_first  boolean NOT NULL,
    private       boolean NOT NULL,
    sort          integer NOT NULL,
    PRIMARY KEY (district_code, code, from_version)
);
CREATE UNIQUE INDEX one_category_a_version ON categories (district_code, code) WHERE upper_inf(known);

CREATE TABLE dispatch_rules (
    district_code text NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    priority      integer NOT NULL,
    kind          text NOT NULL,
    categories    text[] NOT NULL,
    posts         text[] NOT NULL CHECK (cardinality(posts) > 0),
    PRIMARY KEY (district_code, name, from_version)
);
CREATE UNIQUE INDEX one_rule_a_version ON dispatch_rules (district_code, name) WHERE upper_inf(known);

CREATE TABLE fallbacks (
    district_code text NOT NULL,
    post          text NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    next          text NOT NULL CHECK (next <> post),
    PRIMARY KEY (district_code, post, from_version)
);
CREATE UNIQUE INDEX one_fallback_a_version ON fallbacks (district_code, post) WHERE upper_inf(known);

-- Hours are pairs of seconds since midnight; workdays count from Sunday.
CREATE TABLE calendars (
    district_code text NOT NULL,
    from_version  bigint NOT NULL,
    known         int8range NOT NULL CHECK (NOT isempty(known) AND lower(known) = from_version),
    time_zone     text NOT NULL,
    hours_from    bigint[] NOT NULL,
    hours_to      bigint[] NOT NULL CHECK (cardinality(hours_to) = cardinality(hours_from)),
    workdays      boolean[] NOT NULL CHECK (cardinality(workdays) = 7),
    off           text[] NOT NULL,
    makeup        text[] NOT NULL,
    PRIMARY KEY (district_code, from_version)
);
CREATE UNIQUE INDEX one_calendar_a_version ON calendars (district_code) WHERE upper_inf(known);

ALTER TABLE people ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE committees ADD FOREIGN KEY (district_code, village_id) REFERENCES areas;
ALTER TABLE committee_groups ADD FOREIGN KEY (district_code, group_id) REFERENCES areas;
ALTER TABLE branches ADD FOREIGN KEY (district_code, village_id) REFERENCES areas;
ALTER TABLE branch_groups ADD FOREIGN KEY (district_code, group_id) REFERENCES areas;
ALTER TABLE seats ADD FOREIGN KEY (district_code, area_id) REFERENCES areas;
ALTER TABLE categories ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE dispatch_rules ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE fallbacks ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE calendars ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP TABLE calendars, fallbacks, dispatch_rules, categories, holdings, seats,
    branch_groups, branches, committee_groups, committees, people;
