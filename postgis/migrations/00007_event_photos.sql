-- Photos that come with an event, not only with the report itself.

-- +goose Up

-- Every photo came with an event of the report. Those there are came with its
-- creation, which is the first; so do those that a server of the version before
-- still writes while this one starts, hence the default.
ALTER TABLE report_photos ADD COLUMN event_seq integer NOT NULL DEFAULT 1 CHECK (event_seq >= 1);

ALTER TABLE report_photos ADD FOREIGN KEY (district_code, report_id, event_seq) REFERENCES report_events;

-- +goose Down
DELETE FROM report_photos WHERE event_seq > 1;
ALTER TABLE report_photos DROP COLUMN event_seq;
