-- Who may sign in or call, and what they may see. Passwords, session ids and
-- token secrets are kept as hashes only.

-- +goose Up
CREATE TABLE accounts (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    login         text NOT NULL CHECK (login <> ''),
    name          text NOT NULL,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('admin', 'planner', 'dispatcher', 'officer', 'consumer')),
    person_id     uuid,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz,
    PRIMARY KEY (district_code, id),
    UNIQUE (district_code, login)
);

CREATE TABLE account_areas (
    district_code text NOT NULL,
    account_id    uuid NOT NULL,
    area_id       uuid NOT NULL,
    PRIMARY KEY (district_code, account_id, area_id)
);

CREATE TABLE sessions (
    district_code text NOT NULL,
    id_hash       bytea NOT NULL CHECK (length(id_hash) = 32),
    account_id    uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (district_code, id_hash)
);
CREATE INDEX sessions_expiry ON sessions (district_code, expires_at);

CREATE TABLE tokens (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    role          text NOT NULL CHECK (role IN ('admin', 'planner', 'dispatcher', 'officer', 'consumer')),
    secret_hash   bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    PRIMARY KEY (district_code, id)
);

CREATE TABLE token_areas (
    district_code text NOT NULL,
    token_id      uuid NOT NULL,
    area_id       uuid NOT NULL,
    PRIMARY KEY (district_code, token_id, area_id)
);

ALTER TABLE accounts ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE account_areas
    ADD FOREIGN KEY (district_code, account_id) REFERENCES accounts,
    ADD FOREIGN KEY (district_code, area_id) REFERENCES areas;
ALTER TABLE sessions ADD FOREIGN KEY (district_code, account_id) REFERENCES accounts;
ALTER TABLE tokens ADD FOREIGN KEY (district_code) REFERENCES districts;
ALTER TABLE token_areas
    ADD FOREIGN KEY (district_code, token_id) REFERENCES tokens,
    ADD FOREIGN KEY (district_code, area_id) REFERENCES areas;

-- +goose Down
DROP TABLE token_areas, tokens, sessions, account_areas, accounts;
