-- Tokens are limited in how often they may ask; whoever makes one may lift that.

-- +goose Up

ALTER TABLE tokens ADD COLUMN no_rate_limit boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE tokens DROP COLUMN no_rate_limit;
