-- What officers do without a network reaches the server later.

-- +goose Up

-- When something was done to a report by the clock of who did it, where that was
-- said; "at" is when the server took it, and orders history.
ALTER TABLE report_events ADD COLUMN occurred_at timestamptz;

-- +goose Down
ALTER TABLE report_events DROP COLUMN occurred_at;
