import type { ChatActions, ChatSnapshot, Connect, ConnectOptions } from "../sdk.d.ts";
/** The part of React that is used here; any version from 16.8 has it. */
export interface ReactHooks {
    useState<Value>(initial: Value): [Value, (next: (before: Value) => Value) => void];
    useEffect(effect: () => void | (() => void), on: readonly unknown[]): void;
    useRef<Value>(initial: Value): {
        current: Value;
    };
    useMemo<Value>(make: () => Value, on: readonly unknown[]): Value;
}
export type SupportChatState = ChatSnapshot & ChatActions & {
    isConnected: boolean;
};
/**
 * Makes the hook out of your React and the SDK's `connect`:
 *
 *     export const useSupportChat = createUseSupportChat(React, connect);
 *
 * One chat per component that uses it, for as long as that one is mounted. The actions are the same
 * functions for ever; another gateway, inbox or identifier is another chat.
 */
export declare function createUseSupportChat({ useState, useEffect, useRef, useMemo }: ReactHooks, connect: Connect): (options: ConnectOptions) => SupportChatState;
