/** Puts Flock together: everything it needs is handed in, by main.ts and by tests alike. */
import { Events, Status } from 'discord.js';
import type { FastifyInstance } from 'fastify';
import { jobs as everything } from '../commands/index.js';
import {
  type Community,
  continuationsOf,
  createCommunity,
  refusalsOf,
  timerHandlersOf,
} from './community/community.js';
import { createCatalogue, type Job } from './discord/catalogue.js';
import {
  createClient,
  createLoginRest,
  type DiscordAddress,
  type Granted,
  login,
  loginTime,
  lookUp,
  onLost,
} from './discord/client.js';
import { createDelivery } from './discord/delivery.js';
import { createDeliveryRest } from './discord/delivery-rest.js';
import { guardDispatches } from './discord/dispatch-guard.js';
import { createFaults } from './discord/faults.js';
import { createHelp } from './discord/help.js';
import { followPlaces } from './discord/listeners/places.js';
import { followPresence } from './discord/listeners/presence.js';
import { LoginFailed } from './discord/login-failed.js';
import { createMeter } from './discord/meter.js';
import { register } from './discord/register.js';
import { createRouter } from './discord/router.js';
import { fleetPosts } from './discord/views/hunt-posts.js';
import { questionPosts } from './discord/views/question-posts.js';
import { registerFleetApi } from './fleet/api/server.js';
import { createWaiting } from './fleet/api/waiting.js';
import { createFleets } from './fleet/fleets.js';
import { createHeralds } from './fleet/heralds.js';
import { createShelf } from './fleet/shelf.js';
import type { Clock } from './platform/clock.js';
import { createDepartures } from './platform/departures.js';
import type { Guild } from './platform/guild.js';
import type { GuildStore } from './platform/guild-store.js';
import { type Health, type HttpOptions, startHttp } from './platform/http.js';
import type { Log } from './platform/log.js';
import type { Metrics } from './platform/metrics.js';
import { shipped } from './platform/paths.js';
import { survey } from './platform/survey.js';
import { createTimers } from './platform/timers.js';

export interface AppOptions {
  readonly discord: DiscordAddress;
  readonly guilds: GuildStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where `/healthz` and `/metrics` are served; nowhere when left out. */
  readonly http?: Pick<HttpOptions, 'host' | 'port' | 'tls' | 'trustedHops' | 'insecure'> & {
    /** Where lent machines reach it, when that is not where it listens. */
    readonly publicUrl?: string;
    readonly mount?: (server: FastifyInstance) => void;
  };
  /** What people can do; everything in commands/index.ts when left out. */
  readonly jobs?: readonly Job[];
}

export type App = ReturnType<typeof createApp>;

export interface Started {
  readonly granted: Granted;
  /** Where HTTP listens, if it does. */
  readonly httpUrl: string | undefined;
}

/** In all a stop takes less than 5 s; milliseconds. */
const DRAIN_MS = 2_500;
const DELIVERY_MS = 1_500;
/** discord.js waits for a farewell even of who never answered. */
const GOODBYE_MS = 500;

/** A bot that is not started yet. It closes what it opened itself; the guild store is the caller's. */
export function createApp(options: AppOptions) {
  const { discord, guilds, clock, log, metrics } = options;
  const catalogue = createCatalogue(options.jobs ?? everything);
  const meter = createMeter(metrics);
  const faults = createFaults({ log, clock, count: meter.fault });
  const departures = createDepartures(guilds, clock);
  /** What was started, to be ended in the opposite order. */
  const running: (() => unknown)[] = [];
  const aborted = new AbortController();
  let giveUp: (reason: LoginFailed) => void = () => {};
  const lost = new Promise<LoginFailed>((resolve) => {
    giveUp = resolve;
  });
  const atMost = (ms: number, work: Promise<unknown>): Promise<unknown> =>
    Promise.race([work, new Promise<void>((resolve) => clock.after(ms, resolve))]);

  const communities = new WeakMap<Guild, Community>();
  const communityOf = (guild: Guild): Community => {
    const known = communities.get(guild) ?? createCommunity(guild, { clock, posts: questionPosts });
    communities.set(guild, known);
    return known;
  };

  /** Servers that the bot is in; nobody knows before it is logged in. */
  let isHere: (guildId: string) => boolean | undefined = () => undefined;
  const waiting = createWaiting(clock.after);
  const shelf = createShelf(shipped('suites'));
  const fleets = createFleets({
    guilds,
    shelf,
    clock,
    waiting,
    isHere: (guildId) => isHere(guildId),
    onFault: (guildId, error) => void faults.note(error, { where: 'fleet', guildId }),
  });

  const heralds = createHeralds({
    now: clock.now,
    fleetIn: fleets.fleetIn,
    settingsIn: (guild) => communityOf(guild).settings,
    posts: fleetPosts,
    wake: waiting.wake,
  });

  /** After a machine's result: there may be new work, and something to tell. */
  function onResult(guildId: string): void {
    waiting.wake(guildId);
    try {
      heralds.heraldIn(guilds.open(guildId)).show();
    } catch (error) {
      faults.note(error, { where: 'herald', guildId });
    }
  }

  /** What lent machines talk to, beside `/healthz` and `/metrics`. */
  function mountFleet(server: FastifyInstance): void {
    registerFleetApi(server, {
      now: clock.now,
      random: clock.random,
      fleetOf: fleets.engineOf,
      onResult,
      waiting,
      notices: () => [],
      onFault: (error) => void faults.note(error, { where: 'fleet api' }),
    });
    options.http?.mount?.(server);
  }

  function survive(reason: unknown): void {
    metrics.unhandled.inc();
    faults.note(reason, { where: 'unhandled rejection' });
  }

  async function start(): Promise<Started> {
    process.on('unhandledRejection', survive);
    running.push(() => void process.off('unhandledRejection', survive));

    let health: Health = { ready: false, pingMs: -1, guilds: 0 };
    const http =
      options.http &&
      (await startHttp({ ...options.http, registry: metrics.registry, health: () => health, mount: mountFleet }));
    if (http) running.push(() => http.close());
    running.push(fleets.stop);

    const time = loginTime(clock);
    running.push(time.stop);
    const loginRest = createLoginRest(discord);
    const granted = await time.inTime(lookUp(loginRest));
    const client = createClient(discord, granted, guilds.settled);
    running.push(() => atMost(GOODBYE_MS, client.destroy()));
    // Before the login: whoever is seen to be there can be asked.
    const registering = register(loginRest, granted.applicationId, catalogue.commands).catch((error: unknown) => {
      throw LoginFailed.of(error);
    });
    const { ids, ...changes } = await time.inTime(registering);
    log.info(changes, 'commands registered');
    const workerUrl = options.http?.publicUrl ?? http?.url;
    const system = { catalogue, faults, help: createHelp(catalogue, ids), granted, guilds, shelf, workerUrl };
    const router = createRouter({
      system,
      guilds,
      communityOf,
      fleetIn: fleets.fleetIn,
      heraldIn: heralds.heraldIn,
      onFleetCommand: waiting.wake,
      meter,
      clock,
    });
    guardDispatches(client, { faults, meter });
    client.on(Events.InteractionCreate, router.handle);
    client.on(Events.Error, (error) => faults.note(error, { where: 'client' }));
    client.on(Events.ShardError, (error) => log.warn({ err: error }, 'the connection to Discord failed'));
    client.on(Events.ShardReconnecting, () => {
      // discord.js says so at a wanted goodbye, too.
      if (!aborted.signal.aborted) log.info('connecting to Discord again');
    });
    client.on(Events.ShardResume, (_, missed) => log.info({ missed }, 'resumed'));
    const ready = await time.inTime(login(client, discord.token));
    time.stop();
    onLost(client, giveUp);
    isHere = (guildId) => client.guilds.cache.has(guildId);

    const delivery = createDelivery({
      guilds,
      rest: createDeliveryRest({ ...discord, settled: guilds.settled }),
      continuations: { ...continuationsOf(communityOf), ...heralds.continuations },
      refusals: refusalsOf(communityOf),
      isOver: (guild, channel) => communityOf(guild).questions.lost(channel),
      clock,
      log,
      present: (guildId) => client.guilds.cache.get(guildId)?.available === true,
      onAttempt: (kind, outcome) => metrics.deliveries.inc({ kind, outcome }),
      onFault: (guildId, _, error) => void faults.note(error, { where: 'continuation', guildId }),
    });
    const timers = createTimers({
      guilds,
      handlers: { ...timerHandlersOf(communityOf), ...heralds.timers },
      clock,
      log,
      onFault(guildId, _, error) {
        metrics.timerFaults.inc();
        faults.note(error, { where: 'timer', guildId });
      },
    });
    delivery.start();
    fleets.start();
    timers.start();
    running.push(() => delivery.stop(DELIVERY_MS), timers.stop);
    running.push(
      followPresence(ready, { guilds, departures, clock, log, onPresent: (id) => delivery.expect(id, clock.now()) }),
    );
    running.push(followPlaces(ready, { guilds, communityOf, faults, clock }));
    // Whoever acts while we stop is still answered; the rest of the stop waits for them.
    running.push(() => atMost(DRAIN_MS, router.drain()));

    metrics.watch({ openGuildFiles: guilds.openCount, outbox: delivery.stats, now: clock.now });
    health = {
      get ready() {
        return client.isReady() && client.ws.shards.every((shard) => shard.status === Status.Ready);
      },
      get pingMs() {
        return client.ws.ping;
      },
      get guilds() {
        return client.guilds.cache.size;
      },
    };
    void survey({
      guilds,
      now: clock.now,
      tell(guildId, { effect, timer }) {
        if (effect !== undefined) delivery.expect(guildId, effect);
        if (timer !== undefined) timers.expect(guildId, timer);
      },
      onProblem: (guildId, error) => log.warn({ guildId, err: error }, 'the file of this server cannot be used'),
      signal: aborted.signal,
    });
    return { granted, httpUrl: http?.url };
  }

  async function stop(): Promise<void> {
    aborted.abort();
    for (let end = running.pop(); end; end = running.pop()) await end();
  }

  return {
    /** Resolves when people can act. Throws LoginFailed, or why HTTP cannot listen; what was started by then is stopped again. */
    async start(): Promise<Started> {
      try {
        return await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    /** Resolves when Discord sends the bot away for good: its token was changed, or an intent taken back. */
    lost,
    /** Finishes the answers under way, then what is on its way to Discord; less than 5 s. */
    stop,
  };
}
