-- Collections of features list reports by the second in which they came, which is
-- what is shown of the time, and read them page after page.

-- +goose Up
CREATE INDEX reports_shown ON reports
    (district_code, (date_trunc('second', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') DESC, id DESC);

-- +goose Down
DROP INDEX reports_shown;
