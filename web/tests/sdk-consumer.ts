/*
 * Never run: `bin/web check` reads it, to see that the types that are served are whole and that a
 * program in TypeScript gets on with them.
 */
// @ts-types="../dist/sdk.d.ts"
import { type ChatMessage, connect } from "../dist/sdk.js";
// @ts-types="../dist/sdk/react.d.ts"
import { createUseSupportChat, type ReactHooks } from "../dist/sdk/react.js";
// @ts-types="../dist/sdk/vue.d.ts"
import { createUseSupportChat as forVue, type VueFunctions } from "../dist/sdk/vue.js";

declare const React: ReactHooks;
declare const Vue: VueFunctions;

export async function useThem(): Promise<(string | undefined)[]> {
  const chat = await connect({ websiteToken: "demo", attributes: { plan: "gold" } });
  const messages: readonly ChatMessage[] = chat.snapshot().messages;
  const inReact = createUseSupportChat(React, connect)({ websiteToken: "demo" });
  const inVue = forVue(Vue, connect)({ websiteToken: "demo" });
  inReact.sendMessage("hello");
  inVue.markAsRead();
  return [...messages, ...inReact.messages, ...inVue.messages.value].map(({ content }) => content);
}
