import type { Conversation, Receipt, Side } from "../core/protocol.ts";

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

export type { Conversation, Receipt, Side };
