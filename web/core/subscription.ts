import type { StreamPosition } from "./protocol.ts";

/** Where one stands in each stream of a subscription, by stream id. */
export type Positions = Record<string, StreamPosition>;

export interface SubscriptionHandler {
  /**
   * How far everything is known here; asked before every subscribing. With nothing known, or a
   * gateway that keeps no history, the subscription begins with what comes next.
   */
  positions?(): Positions | undefined;
  /**
   * From now on nothing published is missed; comes again after every reconnection. `resumes`: what
   * was missed before comes first, and then `resumed`.
   */
  confirmed(resumes: boolean): void;
  /** False: what was missed cannot be had here any more. */
  resumed?(complete: boolean): void;
  /** `position` is where the message stands in its stream, if it is of those that are kept. */
  received(message: unknown, position: Partial<StreamPosition>): void;
  lost(): void;
  rejected?(): void;
}

export interface CableSubscription {
  /** False when not subscribed just now: nothing was sent. */
  perform(action: string, data: object): boolean;
  unsubscribe(): void;
}
