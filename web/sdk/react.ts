import type { ChatActions, ChatSnapshot, Connect, ConnectOptions } from "./types.ts";
import { actionsOf, Held, nothingYet } from "./use.ts";

/** The part of React that is used here; any version from 16.8 has it. */
export interface ReactHooks {
  useState<Value>(initial: Value): [Value, (next: (before: Value) => Value) => void];
  useEffect(effect: () => void | (() => void), on: readonly unknown[]): void;
  useRef<Value>(initial: Value): { current: Value };
  useMemo<Value>(make: () => Value, on: readonly unknown[]): Value;
}

export type SupportChatState = ChatSnapshot & ChatActions & { isConnected: boolean };

/**
 * Makes the hook out of your React and the SDK's `connect`:
 *
 *     export const useSupportChat = createUseSupportChat(React, connect);
 *
 * One chat per component that uses it, for as long as that one is mounted. The actions are the same
 * functions for ever; another gateway, inbox or identifier is another chat.
 */
export function createUseSupportChat(
  { useState, useEffect, useRef, useMemo }: ReactHooks,
  connect: Connect,
): (options: ConnectOptions) => SupportChatState {
  return (options) => {
    const held = useRef<Held | null>(null);
    const [, render] = useState(0);
    const { origin, websiteToken, identifier } = options;
    useEffect(() => {
      const mine = new Held(connect, options);
      held.current = mine;
      mine.follow(() => render((times) => times + 1));
      return () => {
        mine.follow(() => undefined);
        mine.close();
        if (held.current === mine) held.current = null;
      };
    }, [origin, websiteToken, identifier]);
    const actions = useMemo(() => actionsOf(() => held.current), []);
    const snapshot = held.current?.snapshot() ?? nothingYet;
    return { ...snapshot, ...actions, isConnected: snapshot.connection === "online" };
  };
}
