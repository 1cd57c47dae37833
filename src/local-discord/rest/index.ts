/** The REST API, v10, on a fastify server: who asks, how fast they may, what goes wrong, and what they are answered. */
import type { IncomingMessage } from 'node:http';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Contract } from '../contract.js';
import { DiscordError } from '../errors.js';
import type { Faults } from '../faults.js';
import { limits } from '../limits.js';
import type { Application } from '../model.js';
import type { RateLimits } from '../rate-limits.js';
import type { Upload } from '../validate/message.js';
import type { World } from '../world.js';
import { registerCdn } from './cdn.js';
import { channelRoutes } from './channels.js';
import { guildRoutes } from './guilds.js';
import { messageRoutes } from './messages.js';
import type { Asking, Reply, RestRoute } from './route.js';
import { parseJson, readMultipart } from './uploads.js';
import { userRoutes } from './users.js';

export interface RestOptions {
  /** Further routes: interactions, commands, the gateway's address. They come before ours of the same shape. */
  readonly routes?: readonly RestRoute[];
  readonly faults?: Faults;
  readonly rateLimits?: RateLimits;
  readonly contract?: Contract;
  /** Told of what went wrong in the stand-in itself: answered as 500. */
  readonly onFault?: (error: unknown, line: string) => void;
}

export const API = '/api/v10';

/** Serves the API below /api/v10 and files below /attachments. */
export async function registerRest(app: FastifyInstance, world: World, options: RestOptions): Promise<void> {
  const routes = [
    ...(options.routes ?? []),
    ...userRoutes(world),
    ...guildRoutes(world),
    ...channelRoutes(world),
    ...messageRoutes(world),
  ];
  registerCdn(app, world);
  await app.register(
    async (api) => {
      await api.register(multipart);
      api.removeContentTypeParser(['application/json', 'text/plain']);
      api.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
        try {
          done(null, parseJson(String(text)));
        } catch (error) {
          done(error instanceof Error ? error : new DiscordError('invalidJson'));
        }
      });
      api.setErrorHandler((error, request, reply) => answerError(error, request, reply, options));
      api.setNotFoundHandler((_request, reply) => send(reply, new DiscordError('notFound')));
      for (const group of grouped(routes).values()) register(api, world, group, options);
    },
    { prefix: API },
  );
}

/** Routes of one method and shape, whatever they call their parameters. */
function grouped(routes: readonly RestRoute[]): Map<string, RestRoute[]> {
  const groups = new Map<string, RestRoute[]>();
  for (const route of routes) {
    const shape = `${route.method} ${route.path.replace(/:[A-Za-z_]+/g, ':')}`;
    const group = groups.get(shape);
    if (group) group.push(route);
    else groups.set(shape, [route]);
  }
  return groups;
}

function register(api: FastifyInstance, world: World, group: readonly RestRoute[], options: RestOptions): void {
  const [first] = group;
  if (!first) return;
  api.route<{ Params: Record<string, string> }>({
    method: first.method,
    url: first.path,
    bodyLimit: limits.message.request,
    handler: (request, reply) => serve(world, group, first, options, request, reply),
  });
}

async function serve(
  world: World,
  group: readonly RestRoute[],
  first: RestRoute,
  { faults, rateLimits, contract }: RestOptions,
  request: FastifyRequest<{ Params: Record<string, string> }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { params } = request;
  const [path = '', search = ''] = splitUrl(request.url);
  const { body, files } = request.isMultipart() ? await readMultipart(request) : { body: request.body, files: NONE };
  const application = applicationOf(world, request.headers.authorization);
  const who = application?.id ?? request.ip;

  const banned = rateLimits?.bannedFor(who) ?? 0;
  if (banned > 0)
    return reply
      .code(429)
      .header('retry-after', String(Math.ceil(banned)))
      .type('text/plain')
      .send('error code: 1015');

  const trouble = faults?.strike({ method: request.method, path, body });
  if (trouble?.kind === 'drop') return hangUp(request.raw, reply);
  if (trouble?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, trouble.ms));
  if (trouble?.kind === 'status') return json(reply, trouble.status, trouble.body ?? failure(trouble.status));
  if (trouble?.kind === 'rate-limit') return tooMany(reply, trouble.retryAfter, trouble.global ?? false);

  const verdict = rateLimits?.take({ method: request.method, route: first.path, params, who, body });
  if (verdict) reply.headers(verdict.headers);
  if (verdict?.refused) {
    rateLimits?.countInvalid(who);
    return tooMany(reply, verdict.refused.retryAfter, verdict.refused.global);
  }

  const asking: Asking = {
    application,
    params,
    query: search === '' ? EMPTY : new URLSearchParams(search),
    body,
    files,
    locale: headerOf(request, 'x-discord-locale'),
    reason: reasonOf(request),
  };
  contract?.checkRequest({ method: request.method, path, body });
  const answer = await run(group, asking);
  if (answer.status === 401 || answer.status === 403 || answer.status === 429) rateLimits?.countInvalid(who);
  if (answer.retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(answer.retryAfter)));
  contract?.checkReply({ method: request.method, path, status: answer.status, body: answer.body });
  if (trouble?.kind === 'lose-response') return hangUp(request.raw, reply);
  return answer.body === undefined ? reply.code(answer.status).send() : json(reply, answer.status, answer.body);
}

const NONE: readonly Upload[] = [];
const EMPTY = new URLSearchParams();

function run(group: readonly RestRoute[], asking: Asking): Reply {
  const route = group.find((one) => one.serves?.(asking) ?? true);
  if (!route) return errorReply(new DiscordError('notFound'));
  if (route.authorised && !asking.application) return errorReply(new DiscordError('unauthorized'));
  try {
    return route.run(asking);
  } catch (error) {
    if (error instanceof DiscordError) return errorReply(error);
    throw error;
  }
}

const errorReply = ({ status, body, retryAfter }: DiscordError): Reply => ({ status, body, retryAfter });

/** Whose token it is. Discord takes `Bot` and the token; what it does not know is nobody's. */
function applicationOf(world: World, header: string | undefined): Application | undefined {
  const token = header?.startsWith('Bot ') ? header.slice(4) : undefined;
  if (!token) return undefined;
  for (const application of world.applications.values()) if (application.token === token) return application;
  return undefined;
}

function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return [path.slice(API.length), mark < 0 ? '' : url.slice(mark + 1)];
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function reasonOf(request: FastifyRequest): string | undefined {
  const reason = headerOf(request, 'x-audit-log-reason');
  if (reason === undefined) return undefined;
  try {
    return decodeURIComponent(reason).slice(0, limits.auditReason);
  } catch {
    return reason.slice(0, limits.auditReason);
  }
}

/** Cuts the line: the client sees a reset connection, not an answer. */
function hangUp(raw: IncomingMessage, reply: FastifyReply): FastifyReply {
  reply.hijack();
  raw.socket.destroy();
  return reply;
}

const json = (reply: FastifyReply, status: number, body: unknown): FastifyReply =>
  reply.code(status).type('application/json').send(JSON.stringify(body));

function tooMany(reply: FastifyReply, retryAfter: number, global: boolean): FastifyReply {
  if (!reply.hasHeader('retry-after')) {
    reply.header('retry-after', String(Math.ceil(retryAfter)));
    reply.header('x-ratelimit-scope', global ? 'global' : 'user');
    if (global) reply.header('x-ratelimit-global', 'true');
  }
  return json(reply, 429, { message: 'You are being rate limited.', retry_after: retryAfter, global });
}

const failure = (status: number): object => ({ message: `${status}: Local fault`, code: 0 });

function send(reply: FastifyReply, error: DiscordError): FastifyReply {
  return json(reply, error.status, error.body);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, options: RestOptions): FastifyReply {
  if (error instanceof DiscordError) return send(reply, error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return send(reply, new DiscordError('entityTooLarge'));
  if (typeof code === 'string' && code.startsWith('FST_')) return send(reply, new DiscordError('general'));
  options.onFault?.(error, `${request.method} ${request.url.split('?')[0]}`);
  return send(reply, new DiscordError('internal'));
}
