import { setMaxListeners } from 'node:events';
import type { REST } from 'discord.js';
import { Routes } from 'discord.js';
import type { Clock } from '../platform/clock.js';
import type { Continuations, Refusals } from '../platform/continuations.js';
import type { Guild } from '../platform/guild.js';
import type { GuildStore } from '../platform/guild-store.js';
import { GuildUnavailable } from '../platform/guild-unavailable.js';
import type { Log } from '../platform/log.js';
import type { DeliveryOutcome } from '../platform/metrics.js';
import type { Made, OutboxRow, OutboxStats } from '../platform/outbox.js';
import { outlookOf } from '../platform/survey.js';
import { createWakes } from '../platform/wakes.js';
import { attempt } from './deliver-effect.js';
import { judge, saysGone, type Verdict } from './delivery-rest.js';
import { createLook } from './look.js';

export interface DeliveryDeps {
  readonly guilds: GuildStore;
  readonly rest: REST;
  readonly continuations: Continuations;
  readonly refusals?: Refusals;
  /** Discord says that this channel is not there. True when it is known what that means: nothing can be done to it any more. */
  readonly isOver?: (guild: Guild, channel: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Is the bot in this guild now? What waits for one that it left stays as it is. */
  readonly present: (guildId: string) => boolean;
  readonly onAttempt?: (kind: string, outcome: DeliveryOutcome) => void;
  /** A continuation threw: our fault, the effect is parked. */
  readonly onFault?: (guildId: string, row: OutboxRow, error: unknown) => void;
}

const UNKNOWN_CHANNEL = 10003;
/** What Discord says to who is not in a server: missing access, unknown server. To who is, the first means a channel out of sight. */
const OUT = [50001, 10004] as const;
/** Effects on their way at once, over all guilds. */
const AT_ONCE = 16;
/** The answer to the interaction that caused an effect goes first; milliseconds. */
const AFTER_ANSWER_MS = 15;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
const UNAVAILABLE_MS = 30_000;
const DAY_MS = 24 * 3_600_000;
/** Discord says 500 to some requests for ever. Some hours of it are enough. */
const MOST_SERVER_ERRORS = 50;
/** So many failures without an answer in a row mean that Discord is away: one try at a time until it is back. */
const AWAY_AFTER = 8;

export type Delivery = ReturnType<typeof createDelivery>;

/** Brings what waits in the guilds' outboxes to Discord: in order per target, each exactly once, whatever happens in between. */
export function createDelivery(deps: DeliveryDeps) {
  const { guilds, rest, continuations, clock, log, present } = deps;
  const wakes = createWakes(clock, (guildId) => pump(guildId));
  const flying = new Map<string, Promise<void>>();
  const waiting = new Set<string>();
  /** Carried out, but the guild's file could not be written then: not to be carried out again by this process. */
  const unnoted = new Map<string, { made: Made | undefined }>();
  /** The end of the last attempt is not known, and this could not be written down either. */
  const unsure = new Set<string>();
  /** Guilds whose file was in trouble, and until when they are left alone. */
  const resting = new Map<string, number>();
  const depths = new Map<string, { at: number; stats: OutboxStats }>();
  const tidied = new Map<string, number>();
  const abort = new AbortController();
  // Every request under way listens.
  setMaxListeners(0, abort.signal);
  let self: Promise<string> | undefined;
  let failures = 0;
  let stopped = false;
  let stopListening: (() => void) | undefined;

  const slots = (): number => (failures >= AWAY_AFTER ? 1 : AT_ONCE);
  const flightOf = (guildId: string, target: string): string => `${guildId} ${target}`;

  /** The bot's user id, asked for when it is first needed. */
  function whoAmI(): Promise<string> {
    self ??= rest.get(Routes.user(), { signal: abort.signal }).then(
      (user) => (user as { id: string }).id,
      (error) => {
        self = undefined;
        throw error;
      },
    );
    return self;
  }

  function pump(guildId: string): void {
    if (stopped) return;
    const rested = resting.get(guildId) ?? 0;
    if (rested > clock.now()) {
      // Something was added meanwhile, and took the place of the look that was planned.
      wakes.sooner(guildId, rested);
      return;
    }
    if (flying.size >= slots()) {
      waiting.add(guildId);
      return;
    }
    waiting.delete(guildId);
    try {
      if (!hasWork(guildId)) return;
      const guild = guilds.open(guildId);
      const rows = present(guildId) ? guild.outbox.due(AT_ONCE * 4) : [];
      for (const row of rows) {
        if (flying.has(flightOf(guildId, row.target))) continue;
        if (flying.size >= slots()) {
          waiting.add(guildId);
          break;
        }
        fly(guildId, row);
      }
      measure(guild, rows.length === 0);
      if (present(guildId)) wakes.set(guildId, guild.outbox.nextDue());
    } catch (error) {
      unavailable(guildId, error);
    }
  }

  /** Without opening the files of many guilds for nothing, when Discord comes back after an outage and names them all. */
  function hasWork(guildId: string): boolean {
    if (guilds.isOpen(guildId)) return true;
    return guilds.has(guildId) && outlookOf(guilds, guildId).effect !== undefined;
  }

  function measure(guild: Guild, drained: boolean): void {
    const now = clock.now();
    const before = depths.get(guild.id);
    if (drained || before === undefined || now - before.at >= 1000) {
      depths.set(guild.id, { at: now, stats: guild.outbox.stats() });
    }
    if (drained && now - (tidied.get(guild.id) ?? 0) > DAY_MS) {
      tidied.set(guild.id, now);
      guild.outbox.tidy();
    }
  }

  function fly(guildId: string, row: OutboxRow): void {
    const flight = flightOf(guildId, row.target);
    const landing = guilds
      .use(guildId, (guild) => deliver(guild, row))
      .catch((error) => unavailable(guildId, error))
      .finally(() => {
        flying.delete(flight);
        pump(guildId);
        for (const other of waiting) {
          if (flying.size >= slots()) break;
          pump(other);
        }
      });
    flying.set(flight, landing);
  }

  function unavailable(guildId: string, error: unknown): void {
    if (stopped) return;
    const reason = error instanceof GuildUnavailable ? { kind: error.kind, detail: error.detail } : { err: error };
    log.warn({ guildId, ...reason }, 'outbox cannot be used, its effects wait');
    resting.set(guildId, clock.now() + UNAVAILABLE_MS);
    wakes.set(guildId, clock.now() + UNAVAILABLE_MS);
  }

  async function deliver(guild: Guild, stored: OutboxRow): Promise<void> {
    const key = `${guild.id} ${stored.id}`;
    const row = unsure.has(key) ? { ...stored, uncertain: true } : stored;
    const noted = unnoted.get(key);
    let made = noted?.made;
    if (!noted) {
      try {
        made = await carryOut(guild, row);
        failures = 0;
      } catch (error) {
        if (stopped && abort.signal.aborted) return;
        const [, channel] = /^channel:(\d+)$/.exec(row.target) ?? [];
        if (channel && saysGone(error, UNKNOWN_CHANNEL) && deps.isOver?.(guild, channel)) {
          guild.outbox.done(row, undefined);
          return;
        }
        const verdict = judge(error);
        const isOut = verdict.kind === 'never' && saysGone(error, ...OUT) && !(await isIn(guild.id));
        failed(guild, row, isOut ? { kind: 'later', error: verdict.error } : verdict);
        return;
      }
    }
    unnoted.set(key, { made });
    note(guild, row, made);
    unnoted.delete(key);
  }

  /** A server that just removed the bot refuses everything before the gateway tells why. */
  async function isIn(guildId: string): Promise<boolean> {
    try {
      await rest.get(Routes.guild(guildId), { signal: abort.signal });
      return true;
    } catch (error) {
      return !saysGone(error, ...OUT);
    }
  }

  async function carryOut(guild: Guild, row: OutboxRow): Promise<Made | undefined> {
    const look = createLook({
      rest,
      signal: abort.signal,
      self: row.uncertain ? await whoAmI() : '',
      isKnown: (id) => guild.outbox.isKnown(id),
    });
    return attempt({ guildId: guild.id, row, rest, look, signal: abort.signal });
  }

  /** It happened: the row goes, and what follows is done, in one transaction. Throws GuildUnavailable. */
  function note(guild: Guild, row: OutboxRow, made: Made | undefined): void {
    try {
      // After a power cut the next process looks for what was made, as after a kill between Discord's answer and this.
      guild.unhurriedTransaction(() => {
        guild.outbox.done(row, made?.id);
        if (row.after) {
          const follow = continuations[row.after.name];
          if (!follow) throw new Error(`no continuation "${row.after.name}"`);
          follow(guild, row.after.arg ?? null, made);
        }
      })();
      deps.onAttempt?.(row.effect.kind, 'delivered');
    } catch (error) {
      if (error instanceof GuildUnavailable) throw error;
      log.error({ guildId: guild.id, effect: row.id, err: error }, 'what follows an effect failed');
      deps.onFault?.(guild.id, row, error);
      guild.outbox.park(row.id, `delivered, but what follows failed: ${String(error)}`);
      deps.onAttempt?.(row.effect.kind, 'parked');
    }
  }

  function failed(guild: Guild, row: OutboxRow, verdict: Verdict): void {
    const { error } = verdict;
    const facts = {
      guildId: guild.id,
      effect: row.id,
      kind: row.effect.kind,
      target: row.target,
      attempts: row.attempts + 1,
    };
    if (verdict.kind === 'unknown') failures += 1;
    else failures = 0;
    if (verdict.kind === 'never' || (row.attempts >= MOST_SERVER_ERRORS && error === 'HTTP 500')) {
      log.warn({ ...facts, reason: error }, 'effect parked');
      park(guild, row, error);
      deps.onAttempt?.(row.effect.kind, 'parked');
      return;
    }
    const afterMs = verdict.afterMs ?? backoff(row.attempts);
    const key = `${guild.id} ${row.id}`;
    if (verdict.kind === 'unknown') unsure.add(key);
    // Whole milliseconds: neither chance nor Discord's seconds give them, and the column takes nothing else.
    guild.outbox.retry(row.id, Math.ceil(clock.now() + afterMs), error, verdict.kind === 'unknown');
    unsure.delete(key);
    log.info({ ...facts, reason: error, afterMs: Math.round(afterMs) }, 'effect will be tried again');
    deps.onAttempt?.(row.effect.kind, 'retried');
  }

  /** It waits for staff, and who is concerned is told. */
  function park(guild: Guild, row: OutboxRow, reason: string): void {
    try {
      guild.transaction(() => {
        guild.outbox.park(row.id, reason);
        if (row.after) deps.refusals?.[row.after.name]?.(guild, row.after.arg ?? null);
      })();
    } catch (error) {
      if (error instanceof GuildUnavailable) throw error;
      deps.onFault?.(guild.id, row, error);
      guild.outbox.park(row.id, reason);
    }
  }

  /** Doubles, up to some minutes; the half of it by chance, so that many do not come back at the same instant. */
  function backoff(attempts: number): number {
    const longest = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts, 20), LONGEST_BACKOFF_MS);
    return longest / 2 + (clock.random() * longest) / 2;
  }

  return {
    /** Starts to deliver what is added from now on. What earlier lives left comes by `expect`, from a survey of the files. */
    start(): void {
      stopListening = guilds.on('effect', (guildId) => wakes.sooner(guildId, clock.now() + AFTER_ANSWER_MS));
    },

    /** A guild's file says that something is due at `at`; or the bot is back in it. */
    expect: (guildId: string, at: number): void => wakes.sooner(guildId, at),

    /** Over all guilds that this process has delivered for. */
    stats(): OutboxStats {
      let [pending, parked, oldest] = [0, 0, undefined as number | undefined];
      for (const { stats } of depths.values()) {
        pending += stats.pending;
        parked += stats.parked;
        if (stats.oldest !== undefined) oldest = Math.min(oldest ?? stats.oldest, stats.oldest);
      }
      return { pending, parked, oldest };
    },

    /** Resolves when nothing is on its way. For tests: new effects may follow at once. */
    async settled(): Promise<void> {
      while (flying.size > 0) await Promise.all(flying.values());
    },

    /** Sends nothing more, and waits for what is on its way, at most `graceMs`; the rest is looked for by the next process. */
    async stop(graceMs: number): Promise<void> {
      stopped = true;
      stopListening?.();
      wakes.stop();
      const cancel = clock.after(graceMs, () => abort.abort());
      await Promise.all(flying.values());
      cancel();
      abort.abort();
    },
  };
}
