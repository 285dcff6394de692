import type { ChatActions, ChatSnapshot, Connect, ConnectOptions } from "./types.ts";
import { actionsOf, Held, nothingYet } from "./use.ts";

interface Ref<Value> {
  value: Value;
}

/** The part of Vue 3 that is used here. */
export interface VueFunctions {
  shallowRef<Value>(value: Value): Ref<Value>;
  computed<Value>(get: () => Value): { readonly value: Value };
  onScopeDispose(stop: () => void): void;
}

export type SupportChatRefs =
  & { readonly [Name in keyof ChatSnapshot]: { readonly value: ChatSnapshot[Name] } }
  & ChatActions
  & { readonly isConnected: { readonly value: boolean } };

/**
 * Makes the composable out of your Vue and the SDK's `connect`:
 *
 *     export const useSupportChat = createUseSupportChat(Vue, connect);
 *
 * One chat per component that uses it, until that one is unmounted.
 */
export function createUseSupportChat(
  { shallowRef, computed, onScopeDispose }: VueFunctions,
  connect: Connect,
): (options: ConnectOptions) => SupportChatRefs {
  return (options) => {
    const held = new Held(connect, options);
    const snapshot = shallowRef<ChatSnapshot>(nothingYet);
    held.follow(() => snapshot.value = held.snapshot());
    onScopeDispose(() => held.close());
    const of = <Name extends keyof ChatSnapshot>(name: Name) =>
      computed(() => snapshot.value[name]);
    return {
      connection: of("connection"),
      messages: of("messages"),
      unread: of("unread"),
      conversation: of("conversation"),
      typing: of("typing"),
      hasEarlier: of("hasEarlier"),
      staffOnline: of("staffOnline"),
      isConnected: computed(() => snapshot.value.connection === "online"),
      ...actionsOf(() => held),
    };
  };
}
