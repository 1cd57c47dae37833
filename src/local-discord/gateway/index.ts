/** The gateway: sessions of applications, and which events each of them gets. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayCloseCodes } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../platform/clock.js';
import type { Application, Id } from '../model.js';
import type { Dispatch, World } from '../world.js';
import { type Hub, serveConnection } from './connection.js';
import { areGranted, isKnownIntents } from './intents.js';
import { createMemberRequests } from './members.js';
import { Close, frames, MAX_GUILDS_A_SHARD, MAX_IDENTIFIES_A_DAY, RESUMABLE_FOR } from './protocol.js';
import { audienceOf, dataFor } from './routing.js';
import { createSession, ownsGuild, type Session } from './session.js';
import { guildCreate, readyData } from './welcome.js';

export const gatewayPath = '/gateway';

/** How a connection can be made to fail on demand. */
export type Drop = 'cut' | 'reconnect' | 'invalid-session' | { readonly code: number };

export interface Gateway {
  /** Takes over a WebSocket of the gateway. False when the path is not the gateway's. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Whether an application has a session, connected or about to come back, that hears of this guild (or of direct messages). */
  isOnline(application: Application, guildId: Id | undefined): boolean;
  /** Sends an event to one application alone, whatever its intents. */
  tell(application: Application, t: string, data: object, guildId: Id | undefined): void;
  /** What GET /gateway/bot answers. */
  startLimit(application: Application): { total: number; remaining: number; reset_after: number };
  /** Breaks connections: cut without a word, told to reconnect (op 7), told that the session is invalid (op 9), or closed with a code. */
  drop(how: Drop, applicationId?: Id): void;
  close(): void;
}

export interface GatewayDeps {
  readonly world: World;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** Where clients resume: `ws://127.0.0.1:3000/gateway`. Known once the server listens. */
  url(): string;
}

const DAY = 86_400_000;

export function createGateway({ world, clock, url }: GatewayDeps): Gateway {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024, perMessageDeflate: false });
  const sessions = new Map<string, Session>();
  /** Times of IDENTIFY in the last day, by application. */
  const starts = new Map<Id, number[]>();
  const memberRequests = createMemberRequests(world);

  const startsOf = (application: Application) => {
    const recent = (starts.get(application.id) ?? []).filter((time) => time > clock.now() - DAY);
    starts.set(application.id, recent);
    return recent;
  };

  function applicationOf(token: string): Application {
    for (const application of world.applications.values())
      if (application.token === token.replace(/^Bot /, '')) return application;
    throw new Close(GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
  }

  const isOver = (session: Session) => !session.line && clock.now() - session.lostAt > RESUMABLE_FOR;

  function* live(): Generator<Session> {
    for (const session of sessions.values())
      if (isOver(session)) sessions.delete(session.id);
      else yield session;
  }

  const hub: Hub = {
    identify(line, request) {
      const application = applicationOf(request.token);
      const shard = request.shard ?? [0, 1];
      if (shard[0] >= shard[1]) throw new Close(GatewayCloseCodes.InvalidShard, 'Invalid shard.');
      if (!isKnownIntents(request.intents)) throw new Close(GatewayCloseCodes.InvalidIntents, 'Invalid intent(s).');
      if (!areGranted(request.intents, application.flags))
        throw new Close(GatewayCloseCodes.DisallowedIntents, 'Disallowed intent(s).');
      const recent = startsOf(application);
      if (recent.length >= MAX_IDENTIFIES_A_DAY)
        throw new Close(GatewayCloseCodes.AuthenticationFailed, 'Session start limit reached.');
      const guilds = [...world.guilds.values()].filter(
        (guild) => guild.members.has(application.bot_id) && ownsGuild(shard, guild.id),
      );
      if (guilds.length > MAX_GUILDS_A_SHARD) throw new Close(GatewayCloseCodes.ShardingRequired, 'Sharding required.');

      recent.push(clock.now());
      const session = createSession(world.newSecret(32), application, request.intents, shard);
      session.line = line;
      sessions.set(session.id, session);
      const ready = readyData(world, session, guilds, url());
      session.dispatch('READY', JSON.stringify(ready));
      for (const guild of guilds)
        session.dispatch('GUILD_CREATE', JSON.stringify(guildCreate(world, guild, session, request.large_threshold)));
      return session;
    },

    resume(line, request) {
      const session = sessions.get(request.session_id);
      const application = applicationOf(request.token);
      if (!session || isOver(session) || session.application !== application) return undefined;
      if (request.seq > session.seq) throw new Close(GatewayCloseCodes.InvalidSeq, 'Invalid seq.');
      if (!session.canReplay(request.seq)) {
        sessions.delete(session.id);
        return undefined;
      }
      const before = session.line;
      session.line = line;
      before?.close(GatewayCloseCodes.UnknownError, 'Resumed elsewhere.');
      session.replay(request.seq);
      session.dispatch('RESUMED', '{"_trace":[]}');
      return session;
    },

    members: (session, request) => memberRequests(session, request),

    lost(session, finished) {
      session.line = undefined;
      session.lostAt = clock.now();
      if (finished) sessions.delete(session.id);
    },
  };

  function deliver(dispatch: Dispatch): void {
    if (sessions.size === 0) return;
    const audience = audienceOf(world, dispatch);
    const data = dataFor(dispatch);
    for (const session of live()) if (audience(session)) session.dispatch(dispatch.t, data(session));
  }
  const unsubscribe = world.subscribe(deliver);

  sockets.on('connection', (socket) => serveConnection(socket, hub, clock));

  return {
    upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway');
      if (pathname !== gatewayPath && pathname !== `${gatewayPath}/`) return false;
      sockets.handleUpgrade(request, socket, head, (ready) => {
        if ((searchParams.get('v') ?? '10') !== '10')
          ready.close(GatewayCloseCodes.InvalidAPIVersion, 'Invalid API version.');
        else if ((searchParams.get('encoding') ?? 'json') !== 'json' || searchParams.has('compress'))
          ready.close(GatewayCloseCodes.UnknownError, 'This gateway speaks uncompressed JSON only.');
        else sockets.emit('connection', ready, request);
      });
      return true;
    },

    isOnline(application, guildId) {
      for (const session of live())
        if (session.application === application && ownsGuild(session.shard, guildId)) return true;
      return false;
    },

    tell(application, t, data, guildId) {
      let json: string | undefined;
      for (const session of live())
        if (session.application === application && ownsGuild(session.shard, guildId)) {
          json ??= JSON.stringify(data);
          session.dispatch(t, json);
        }
    },

    startLimit(application) {
      const recent = startsOf(application);
      const oldest = recent[0];
      return {
        total: MAX_IDENTIFIES_A_DAY,
        remaining: MAX_IDENTIFIES_A_DAY - recent.length,
        reset_after: oldest === undefined ? DAY : Math.max(0, oldest + DAY - clock.now()),
      };
    },

    drop(how, applicationId) {
      for (const session of live()) {
        if (applicationId !== undefined && session.application.id !== applicationId) continue;
        dropLine(session, how);
        if (how === 'invalid-session') sessions.delete(session.id);
      }
    },

    close() {
      unsubscribe();
      for (const socket of sockets.clients) socket.close(1001, 'Going away.');
      sockets.close();
    },
  };
}

function dropLine({ line }: Session, how: Drop): void {
  if (how === 'cut') line?.cut();
  else if (how === 'reconnect') line?.send(frames.reconnect);
  else if (how === 'invalid-session') line?.send(frames.invalidSession(false));
  else line?.close(how.code, 'Closed on demand.');
}
