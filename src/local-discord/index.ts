/** A Discord on this machine: REST and gateway for bots, actors for people, on one port of 127.0.0.1. */
import { randomBytes } from 'node:crypto';
import type { InteractionType } from 'discord-api-types/v10';
import Fastify from 'fastify';
import { type Clock, systemClock } from '../platform/clock.js';
import { placeOf } from './access.js';
import { createActors } from './actor/create.js';
import type { Action, Actor } from './actor.js';
import { openContract, type Violation } from './contract.js';
import { fail } from './errors.js';
import { createFaults, type Faults } from './faults.js';
import { createGateway, type Drop, gatewayPath } from './gateway/index.js';
import { gatewayRoutes } from './gateway/routes.js';
import { createInteractions } from './interactions/index.js';
import { interactionRoutes } from './interactions/routes.js';
import type { Application, Id, Message } from './model.js';
import { followTime } from './operations/passing-time.js';
import { createBot, createUser } from './operations/users.js';
import { createRateLimits } from './rate-limits.js';
import { registerRest } from './rest/index.js';
import { type Mount, openServer } from './server.js';
import { openStore } from './store.js';
import { createWorld, type World } from './world.js';

export interface LocalDiscordOptions {
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Where the world is kept; without it, it is gone with the process. */
  readonly file?: string;
  /** Fills a new world before anyone may look; one that is read from a file is as it was left. */
  readonly seed?: (world: World) => void;
  /** Path of Discord's OpenAPI file: every request and reply is then held against it. */
  readonly openapi?: string;
  /** Decides deadlines and dates. */
  readonly clock?: Pick<Clock, 'now' | 'after'>;
  /** `off` for load tests and tests of many requests; Discord's limits by default. */
  readonly rateLimits?: 'discord' | 'off';
  /** Told of faults of the stand-in itself. */
  readonly onFault?: (error: unknown, line: string) => void;
}

/** An interaction with made-up contents; its answer is awaited as any other's. */
export interface Forgery {
  readonly userId: Id;
  readonly channelId: Id;
  readonly type: InteractionType;
  readonly data: unknown;
  /** Other fields of the interaction, replaced or (as undefined) left out. */
  readonly more?: object;
  /** The message that its component stands on. */
  readonly source?: Message;
  readonly applicationId?: Id;
}

export interface LocalDiscord {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** For discord.js: `rest: { api: apiUrl }`. */
  readonly apiUrl: string;
  /** Of the first bot. Others are in `world.applications`. */
  readonly token: string;
  readonly applicationId: Id;
  readonly world: World;
  readonly faults: Faults;
  /** Where requests or replies broke Discord's contract; always empty without `openapi`. */
  readonly violations: readonly Violation[];
  /** Lets somebody act. Refuses: unknownUser, and bots, who act for themselves. */
  actor(userId: Id): Actor;
  /** Everybody who is not a bot, in order of their coming. */
  people(): Actor[];
  /** Breaks the gateway connections of a bot, or of all. */
  dropGateway(how: Drop, applicationId?: Id): void;
  /** Sends a bot an event as it stands, however wrong: for tests of hostile dispatches. */
  dispatch(t: string, data: object, applicationId?: Id): void;
  /** Sends a bot an interaction that no client of Discord would: `data` as it stands, `more` over the other fields. */
  forge(forgery: Forgery): Action;
  /** Serves more paths on the port, before the API: the page. */
  mount(mount: Mount): void;
  stop(): Promise<void>;
}

/**
 * Starts a local Discord. Rejects when the port is taken (EADDRINUSE), the OpenAPI file cannot be read, or the world's
 * file is from a newer version (NewerStore).
 */
export async function startLocalDiscord(options: LocalDiscordOptions = {}): Promise<LocalDiscord> {
  const { port = 0, file, seed, openapi, clock = systemClock, rateLimits = 'discord', onFault } = options;
  const world = createWorld({ now: clock.now, randomBytes });
  const store = file === undefined ? undefined : openStore(file, world, (error) => onFault?.(error, file));
  if (store?.empty ?? true) seed?.(world);
  const application = firstBot(world);
  const contract = openapi === undefined ? undefined : await openContract(openapi);
  const faults = createFaults();

  const gatewayUrl = () => `${world.origin.replace(/^http/, 'ws')}${gatewayPath}`;
  const gateway = createGateway({ world, clock, url: gatewayUrl });
  const interactions = createInteractions({ world, gateway, clock, monotonic: () => performance.now() });
  const actor = createActors(world, interactions);

  const app = Fastify({ routerOptions: { maxParamLength: 500 } });
  await registerRest(app, world, {
    routes: [...gatewayRoutes(gateway, gatewayUrl), ...interactionRoutes(world, interactions)],
    faults,
    // Clients wait in real time, whatever the world's clock says.
    rateLimits: createRateLimits({ now: systemClock.now, mode: rateLimits }),
    contract,
    onFault,
  });
  await app.ready();
  const server = await openServer(port, app.routing).catch(async (error: unknown) => {
    store?.close();
    throw error;
  });
  world.origin = server.url;
  server.mount({ upgrade: gateway.upgrade, close: gateway.close });

  const stopTime = followTime(world, clock);
  const bot = (id: Id = application.id) => world.applications.get(id) ?? fail('unknownApplication');

  return {
    url: server.url,
    apiUrl: `${server.url}/api`,
    token: application.token,
    applicationId: application.id,
    world,
    faults,
    violations: contract?.violations ?? [],
    actor,
    people: () => [...world.users.values()].filter(({ bot }) => !bot).map(({ id }) => actor(id)),
    dropGateway: gateway.drop,
    dispatch: (t, data, applicationId) => gateway.tell(bot(applicationId), t, data, undefined),
    forge({ userId, channelId, type, data, more, source, applicationId }) {
      const place = placeOf(world, userId, channelId);
      const question = { type, application: bot(applicationId), userId, place, data, forged: more, source };
      const { id, outcome, settled } = interactions.ask({ ...question, target: {}, openedBy: undefined });
      return { interactionId: id, outcome, settled };
    },
    mount: server.mount,
    async stop() {
      stopTime();
      interactions.live.close();
      await server.close();
      await app.close();
      store?.close();
    },
  };
}

/** An empty world gets one bot, so that there is somebody to log in as. */
function firstBot(world: World): Application {
  for (const application of world.applications.values()) return application;
  const owner = createUser(world, { username: 'owner', globalName: 'Owner' });
  return createBot(world, { name: 'Flock', ownerId: owner.id });
}
