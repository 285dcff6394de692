import type { Translate } from "../../core/i18n.ts";

/** The texts that widget and dashboard share. */
export const chatTexts = {
  messages: "Messages",
  message: "Message",
  write: "Write a message…",
  send: "Send",
  earlier: "Earlier messages",
  newMessages: "New messages ↓",
  typingBy: "{name} is typing…",
  estimate: "about {minutes} min",
  sending: "Sending…",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent",
  retry: "Retry",
  discard: "Discard",
  connecting: "Connecting…",
  online: "Online",
  reconnecting: "Reconnecting…",
  polling: "Connected, with a short delay",
  offline: "Offline. What you write is sent later.",
  rateLimited: "That was a lot. Sending goes on in {seconds} s.",
  waiting: "Waiting for an agent",
  place: "Place {position} in the line",
  active: "Connected with {name}",
  activeUnnamed: "Connected with an agent",
  ended: "This conversation has ended. Write to begin a new one.",
  typing: "Typing…",
};

export type ChatKey = keyof typeof chatTexts;
export type ChatTranslate = Translate<ChatKey>;
