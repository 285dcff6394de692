import type { ChatActions, ChatSnapshot, Connect, ConnectOptions } from "../sdk.d.ts";
interface Ref<Value> {
    value: Value;
}
/** The part of Vue 3 that is used here. */
export interface VueFunctions {
    shallowRef<Value>(value: Value): Ref<Value>;
    computed<Value>(get: () => Value): {
        readonly value: Value;
    };
    onScopeDispose(stop: () => void): void;
}
export type SupportChatRefs = {
    readonly [Name in keyof ChatSnapshot]: {
        readonly value: ChatSnapshot[Name];
    };
} & ChatActions & {
    readonly isConnected: {
        readonly value: boolean;
    };
};
/**
 * Makes the composable out of your Vue and the SDK's `connect`:
 *
 *     export const useSupportChat = createUseSupportChat(Vue, connect);
 *
 * One chat per component that uses it, until that one is unmounted.
 */
export declare function createUseSupportChat({ shallowRef, computed, onScopeDispose }: VueFunctions, connect: Connect): (options: ConnectOptions) => SupportChatRefs;
export {};
