export const longestBackoff = 30_000;

/** What a gateway says when it closes a socket. */
export interface Parting {
  reason?: string;
  reconnect?: boolean;
}

/**
 * How long to wait before attempt `attempt` (from 0), in milliseconds.
 *
 * Doubles from one second to thirty. The jitter is wide on purpose: after a gateway's restart all
 * its clients start counting in the same instant and must not come back in the same instant.
 */
export function backoff(attempt: number): number {
  const ceiling = Math.min(longestBackoff, 1000 * 2 ** attempt);
  return ceiling * (0.2 + 0.8 * Math.random());
}

/**
 * How long to stay away after the end of a socket, in milliseconds; null: for good.
 *
 * Whoever is told not to come back for reasons that may pass tries another ticket, seldom: whether
 * they have access is decided where tickets are given. Other gateways are up during one's restart, so its clients
 * only spread out. Who was too slow has missed something and fetches it at once, unless it just did.
 */
export function absence({ reason = "", reconnect }: Parting, attempt: number): number | null {
  if (reconnect === false) {
    return /^(unauthorized|token_expired|too_many_sessions)$/.test(reason) ? longestBackoff : null;
  }
  if (reason === "server_restart") return Math.random() * 2000;
  return reason === "too_slow" && attempt === 0 ? 0 : backoff(attempt);
}
