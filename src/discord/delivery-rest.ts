import { DiscordAPIError, HTTPError, RateLimitError, REST } from 'discord.js';
import { onceSettled, type Settled } from './settled.js';

export interface DeliveryRestOptions {
  /** Ends with `/api`. */
  readonly api: string;
  readonly token: string;
  readonly settled: Settled;
}

/** Longer waits are given back as a RateLimitError, and become a due time; milliseconds. */
const WAIT_MS = 5_000;

/**
 * The REST client of the outbox. Apart from the interactions' own: it never repeats a request by itself, because a request
 * whose answer was lost may have been carried out, and the outbox looks before it makes something again.
 */
export function createDeliveryRest({ api, token, settled }: DeliveryRestOptions): REST {
  return new REST({
    version: '10',
    api,
    makeRequest: onceSettled(settled),
    retries: 0,
    timeout: 15_000,
    // Discord allows 50 over all; answers to interactions are exempt, and what listeners ask for takes the rest.
    globalRequestsPerSecond: 45,
    rejectOnRateLimit: ({ retryAfter }) => retryAfter > WAIT_MS,
  }).setToken(token);
}

/** What an attempt's failure means for its effect. */
export type Verdict =
  /** Refused in a way that no repetition changes. */
  | { readonly kind: 'never'; readonly error: string }
  /** Not carried out: again after `afterMs`, or when the back-off says. */
  | { readonly kind: 'later'; readonly error: string; readonly afterMs?: number }
  /** No answer: it may have been carried out, or be carried out yet within `afterMs`. */
  | { readonly kind: 'unknown'; readonly error: string; readonly afterMs?: number };

/** How long Discord may take over a request whose sender has gone. */
const SETTLE_MS = 10_000;

export const ARCHIVED_THREAD = 50083;
const THREAD_EXISTS = 160004;

export function judge(error: unknown): Verdict {
  if (error instanceof RateLimitError) {
    return { kind: 'later', error: `rate limited on ${error.route}`, afterMs: error.retryAfter };
  }
  if (error instanceof DiscordAPIError) {
    const text = `${error.status} ${error.code}: ${error.message}`;
    // 401: the token was changed under us. Not this effect's fault.
    return error.status === 401 || error.status === 408 || error.status === 429
      ? { kind: 'later', error: text }
      : { kind: 'never', error: text };
  }
  if (error instanceof HTTPError) return { kind: 'unknown', error: `HTTP ${error.status}` };
  // We gave up waiting, and Discord may be at it still: a look at once would find nothing, and make it twice.
  if (error instanceof Error && error.name === 'AbortError') {
    return { kind: 'unknown', error: 'no answer in time', afterMs: SETTLE_MS };
  }
  if (error instanceof Error) {
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return { kind: 'unknown', error: `${error.name}: ${error.message}${cause}` };
  }
  return { kind: 'unknown', error: String(error) };
}

/** Did Discord say one of these: it is already as wanted? */
export const saysGone = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof DiscordAPIError && codes.includes(Number(error.code));
export const saysThreadExists = (error: unknown): boolean => saysGone(error, THREAD_EXISTS);
export const saysArchived = (error: unknown): boolean => saysGone(error, ARCHIVED_THREAD);
