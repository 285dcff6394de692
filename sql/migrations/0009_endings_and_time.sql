-- How conversations end and what contacts thought of them; who did what; when an inbox is open, and what is done when
-- time passes without anybody doing anything.

ALTER TABLE conversations ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 5);
ALTER TABLE conversations ADD COLUMN rating_comment text;
ALTER TABLE conversations ADD COLUMN rated_at timestamptz;

-- Only ever added to. `details` has what is particular to the action.
CREATE TABLE audit_entries (
    account_id   uuid NOT NULL,
    id           uuid NOT NULL,                       -- UUIDv7: entries lie in the order they were made
    at           timestamptz NOT NULL,
    action       text NOT NULL,                       -- conversation.ended …
    actor_type   text NOT NULL,                       -- user, agent, supervisor, system
    actor_id     uuid,
    subject_type text NOT NULL,                       -- conversation …
    subject_id   uuid NOT NULL,
    details      jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (account_id, id)
);
CREATE INDEX audit_entries_subject ON audit_entries (account_id, subject_type, subject_id);
GRANT SELECT, INSERT ON audit_entries TO switchboard_app;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY account ON audit_entries TO switchboard_app
    USING (account_id = nullif(current_setting('switchboard.account_id', true), '')::uuid);

-- When the inbox is attended (Support/Hours/Hours); null is always. And its times (Support/Timers/TimeRules): every
-- member has a default, so an empty object is a valid setting.
ALTER TABLE inboxes ADD COLUMN hours jsonb;
ALTER TABLE inboxes ADD COLUMN time_rules jsonb NOT NULL DEFAULT '{}';

-- What a conversation was to reach and by when (first_reply, next_reply, resolution), and whether it was warned of or
-- missed. A row is made when there is something to say: what was reached in time has none.
CREATE TABLE conversation_targets (
    account_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    target          text NOT NULL CHECK (target IN ('first_reply', 'next_reply', 'resolution')),
    seq             bigint NOT NULL,                  -- the message that began it
    due_at          timestamptz NOT NULL,
    warned_at       timestamptz,
    missed_at       timestamptz,
    PRIMARY KEY (account_id, conversation_id, target, seq)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON conversation_targets TO switchboard_app;
ALTER TABLE conversation_targets ENABLE ROW LEVEL SECURITY;
CREATE POLICY account ON conversation_targets TO switchboard_app
    USING (account_id = nullif(current_setting('switchboard.account_id', true), '')::uuid);
