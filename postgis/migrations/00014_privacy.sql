-- A second wall around reporters' contacts, the log of what was erased, and how
-- often somebody had contacts revealed.

-- +goose Up

-- What was erased, when and why, without any of it: subject is an HMAC with a key
-- that is not in the database. duty_version is the first without the people that
-- were erased; servers that have an older one in memory forget it.
CREATE TABLE erasures (
    district_code text NOT NULL,
    id            uuid NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    kind          text NOT NULL CHECK (kind IN ('person', 'retention')),
    subject       bytea CHECK (length(subject) = 32),
    people        bigint NOT NULL DEFAULT 0 CHECK (people >= 0),
    accounts      bigint NOT NULL DEFAULT 0 CHECK (accounts >= 0),
    sessions      bigint NOT NULL DEFAULT 0 CHECK (sessions >= 0),
    contacts      bigint NOT NULL DEFAULT 0 CHECK (contacts >= 0),
    unreadable    bigint NOT NULL DEFAULT 0 CHECK (unreadable >= 0),
    duty_version  bigint,
    actor_kind    text NOT NULL,
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    actor_role    text NOT NULL,
    reason        text NOT NULL,
    PRIMARY KEY (district_code, id)
);
CREATE INDEX erasures_duties ON erasures (district_code, duty_version) WHERE duty_version IS NOT NULL;

-- Every reveal is a row of the audit log, so counting these holds over any
-- number of servers.
CREATE INDEX audit_reveals ON audit (district_code, actor_kind, actor_id, at) WHERE action = 'contact.reveal';

-- Contacts are read, and taken away, only in a transaction that says so first,
-- for its district (or for all, as a backup does). Whoever can write may leave
-- one: accepting a report costs no statement more. COPY into the table is not
-- possible any more, for anybody but a superuser.
ALTER TABLE reporter_contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporter_contacts FORCE ROW LEVEL SECURITY;
CREATE POLICY anybody_leaves_one ON reporter_contacts FOR INSERT WITH CHECK (true);
CREATE POLICY read_when_opened ON reporter_contacts FOR SELECT
    USING (current_setting('gridpatrol.contacts', true) IN (district_code, 'all'));
CREATE POLICY taken_away_when_opened ON reporter_contacts FOR DELETE
    USING (current_setting('gridpatrol.contacts', true) IN (district_code, 'all'));

ALTER TABLE erasures ADD FOREIGN KEY (district_code) REFERENCES districts;

-- +goose Down
DROP POLICY taken_away_when_opened ON reporter_contacts;
DROP POLICY read_when_opened ON reporter_contacts;
DROP POLICY anybody_leaves_one ON reporter_contacts;
ALTER TABLE reporter_contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reporter_contacts DISABLE ROW LEVEL SECURITY;
DROP INDEX audit_reveals;
DROP TABLE erasures;
