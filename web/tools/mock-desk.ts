import type { ChatNews, Person, Receipt, Side, SupportMessage } from "../core/protocol.ts";
import { type Channel, type Link, MockCable, type Owner, staffChannel } from "./mock-cable.ts";
import { type MockChat, MockChats } from "./mock-chats.ts";

export const mode = { refuse: false, down: false, persist: true, plain: false };

/** What happens in the mock: who says what to whom, and who hears of it. */
export class MockDesk {
  readonly chats = new MockChats();
  readonly cable = new MockCable({
    epoch: () => this.chats.epoch,
    standing: (channel) => this.#standing(channel),
    kept: (channel) => this.#kept(channel),
    perform: (socket, identifier, action) => this.#perform(socket, identifier, action),
    moved: (owner, channel) => this.#moved(owner, channel),
  });
  /** All that the staff's stream has said; its offsets count from 1. */
  readonly #told: object[] = [];

  post(
    chat: MockChat,
    { agent }: Owner,
    content: string,
    clientId: string | null,
  ): { message: SupportMessage; isNew: boolean } {
    const side = agent ? "admin" : "user";
    const sent = this.chats.add(chat, side, agent?.name ?? null, content, clientId);
    const { message, isNew } = sent;
    if (!isNew) return sent;
    const channel = channelOf(chat);
    this.cable.publish(channel, { type: "new_message", message }, message.seq);
    const { contact, inbox: _, assignee: __, ...fields } = this.chats.fields(chat);
    const news: ChatNews = { ...fields, contact_name: contact.name };
    if (agent) this.tell({ type: "chat_updated", chat: news });
    else {
      const { user_email = null, contact_name = null } = news;
      const who = { chat_id: chat.id, user_email, contact_name };
      this.tell({ type: "new_user_message", ...who, message, chat: news });
    }
    if (mode.persist) {
      setTimeout(() => {
        chat.persistedUpTo = chat.messages.length;
        this.cable.publish(channel, { type: "persisted", up_to_seq: chat.persistedUpTo });
      }, 150);
    }
    return sent;
  }

  mark(chat: MockChat, { agent }: Owner, status: Receipt, upTo: number): void {
    const at = new Date().toISOString();
    const by: Side = agent ? "admin" : "user";
    if (this.chats.mark(chat, by, status, upTo, at)) {
      const told = { type: "message_status", status, by, up_to_seq: upTo, at };
      this.cable.publish(channelOf(chat), told);
    }
    if (!agent || status !== "read" || (chat.readBy.get(agent.id) ?? 0) >= upTo) return;
    chat.readBy.set(agent.id, upTo);
    const { unread_count } = this.chats.unread(chat, agent.id);
    const news = { id: chat.id, unread: false, read_up_to: upTo };
    this.tell({ type: "chat_updated", agent_id: agent.id, unread_count, chat: news });
  }

  /** To all staff; kept for those who come back. */
  tell(message: object): void {
    this.cable.publish(staffChannel, message, this.#told.push(message));
  }

  #standing(channel: Channel): object[] {
    const chat = this.chats.byId.get(channel.chat_id ?? "");
    if (!chat) {
      const position = { epoch: this.chats.epoch, offset: this.#told.length };
      return [{ type: "staff_state", position }, this.#everybody()];
    }
    const staff = { online: this.cable.present(staffChannel).length > 0 };
    return [
      { type: "chat_state", ...this.chats.standing(chat) },
      { type: "presence", user: { online: this.#isHere(chat) }, staff, version: Date.now() },
    ];
  }

  #kept(channel: Channel): [number, object][] {
    const chat = this.chats.byId.get(channel.chat_id ?? "");
    if (!chat) return this.#told.map((message, index) => [index + 1, message]);
    return chat.messages.map((message) => [
      message.seq,
      // As it was when it was published: what became of it is in the marks.
      { type: "new_message", message: { ...message, ...unmarked } },
    ]);
  }

  #perform(socket: BunSocket<Link>, identifier: string, action: Record<string, unknown>): void {
    const channel = JSON.parse(identifier) as Channel;
    const chat = this.chats.byId.get(channel.chat_id ?? "");
    if (!chat) return;
    const { agent } = socket.data;
    switch (action["action"]) {
      case "typing": {
        const told = { type: "typing", by: agent ? "admin" : "user", on: action["on"] };
        this.cable.publish(channel, { ...told, ...(agent && { agent }), expires_in: 5 });
        break;
      }
      case "send_message": {
        const client_id = action["client_id"] as string;
        const { message } = this.post(chat, socket.data, action["content"] as string, client_id);
        this.cable.answer(socket, identifier, { type: "message_ack", client_id, message });
        break;
      }
      case "delivered":
      case "read":
        this.mark(chat, socket.data, action["action"], action["up_to_seq"] as number);
    }
  }

  #moved({ agent }: Owner, channel: Channel): void {
    const chat = this.chats.byId.get(channel.chat_id ?? "");
    if (!chat) return;
    const online = this.#isHere(chat);
    if (agent) {
      const agents = this.#viewers(chat);
      const told = { type: "viewing", chat_id: chat.id, agents, version: Date.now() };
      this.cable.publish(staffChannel, told);
    } else {
      const told = { type: "presence", online, version: Date.now() };
      this.cable.publish(channel, { ...told, by: "user" });
      this.cable.publish(staffChannel, { ...told, chat_id: chat.id });
    }
  }

  #everybody(): object {
    const all = [...this.chats.byId.values()];
    const viewing = all.map((chat) => ({ chat_id: chat.id, agents: this.#viewers(chat) }));
    const chats = all.filter((chat) => this.#isHere(chat)).map(({ id }) => id);
    const agents = this.cable.present(staffChannel).flatMap(({ agent }) => agent ?? []);
    return { type: "presence", agents, viewing, chats, version: Date.now() };
  }

  #isHere(chat: MockChat): boolean {
    return this.cable.present(channelOf(chat)).some(({ agent }) => agent === null);
  }

  #viewers(chat: MockChat): Person[] {
    const agents = this.cable.present(channelOf(chat)).flatMap(({ agent }) => agent ?? []);
    return [...new Map(agents.map((agent) => [agent.id, agent])).values()];
  }
}

const unmarked = { status: "sent", delivered_at: null, read_at: null };

function channelOf(chat: MockChat): Channel {
  return { channel: "ChatChannel", chat_id: chat.id };
}
