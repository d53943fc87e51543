-- What is to be told to others, written with the change itself.

-- +goose Up

-- Who outside the program is told, and of what. Empty types mean everything.
-- secret signs what is sent; it is as secret as the address.
CREATE TABLE recipients (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind ~ '^[a-z_]+$' AND kind <> 'stream'),
    url           text NOT NULL CHECK (url <> ''),
    secret        bytea,
    types         text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz,
    PRIMARY KEY (district_code, id)
);

-- One row for each recipient; without a recipient it is for the live event
-- stream, where it gets a cursor once it is committed. attempt counts leases
-- and guards them: whoever holds an older one has lost the row.
CREATE TABLE outbox (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    kind          text NOT NULL,
    recipient_id  uuid,
    type          text NOT NULL,
    at            timestamptz NOT NULL,
    area_ids      uuid[] NOT NULL,
    data          jsonb NOT NULL,
    cursor        bigint CHECK (cursor > 0),
    attempt       integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    next_at       timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    dead          boolean NOT NULL DEFAULT false,
    last_error    text,
    PRIMARY KEY (district_code, id),
    UNIQUE (district_code, cursor),
    CONSTRAINT stream_without_recipient CHECK ((kind = 'stream') = (recipient_id IS NULL)),
    CONSTRAINT only_streams_have_cursors CHECK (cursor IS NULL OR kind = 'stream')
);
CREATE INDEX outbox_unsequenced ON outbox (district_code, id) WHERE kind = 'stream' AND cursor IS NULL;
CREATE INDEX outbox_waiting ON outbox (district_code, kind, recipient_id, next_at)
    WHERE kind <> 'stream' AND finished_at IS NULL;

-- The last cursor given out, and the oldest whose event is still kept.
CREATE TABLE event_cursor (
    district_code text NOT NULL PRIMARY KEY,
    newest        bigint NOT NULL DEFAULT 0,
    oldest        bigint NOT NULL DEFAULT 1
);

ALTER TABLE recipients ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE event_cursor ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP TABLE event_cursor, outbox, recipients;
