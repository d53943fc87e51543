-- Boundary plans: what is kept of each besides its operations, and the steps that
-- made it what it is. The boundaries of a plan are not stored: they follow from
-- the revision it starts from and its steps. Both are reference tables.

-- +goose Up

-- etag is that of the boundaries after the last step. locked_kinds are those
-- whose lines the plan's operations may not move, as they were when it was made or
-- last brought to another revision: the same steps must always lead to the same.
-- claimed_until: a server is publishing it, which was scheduled.
CREATE TABLE plans (
    district_code   text NOT NULL,
    id              uuid NOT NULL,
    title           text NOT NULL CHECK (title <> ''),
    status          text NOT NULL CHECK (status IN ('draft', 'approved', 'scheduled', 'published', 'discarded')),
    base_revision   integer NOT NULL CHECK (base_revision >= 0),
    locked_kinds    text[] NOT NULL,
    version         bigint NOT NULL CHECK (version >= 1),
    etag            text NOT NULL,
    operations      integer NOT NULL CHECK (operations >= 0),
    undone          integer NOT NULL CHECK (undone >= 0),
    vertices        bigint NOT NULL CHECK (vertices >= 0),
    needs_approval  boolean NOT NULL,
    created_by      text NOT NULL,
    created_by_name text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    authors         text[] NOT NULL,
    author_names    text[] NOT NULL CHECK (cardinality(author_names) = cardinality(authors)),
    approved_by     text,
    approved_name   text,
    approved_at     timestamptz,
    approved_etag   text,
    publish_at      timestamptz,
    publish_kind    text,
    publish_by      text,
    publish_name    text,
    publish_role    text,
    note            text NOT NULL,
    revision        integer,
    failure         text NOT NULL,
    claimed_until   timestamptz,
    PRIMARY KEY (district_code, id),
    UNIQUE (district_code, revision),
    CONSTRAINT approval_whole CHECK (num_nulls(approved_by, approved_name, approved_at, approved_etag) IN (0, 4)),
    CONSTRAINT approved_by_somebody CHECK (status <> 'approved' OR approved_by IS NOT NULL),
    CONSTRAINT scheduled_for_a_time CHECK ((status = 'scheduled') = (publish_at IS NOT NULL)),
    CONSTRAINT publisher_whole CHECK (num_nulls(publish_kind, publish_by, publish_name, publish_role) IN (0, 4)),
    CONSTRAINT scheduled_by_somebody CHECK (status NOT IN ('scheduled', 'published') OR publish_by IS NOT NULL),
    CONSTRAINT published_as_revision CHECK ((status = 'published') = (revision IS NOT NULL))
);
CREATE INDEX plans_by_change ON plans (district_code, updated_at, id);
CREATE INDEX plans_scheduled ON plans (district_code, publish_at) WHERE status = 'scheduled';

-- Append-only. version is that of the plan after the step. base starts the plan
-- from a revision, with what was in force of it before; do makes an operation;
-- undo and redo are what they say. area_id becomes the id of an area that the
-- operation adds. op is json and no jsonb: it stays as it was written.
CREATE TABLE plan_steps (
    district_code text NOT NULL,
    plan_id       uuid NOT NULL,
    version       bigint NOT NULL CHECK (version >= 1),
    action        text NOT NULL CHECK (action IN ('base', 'do', 'undo', 'redo')),
    base_revision integer,
    op            json,
    area_id       uuid,
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    at            timestamptz NOT NULL,
    PRIMARY KEY (district_code, plan_id, version),
    CONSTRAINT base_has_revision CHECK ((action = 'base') = (base_revision IS NOT NULL)),
    CONSTRAINT operation_whole CHECK (CASE WHEN action = 'do' THEN num_nulls(op, area_id) = 0 ELSE num_nulls(op, area_id) = 2 END)
);

ALTER TABLE plans
    ADD FOREIGN KEY (district_code) REFERENCES districts,
    ADD FOREIGN KEY (district_code, revision) REFERENCES revisions;
ALTER TABLE plan_steps ADD FOREIGN KEY (district_code, plan_id) REFERENCES plans;

-- +goose Down
DROP TABLE plan_steps, plans;
