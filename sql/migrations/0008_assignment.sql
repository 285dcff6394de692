-- Who may be given which conversations, and how many; and what became of each conversation, step by step.

ALTER TABLE accounts
    ADD COLUMN agent_capacity  integer NOT NULL DEFAULT 5 CHECK (agent_capacity BETWEEN 0 AND 1000),
    ADD COLUMN channel_weights jsonb   NOT NULL DEFAULT '{}';  -- what a conversation of a channel takes of a capacity

ALTER TABLE agents
    ADD COLUMN capacity     integer CHECK (capacity BETWEEN 0 AND 1000),   -- null: the account's
    ADD COLUMN availability text   NOT NULL DEFAULT 'online' CHECK (availability IN ('online', 'busy', 'away')),
    ADD COLUMN skills       text[] NOT NULL DEFAULT '{}';

ALTER TABLE inboxes ADD COLUMN assignment jsonb NOT NULL DEFAULT '{}';     -- Support/Assignment/LineRules

CREATE TABLE teams (
    account_id uuid NOT NULL REFERENCES accounts,
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX teams_name ON teams (account_id, lower(name));

CREATE TABLE team_members (
    account_id uuid NOT NULL,
    team_id    uuid NOT NULL,
    agent_id   uuid NOT NULL,
    PRIMARY KEY (account_id, team_id, agent_id),
    FOREIGN KEY (account_id, team_id) REFERENCES teams ON DELETE CASCADE,
    FOREIGN KEY (account_id, agent_id) REFERENCES agents ON DELETE CASCADE
);

-- An inbox without members is everybody's.
CREATE TABLE inbox_members (
    account_id uuid NOT NULL,
    inbox_id   uuid NOT NULL,
    agent_id   uuid NOT NULL,
    PRIMARY KEY (account_id, inbox_id, agent_id),
    FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes ON DELETE CASCADE,
    FOREIGN KEY (account_id, agent_id) REFERENCES agents ON DELETE CASCADE
);

ALTER TABLE conversations
    ADD COLUMN team_id  uuid,
    ADD COLUMN priority smallint NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),
    ADD COLUMN skills   text     NOT NULL DEFAULT '',          -- SKILL+SKILL, sorted
    ADD COLUMN place    bigint;                                -- its place in line: since when it waits, ms since 1970
CREATE INDEX conversations_open_all ON conversations (account_id, id) WHERE status <> 'ended';

-- Every step, as its version numbers them.
CREATE TABLE conversation_events (
    account_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    version         bigint NOT NULL,
    chat_id         uuid NOT NULL,
    cause           text NOT NULL,                             -- assigned, claimed, transferred, agent_gone …
    status          text NOT NULL,
    actor_id        uuid,                                      -- who did it; null: the system
    assignee_id     uuid,
    team_id         uuid,
    over_capacity   boolean NOT NULL DEFAULT false,            -- a supervisor gave it although there was no room
    at              timestamptz NOT NULL,
    PRIMARY KEY (account_id, conversation_id, version)
);
CREATE INDEX conversation_events_chat ON conversation_events (account_id, chat_id, at DESC);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['teams', 'team_members', 'inbox_members', 'conversation_events'] LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO switchboard_app', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY account ON %I TO switchboard_app USING '
            '(account_id = nullif(current_setting(''switchboard.account_id'', true), '''')::uuid)', name);
    END LOOP;
END $$;
