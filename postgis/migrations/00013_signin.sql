-- Sign-in: which sessions somebody has, wrong passwords that are counted, links
-- to set a password, tokens that are rotated, and people that another provider
-- vouches for.
--
-- Secrets are kept as hashes only. Servers of the version before may still run
-- while this one starts, so what they do not know of has a default.

-- +goose Up

-- How often it was changed who may do what: servers that remember principals
-- compare it. Taking the next number is also the turn of the change.
ALTER TABLE districts ADD COLUMN access_version bigint NOT NULL DEFAULT 0 CHECK (access_version >= 0);

ALTER TABLE accounts ADD COLUMN must_change boolean NOT NULL DEFAULT false;

-- id is what a session is called to be shown and ended; its secret stays a hash.
ALTER TABLE sessions
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN agent text NOT NULL DEFAULT '' CHECK (length(agent) <= 200);
CREATE UNIQUE INDEX session_ids ON sessions (district_code, id);
CREATE INDEX sessions_by_account ON sessions (district_code, account_id);

-- family is the id of the token that the rotations began with, NULL for a token's
-- own; successor the one that took this one's place. made_by is who asked for it.
ALTER TABLE tokens
    ADD COLUMN family uuid,
    ADD COLUMN successor uuid,
    ADD COLUMN made_by_kind text NOT NULL DEFAULT '',
    ADD COLUMN made_by text NOT NULL DEFAULT '';

-- Wrong passwords in a row, by a keyed hash of what was typed as a login: whether
-- anybody has that login is not to be learnt from being locked out, and people
-- type passwords into the wrong field.
CREATE TABLE signin_failures (
    district_code text NOT NULL,
    login_hash    bytea NOT NULL CHECK (length(login_hash) = 32),
    failures      integer NOT NULL CHECK (failures >= 1),
    last_at       timestamptz NOT NULL,
    locked_until  timestamptz,
    PRIMARY KEY (district_code, login_hash)
);
CREATE INDEX signin_failures_by_time ON signin_failures (district_code, last_at);

-- The links that let set a password once; an account has one at most.
CREATE TABLE password_resets (
    district_code text NOT NULL,
    account_id    uuid NOT NULL,
    secret_hash   bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (district_code, account_id),
    UNIQUE (district_code, secret_hash)
);

-- Who is who at a provider: the provider's word for itself and for the person.
CREATE TABLE account_identities (
    district_code text NOT NULL,
    issuer        text NOT NULL CHECK (issuer <> ''),
    subject       text NOT NULL CHECK (subject <> '' AND length(subject) <= 255),
    account_id    uuid NOT NULL,
    linked_at     timestamptz NOT NULL,
    PRIMARY KEY (district_code, issuer, subject),
    UNIQUE (district_code, account_id)
);

-- Those that nobody has linked yet. name and username are the provider's, to be
-- recognised by.
CREATE TABLE pending_identities (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    issuer        text NOT NULL CHECK (issuer <> ''),
    subject       text NOT NULL CHECK (subject <> '' AND length(subject) <= 255),
    name          text NOT NULL CHECK (length(name) <= 200),
    username      text NOT NULL CHECK (length(username) <= 200),
    first_seen    timestamptz NOT NULL,
    last_seen     timestamptz NOT NULL,
    PRIMARY KEY (district_code, id),
    UNIQUE (district_code, issuer, subject)
);

ALTER TABLE signin_failures ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE password_resets ADD FOREIGN KEY (district_code, account_id) REFERENCES accounts;
ALTER TABLE account_identities ADD FOREIGN KEY (district_code, account_id) REFERENCES accounts;
ALTER TABLE pending_identities ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP TABLE pending_identities, account_identities, password_resets, signin_failures;
ALTER TABLE tokens DROP COLUMN made_by, DROP COLUMN made_by_kind, DROP COLUMN successor, DROP COLUMN family;
DROP INDEX sessions_by_account, session_ids;
ALTER TABLE sessions DROP COLUMN agent, DROP COLUMN id;
ALTER TABLE accounts DROP COLUMN must_change;
ALTER TABLE districts DROP COLUMN access_version;
