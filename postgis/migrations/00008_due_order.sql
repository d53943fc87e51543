-- Open reports in the order in which they are due, for lists of work: among many
-- closed ones the few open ones are found at once.

-- +goose Up
CREATE INDEX reports_by_due ON reports (district_code, (coalesce(due_at, 'infinity'::timestamptz)), id)
    WHERE status NOT IN ('closed', 'rejected', 'duplicate');

-- +goose Down
DROP INDEX reports_by_due;
