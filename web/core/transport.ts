import type { MessagePage, SupportChat, SupportMessage } from "./protocol.ts";

/** How one side reaches its chat by REST. Every method may throw `ApiError`. */
export interface ChatTransport {
  load(): Promise<SupportChat>;
  /** null: the same as when it was asked last. */
  since(seq: number): Promise<MessagePage | null>;
  before(seq: number): Promise<Pick<MessagePage, "messages">>;
  send(content: string, clientId: string): Promise<{ message: SupportMessage }>;
  markRead?(upTo: number): Promise<unknown>;
}
