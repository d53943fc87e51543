-- The audit log in a chain of seals, so that a line that was changed, taken
-- away or slipped in later is found.

-- +goose Up

-- The lines that no seal holds yet, written and read in the transactions of
-- their lines: whatever commits, however late, is there until a seal takes it.
-- Lines from before there were seals are not fresh, and are sealed first.
CREATE TABLE audit_unsealed (
    district_code text NOT NULL,
    fresh         boolean NOT NULL DEFAULT true,
    id            uuid NOT NULL,
    PRIMARY KEY (district_code, fresh, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
INSERT INTO audit_unsealed (district_code, fresh, id) SELECT district_code, false, id FROM audit;

-- Append-only. hashes are those of the lines ids, 32 bytes each, in this order;
-- hash is over all of the seal and the hash of the one before.
CREATE TABLE audit_seals (
    district_code text NOT NULL,
    seal          bigint NOT NULL CHECK (seal >= 1),
    at            timestamptz NOT NULL,
    founding      boolean NOT NULL,
    ids           uuid[] NOT NULL CHECK (cardinality(ids) >= 1),
    hashes        bytea NOT NULL CHECK (length(hashes) = 32 * cardinality(ids)),
    previous      bytea NOT NULL CHECK (length(previous) = 32),
    hash          bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (district_code, seal)
);
-- Hashes do not shrink.
ALTER TABLE audit_seals ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- +goose Down
DROP TABLE audit_seals, audit_unsealed;
