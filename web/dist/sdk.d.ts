/** The wire types of the gateway's REST and `/cable` surfaces. Times are ISO 8601, UTC, in milliseconds. */
export type Side = "user" | "admin";
export type Receipt = "delivered" | "read";
export type MessageStatus = "sent" | Receipt | "failed";
export interface SupportMessage {
    id: string;
    /** The message's number within its chat: gapless, from 1. */
    seq: number;
    /** The sender's own name for the message; a resend with the same one never makes a second message. */
    client_id: string | null;
    /** The conversation that was open when it was written. */
    conversation_id?: string | null;
    content: string;
    sender_type: Side;
    sender_name: string | null;
    status: MessageStatus;
    created_at: string;
    sent_at: string;
    delivered_at: string | null;
    read_at: string | null;
    /** Answers to choose from: choosing one sends it. */
    quick_replies?: string[];
    cards?: Card[];
}
/** A picture, a few words and a link: https: alone. */
export interface Card {
    title: string;
    text?: string;
    image?: string;
    link?: string;
}
/** A place in the chat's stream. Another epoch means that the live state was rebuilt: load again. */
export interface StreamPosition {
    epoch: string;
    offset: number;
}
export interface Conversation {
    id: string;
    status: "waiting" | "active" | "ended";
    /** Place in the line while waiting, from 1. */
    position?: number | null;
    /** How long waiting may still take, in seconds, where the gateway knows. */
    estimate_s?: number | null;
    assignee?: Person | null;
    /** It ends then unless somebody writes. */
    ends_at?: string;
    /** What only an ended one has. */
    ended_at?: string;
    ended_reason?: "user_ended" | "service_ended" | "transferred" | "inactive" | "timeout" | "system";
    ended_type?: "user" | "agent" | "supervisor" | "system";
    /** What the contact thought of it, from 1 to 5; null while it was not said. */
    rating?: number | null;
}
export interface MessagePage {
    messages: SupportMessage[];
    position: StreamPosition;
    /** Every message up to this `seq` is committed in the database. */
    persisted_up_to: number;
    /** There are more in the direction that was asked for. */
    has_more?: boolean;
    conversation?: Conversation | null;
}
/** How far one side has received and read what the other wrote. */
export interface Marks {
    delivered: number;
    delivered_at: string | null;
    read: number;
    read_at: string | null;
}
/** How a chat stands now, said after every confirmed subscription. */
export interface ChatStanding {
    position: StreamPosition;
    persisted_up_to: number;
    conversation: Conversation | null;
    marks: Record<Side, Marks>;
}
export interface Person {
    id: string;
    name: string;
}
export interface SupportChat extends MessagePage {
    id: string;
    archived: boolean;
    unread: number | boolean;
    conversation: Conversation | null;
}
export interface Contact {
    id: string;
    name: string | null;
    email: string | null;
}
export interface WidgetSession {
    token: string;
    contact: Contact;
    chat_id: string;
    settings: {
        inbox_name: string;
        greeting: string | null;
        locale: string | null;
        color: string | null;
        /** Asked before the first message. */
        pre_chat?: PreChat | null;
        /** Whether somebody is there to answer, by the inbox's hours, and when somebody is again. */
        open?: boolean;
        opens_at?: string | null;
    };
}
export interface PreChat {
    /** `name` and `email` are the contact's own; every other one becomes an attribute. */
    fields: PreChatField[];
    /** What the visitor has to agree to. */
    consent?: string | null;
}
export interface PreChatField {
    name: string;
    label: string;
    type?: "text" | "email" | "tel" | "url" | "number" | "select" | "textarea";
    required?: boolean;
    options?: string[];
}
export interface Agent {
    id: string;
    name: string;
    email: string;
    role: string;
}
export interface StaffLogin {
    token: string;
    agent: Agent;
    accounts: {
        id: string;
        name: string;
    }[];
}
export interface ChatRow {
    id: string;
    user_email: string | null;
    contact: Contact;
    inbox: {
        id: string;
        name: string;
    };
    last_message_at: string | null;
    last_message_preview: string | null;
    last_message_sender: Side | null;
    message_count: number;
    /** Somebody on staff has to read it: nobody has. */
    unread: number | boolean;
    /** How many messages of the contact the asking agent has not read; 100 stands for more. */
    unread_count?: number;
    archived: boolean;
    status: string | null;
    assignee: Person | null;
}
export interface ChatRowPage {
    chats: ChatRow[];
    /** Give it back as `before` to get the next page; null on the last one. */
    next: string | null;
}
/** How a conversation ended; what either side said of it is for staff alone. */
export interface Ending {
    at: string;
    reason: Conversation["ended_reason"];
    type: Conversation["ended_type"];
    by: Person | string | null;
    comment: string | null;
    rating: number | null;
    rating_comment: string | null;
}
export type AdminChat = ChatRow & SupportChat & {
    /** Of the latest conversation that has ended. */
    ending?: Ending | null;
};
/** What ChatChannel sends. */
export type ChatEvent = {
    type: "new_message";
    message: SupportMessage;
} | {
    type: "message_ack";
    client_id: string;
    message: SupportMessage;
} | {
    type: "persisted";
    up_to_seq: number;
} | {
    type: "message_status";
    status: Receipt;
    by: Side;
    up_to_seq: number;
    at: string;
} | {
    type: "typing";
    by: Side;
    on: boolean;
    agent?: Person;
    expires_in?: number;
} | {
    type: "conversation";
    conversation: Conversation | null;
    /** Beside `ends_at`: it does not depend on anybody's clock. */
    ends_in_s?: number;
} | {
    type: "chat_state";
} & ChatStanding | {
    type: "reset";
} | {
    type: "presence";
    /** Grows with time: of two words about the same the greater one is right. */
    version: number;
    /** Somebody came or is gone; or, after the confirmation, who is there. */
    by?: Side;
    online?: boolean;
    user?: {
        online: boolean;
    };
    staff?: {
        online: boolean;
    };
} | {
    type: "error";
    code: string;
    message: string;
    field?: string;
    client_id?: string;
    retry_after?: number;
};
export type Availability = "online" | "busy" | "away";
/** How the asking agent stands at work. */
export interface Duty {
    /** What they chose, whether they are there or not. */
    availability: Availability;
    /** In conversations; no capacity while the gateway does not know it. */
    load: number;
    capacity: number | null;
    /** What they are asked to take; `in_s` is left of the time, whatever a clock says. */
    offers: {
        chat_id: string;
        until: string;
        in_s: number;
    }[];
}
/** How many chats each part of the list has; 1,000 stands for more. */
export interface ChatCounts {
    mine: number;
    unassigned: number;
    all: number;
}
/** An agent of the account, as their colleagues see them. */
export interface Colleague extends Person {
    role: string;
    availability: Availability | "offline";
    online: boolean;
    load: number;
    capacity: number;
    skills: string[];
}
export interface Team extends Person {
    agent_ids: string[];
}
/** What an event tells of a chat's row: some of its fields, and the contact's name beside them. */
export type ChatNews = Partial<ChatRow> & {
    id: string;
    team_id?: string | null;
    /** 0 low, 1 normal, 2 high, 3 urgent. */
    priority?: number;
    /** Who is asked to take it, if anybody. */
    offer?: {
        agent_id: string;
        until: string;
    } | null;
    contact_name?: string | null;
    /** How far anybody on staff has read. */
    read_up_to?: number;
    ended_at?: string;
    ended_reason?: Conversation["ended_reason"];
    ended_type?: Conversation["ended_type"];
    ended_comment?: string | null;
    rating?: {
        conversation_id: string;
        score: number;
        comment: string | null;
    };
};
/** What AdminNotificationChannel sends. */
export type AdminEvent = {
    type: "new_user_message";
    chat_id: string;
    user_email: string | null;
    contact_name: string | null;
    message: SupportMessage;
    chat: ChatNews;
} | {
    type: "chat_updated";
    chat: ChatNews;
    /** Who has read; the count is that agent's alone, and null when it has to be asked for. */
    agent_id?: string;
    unread_count?: number | null;
    /** Why the conversation is in other hands: `claimed`, `offered`, `given_back` … */
    cause?: string;
} | {
    type: "target";
    chat_id: string;
    conversation_id: string;
    target: "first_reply" | "next_reply" | "resolution";
    /** The message that began it. */
    seq: number;
    due_at: string;
    stage: "warned" | "missed";
} | {
    type: "queue";
    line: string;
    waiting: number;
    first_since: string | null;
} | {
    type: "staff_state";
    position: StreamPosition;
} | {
    type: "reset";
} | {
    type: "presence";
    version: number;
    agents: Person[];
    viewing: {
        chat_id: string;
        agents: Person[];
    }[];
    /** Those whose contact is there. */
    chats: string[];
} | {
    type: "presence";
    version: number;
    chat_id: string;
    online: boolean;
} | {
    type: "viewing";
    version: number;
    chat_id: string;
    agents: Person[];
} | {
    type: "agent_presence";
    version: number;
    agent: Person;
    online: boolean;
    /** Told when they said whether they take conversations; load and capacity in hundredths of one. */
    availability?: Availability;
    load?: number;
    capacity?: number | null;
} | {
    type: "typing";
    chat_id: string;
    by?: Side;
    /** A note is typed: nothing that the contact may know of. */
    private?: boolean;
    on: boolean;
    agent?: Person;
    expires_in?: number;
};
/** The longest message that the gateway takes, in characters. */
export declare const longestMessage = 150000;
/** How a visitor's chat is reached, and who the visitor is. */
export interface ConnectOptions {
    /** The gateway's address; the one that this module came from, unless said otherwise. */
    origin?: string;
    /** The inbox's public token. */
    websiteToken: string;
    /** A BCP 47 tag; the browser's language otherwise. */
    locale?: string;
    /** Your own id of the person, and the proof of it: HMAC-SHA256 with the inbox's identity secret. */
    identifier?: string;
    identifierHash?: string;
    name?: string;
    email?: string;
    attributes?: Record<string, unknown>;
}
/**
 * - connecting: not loaded yet
 * - online: what is said arrives as it happens
 * - reconnecting: the connection was lost a moment ago
 * - polling: no socket, but a request every 5 s
 * - offline: nothing answers; what is written waits and is sent later
 */
export type ConnectionState = "connecting" | "online" | "reconnecting" | "polling" | "offline";
export interface ChatMessage {
    /** The same from writing to reading: for lists. */
    readonly key: string;
    /** The number within the chat, from 1; null until it is accepted. */
    readonly seq: number | null;
    readonly client_id: string | null;
    readonly sender_type: Side;
    readonly sender_name: string | null;
    readonly content: string;
    readonly status: "sending" | "sent" | Receipt | "failed";
    readonly created_at: string;
}
/** What is known of a chat at one moment. It never changes: a change gives another one. */
export interface ChatSnapshot {
    readonly connection: ConnectionState;
    /** In order, the visitor's own unsent ones last. */
    readonly messages: readonly ChatMessage[];
    /** How many of the other side's messages were not read. */
    readonly unread: number;
    readonly conversation: Conversation | null;
    /** Somebody on staff is writing. */
    readonly typing: boolean;
    readonly hasEarlier: boolean;
    /** Whether anybody on staff is there; null while it is not known. */
    readonly staffOnline: boolean | null;
}
export interface SupportChatClient {
    snapshot(): ChatSnapshot;
    /** Calls back after every change; the answer stops it. */
    subscribe(changed: () => void): () => void;
    /** Shows it at once, keeps it over reloads, and sends it when that is possible. */
    send(content: string): void;
    /** What failed for good: once more, or never. */
    retry(clientId: string): void;
    discard(clientId: string): void;
    /** To be called while somebody writes; the other side sees it for some seconds. */
    typing(): void;
    /** Everything in the snapshot has been read. */
    markRead(): void;
    /** Adds the 50 messages before the first one. Rejects when the gateway cannot be reached. */
    loadEarlier(): Promise<void>;
    /** From 1 to 5, for the conversation that has ended. */
    rate(score: number, comment?: string): Promise<void>;
    /** Disconnects. What was not sent is sent the next time. */
    close(): void;
}
/** `connect` of the SDK: the hooks are handed it, so that a page has it once. */
export type Connect = (options: ConnectOptions) => Promise<SupportChatClient>;
/** What the hooks answer beside the snapshot. They may be called before there is a connection. */
export interface ChatActions {
    sendMessage(content: string): void;
    retry(clientId: string): void;
    discard(clientId: string): void;
    /** Somebody writes here; to be called with each key. */
    startTyping(): void;
    markAsRead(): void;
    loadEarlier(): Promise<void>;
    rate(score: number, comment?: string): Promise<void>;
}
/**
 * A visitor's chat without the widget: the same rules of sending, order and coming back, and your own
 * page around them. Connects at once; everything happens in the snapshots.
 */
export declare function connect(options: ConnectOptions): Promise<SupportChatClient>;
