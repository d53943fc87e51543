-- How many tracks went with what was erased of a person.

-- +goose Up
ALTER TABLE erasures ADD COLUMN tracks bigint NOT NULL DEFAULT 0 CHECK (tracks >= 0);

-- +goose Down
ALTER TABLE erasures DROP COLUMN tracks;
