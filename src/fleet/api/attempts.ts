/** Counts failed tries by who made them, so that guessing a code takes for ever. In memory: a restart forgives. */
import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';

const MOST = 10;
const WINDOW_MS = 10 * 60_000;

export interface Attempts {
  /** Whether this address, or its network, has to wait before it may try again. */
  blocked(who: string): boolean;
  failed(who: string): void;
}

/** Whoever has one address of the new kind has 2^64 of them: the network is who calls. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const gap = Array<string>(Math.max(0, 8 - (first?.length ?? 0) - (last?.length ?? 0))).fill('0');
  const groups = address.includes('::') ? [...(first ?? []), ...gap, ...(last ?? [])] : (first ?? []);
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

export function createAttempts(now: () => number): Attempts {
  const tries = new LRUCache<string, { count: number; since: number }>({ max: 10_000 });
  const of = (who: string): { count: number; since: number } => {
    const known = tries.get(who);
    return known && now() - known.since < WINDOW_MS ? known : { count: 0, since: now() };
  };
  return {
    blocked: (who) => of(networkOf(who)).count >= MOST,
    failed(who) {
      const network = networkOf(who);
      const known = of(network);
      tries.set(network, { ...known, count: known.count + 1 });
    },
  };
}
