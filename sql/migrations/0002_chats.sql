-- Inboxes, contacts, their chats and the conversations (service episodes) in them.

CREATE TABLE inboxes (
    account_id    uuid NOT NULL REFERENCES accounts,
    id            uuid NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    channel       text NOT NULL DEFAULT 'website',
    website_token text UNIQUE,                         -- public, in the customer's page; found without the account
    settings      jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, id)
);

CREATE TABLE contacts (
    account_id uuid NOT NULL REFERENCES accounts,
    id         uuid NOT NULL,
    identifier text,                                   -- the customer's own id of the person, once identified
    email      text,
    name       text,
    locale     text,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX contacts_identifier ON contacts (account_id, identifier) WHERE identifier IS NOT NULL;
CREATE INDEX contacts_email ON contacts (account_id, lower(email)) WHERE email IS NOT NULL;

-- One per contact and inbox, for ever. The marks (…_seq) only grow.
CREATE TABLE support_chats (
    account_id            uuid NOT NULL,
    id                    uuid NOT NULL,
    inbox_id              uuid NOT NULL,
    contact_id            uuid NOT NULL,
    last_seq              bigint NOT NULL DEFAULT 0,   -- = message_count, as seq is gapless from 1
    last_user_seq         bigint NOT NULL DEFAULT 0,   -- the contact's newest message
    last_message_at       timestamptz,
    last_message_preview  text CHECK (char_length(last_message_preview) <= 100),
    last_message_sender   text CHECK (last_message_sender IN ('user', 'admin')),
    user_delivered_seq    bigint NOT NULL DEFAULT 0,
    user_delivered_at     timestamptz,
    user_read_seq         bigint NOT NULL DEFAULT 0,
    user_read_at          timestamptz,
    admin_delivered_seq   bigint NOT NULL DEFAULT 0,
    admin_delivered_at    timestamptz,
    admin_read_seq        bigint NOT NULL DEFAULT 0,
    admin_viewed_at       timestamptz,
    emailed_seq           bigint NOT NULL DEFAULT 0,   -- the contact was told of messages up to here by e-mail
    archived_at           timestamptz,
    created_at            timestamptz NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, inbox_id, contact_id),
    FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes,
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts
);
CREATE INDEX support_chats_active ON support_chats (account_id, last_message_at DESC, id DESC)
    WHERE archived_at IS NULL AND last_seq > 0;
CREATE INDEX support_chats_archived ON support_chats (account_id, last_message_at DESC, id DESC)
    WHERE archived_at IS NOT NULL AND last_seq > 0;
CREATE INDEX support_chats_contact ON support_chats (account_id, contact_id);

CREATE TABLE conversations (
    account_id    uuid NOT NULL,
    id            uuid NOT NULL,
    chat_id       uuid NOT NULL,
    status        text NOT NULL CHECK (status IN ('waiting', 'active', 'ended')),
    assignee_id   uuid,
    version       bigint NOT NULL,                     -- an older fact never overwrites a newer one
    opened_at     timestamptz NOT NULL,
    assigned_at   timestamptz,
    ended_at      timestamptz,
    ended_reason  text,
    ended_by      uuid,
    ended_type    text,
    ended_comment text,
    PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX conversations_open ON conversations (account_id, chat_id) WHERE status <> 'ended';
CREATE INDEX conversations_chat ON conversations (account_id, chat_id, opened_at DESC);
CREATE INDEX conversations_assignee ON conversations (account_id, assignee_id) WHERE status <> 'ended';
