-- How far each agent has read each chat, beside support_chats.admin_read_seq, which says how far anybody on staff
-- has. Marks only grow; no row is as good as 0.

CREATE TABLE agent_chat_reads (
    account_id uuid NOT NULL,
    chat_id    uuid NOT NULL,
    agent_id   uuid NOT NULL,
    read_seq   bigint NOT NULL CHECK (read_seq > 0),
    read_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, chat_id, agent_id)
);

-- Messages from before are no news to this agent: whoever begins today is not greeted by the past.
ALTER TABLE agents ADD COLUMN unread_since timestamptz NOT NULL DEFAULT now();

GRANT SELECT, INSERT, UPDATE, DELETE ON agent_chat_reads TO switchboard_app;
ALTER TABLE agent_chat_reads ENABLE ROW LEVEL SECURITY;
CREATE POLICY account ON agent_chat_reads TO switchboard_app
    USING (account_id = nullif(current_setting('switchboard.account_id', true), '')::uuid);
