/**
 * Discord's rate limits: 50 requests a second over all (answers to interactions exempt), and buckets per route and
 * channel, guild or webhook. Discord publishes no numbers for its buckets and tells clients to read the headers; these
 * are the ones that its headers are commonly seen to carry.
 */
import { createHash } from 'node:crypto';

export interface RateLimitCall {
  readonly method: string;
  /** As declared, with `:name` for parameters. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  /** Who asks: an application's id, or an address. */
  readonly who: string;
  readonly body: unknown;
}

export interface Refusal {
  /** Seconds. */
  readonly retryAfter: number;
  readonly global: boolean;
  readonly scope: 'user' | 'global' | 'shared';
}

export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  readonly refused?: Refusal;
}

export interface RateLimits {
  take(call: RateLimitCall): Verdict;
  /** Counts an answer of 401, 403 or 429. */
  countInvalid(who: string): void;
  /** Seconds until an address that sent 10,000 invalid requests in 10 minutes may come back; 0 where it may. */
  bannedFor(who: string): number;
}

interface Rule {
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
}

const GLOBAL: Rule = { limit: 50, window: 1000 };
const INVALID: Rule = { limit: 10_000, window: 600_000 };
const USUAL: Rule = { limit: 10, window: 1000 };
const READING: Rule = { limit: 30, window: 1000 };
/** Renaming a channel or changing its topic: twice in ten minutes, within the route's bucket. */
const RENAMING: Rule = { limit: 2, window: 600_000 };

const RULES: Readonly<Record<string, Rule>> = {
  'POST /channels/:channel/messages': { limit: 5, window: 5000 },
  'PATCH /channels/:channel/messages/:message': { limit: 5, window: 5000 },
  'DELETE /channels/:channel/messages/:message': { limit: 5, window: 1000 },
  'POST /channels/:channel/messages/bulk-delete': { limit: 1, window: 1000 },
  'PUT /channels/:channel/messages/:message/reactions/:emoji/@me': { limit: 1, window: 250 },
  'POST /channels/:channel/threads': { limit: 10, window: 10_000 },
  'POST /channels/:channel/messages/:message/threads': { limit: 10, window: 10_000 },
  'PATCH /channels/:channel': { limit: 5, window: 5000 },
  'POST /guilds/:guild/channels': { limit: 10, window: 10_000 },
  'POST /guilds/:guild/roles': { limit: 10, window: 10_000 },
  'PUT /guilds/:guild/members/:user/roles/:role': { limit: 10, window: 10_000 },
  'DELETE /guilds/:guild/members/:user/roles/:role': { limit: 10, window: 10_000 },
  'PATCH /guilds/:guild/members/:user': { limit: 10, window: 10_000 },
  'POST /guilds/:guild/scheduled-events': { limit: 5, window: 60_000 },
  'PATCH /guilds/:guild/scheduled-events/:event': { limit: 5, window: 5000 },
  'POST /webhooks/:webhook/:token': { limit: 5, window: 2000 },
  'PATCH /webhooks/:webhook/:token/messages/:message': { limit: 5, window: 2000 },
  'POST /applications/:application/commands': { limit: 5, window: 20_000 },
  'PUT /applications/:application/commands': { limit: 5, window: 20_000 },
  'PUT /applications/:application/guilds/:guild/commands': { limit: 5, window: 20_000 },
};

const CALLBACK = '/interactions/:interaction/:token/callback';

interface Bucket {
  left: number;
  /** Milliseconds, by `now`. */
  until: number;
}

export interface RateLimitOptions {
  /** Milliseconds since 1970, of the real clock: clients wait in real time. */
  now: () => number;
  /** `off` tells every client that there is always one more. */
  mode: 'discord' | 'off';
}

export function createRateLimits({ now, mode }: RateLimitOptions): RateLimits {
  const buckets = new Map<string, Bucket>();
  const invalid = new Map<string, Bucket>();
  const hashes = new Map<string, string>();
  let takes = 0;

  function bucketOf(store: Map<string, Bucket>, key: string, rule: Rule): Bucket {
    const found = store.get(key);
    if (found && found.until > now()) return found;
    const fresh = { left: rule.limit, until: now() + rule.window };
    store.set(key, fresh);
    return fresh;
  }

  /** Tokens of interactions come and go; so do their buckets. */
  function sweep(): void {
    takes += 1;
    if (takes % 5000 !== 0) return;
    for (const [key, bucket] of buckets) if (bucket.until <= now()) buckets.delete(key);
  }

  function hashOf(route: string): string {
    let hash = hashes.get(route);
    if (!hash) {
      hash = createHash('md5').update(route).digest('hex');
      hashes.set(route, hash);
    }
    return hash;
  }

  return {
    take({ method, route, params, who, body }) {
      sweep();
      const callback = route === CALLBACK;
      if (mode === 'off' || callback) return { headers: {} };
      const overall = bucketOf(buckets, `global ${who}`, GLOBAL);
      const exempt = route.startsWith('/webhooks/:webhook/:token');
      if (!exempt && overall.left <= 0) return refuse(overall.until - now(), true, 'global', {});
      if (!exempt) overall.left -= 1;

      const name = `${method} ${route}`;
      const rule = RULES[name] ?? (method === 'GET' ? READING : USUAL);
      const major = params.channel ?? params.guild ?? (params.webhook && `${params.webhook}/${params.token}`) ?? '';
      const bucket = bucketOf(buckets, `${name} ${major} ${who}`, rule);
      const wait = bucket.until - now();
      const spent = bucket.left <= 0;
      if (!spent) bucket.left -= 1;
      const headers = {
        'x-ratelimit-limit': String(rule.limit),
        'x-ratelimit-remaining': String(bucket.left),
        'x-ratelimit-reset': (bucket.until / 1000).toFixed(3),
        'x-ratelimit-reset-after': (Math.max(0, wait) / 1000).toFixed(3),
        'x-ratelimit-bucket': hashOf(name),
      };
      if (spent) return refuse(wait, false, 'user', headers);
      if (name === 'PATCH /channels/:channel' && renames(body)) {
        const renaming = bucketOf(buckets, `rename ${major} ${who}`, RENAMING);
        if (renaming.left <= 0) return refuse(renaming.until - now(), false, 'shared', headers);
        renaming.left -= 1;
      }
      return { headers };
    },

    countInvalid(who) {
      bucketOf(invalid, who, INVALID).left -= 1;
    },

    bannedFor(who) {
      const bucket = invalid.get(who);
      return bucket && bucket.left <= 0 && bucket.until > now() ? (bucket.until - now()) / 1000 : 0;
    },
  };
}

const renames = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && ('name' in body || 'topic' in body);

function refuse(wait: number, global: boolean, scope: Refusal['scope'], headers: Verdict['headers']): Verdict {
  const retryAfter = Math.max(0.001, Math.ceil(wait) / 1000);
  return {
    refused: { retryAfter, global, scope },
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(retryAfter)),
      'x-ratelimit-scope': scope,
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
  };
}
