-- What a publish did besides: how many open reports it gave to others, and which
-- revision it took back. Revisions of before say nothing of it, and neither do
-- those of a server of the version before that still runs while this one starts.

-- +goose Up
ALTER TABLE revisions
    ADD COLUMN rerouted integer NOT NULL DEFAULT 0 CHECK (rerouted >= 0),
    ADD COLUMN undoes integer;

ALTER TABLE revisions ADD FOREIGN KEY (district_code, undoes) REFERENCES revisions;

-- +goose Down
ALTER TABLE revisions DROP COLUMN undoes, DROP COLUMN rerouted;
