-- Accounts, the people who work for them, and what they are signed in with.
--
-- A *login* is a person who signs in; it stands outside the accounts, because one person may work for
-- several. An *agent* is that person's place in one account, with a role. Everything else an account owns
-- is keyed by account_id first.

CREATE TABLE accounts (
    id           uuid PRIMARY KEY,
    name         text NOT NULL CHECK (name <> ''),
    cell         smallint NOT NULL DEFAULT 0,         -- the Redis keyspace that holds the account's live state
    created_at   timestamptz NOT NULL DEFAULT now(),
    suspended_at timestamptz
);

CREATE TABLE logins (
    id            uuid PRIMARY KEY,
    email         text NOT NULL CHECK (email <> ''),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX logins_email ON logins (lower(email));

CREATE TABLE login_tokens (
    id           uuid PRIMARY KEY,
    login_id     uuid NOT NULL REFERENCES logins ON DELETE CASCADE,
    token_sha256 text NOT NULL UNIQUE,                -- the token itself is never stored
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX login_tokens_login ON login_tokens (login_id);

CREATE TABLE agents (
    account_id   uuid NOT NULL REFERENCES accounts,
    id           uuid NOT NULL,
    login_id     uuid NOT NULL REFERENCES logins,
    name         text NOT NULL CHECK (name <> ''),
    role         text NOT NULL CHECK (role IN ('administrator', 'supervisor', 'agent')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    suspended_at timestamptz,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, login_id)
);
CREATE INDEX agents_login ON agents (login_id);
