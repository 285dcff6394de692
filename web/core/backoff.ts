/**
 * How long to wait before attempt `attempt` (from 0), in milliseconds.
 *
 * Doubles from one second to thirty. The jitter is wide on purpose: after a gateway's restart all
 * its clients start counting in the same instant and must not come back in the same instant.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestBackoff, 1000 * 2 ** attempt);
  return Math.round(ceiling * (0.2 + 0.8 * random()));
}

export const longestBackoff = 30_000;
