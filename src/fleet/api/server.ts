/** `POST /v1/…`: what workers talk to. Every body is checked by its schema, every refusal has a code, nothing is executed. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { guildOfCode } from '../codes.js';
import type { FleetEngine } from '../engine.js';
import {
  BEAT_SECONDS,
  beatRequest,
  enrolRequest,
  type LeaseAnswer,
  leaseRequest,
  MAX_BODY,
  PROTOCOL,
  releaseRequest,
  resultRequest,
  sessionRequest,
  suiteRequest,
} from '../protocol.js';
import { API_ERRORS, ApiRefusal } from '../refused.js';
import { readPublicKey } from '../signing.js';
import { createAttempts } from './attempts.js';
import { type Caller, createCallers } from './caller.js';
import type { Waiting } from './waiting.js';

export interface FleetApiDeps {
  readonly now: () => number;
  /** In [0, 1): spreads the machines' next calls. */
  readonly random: () => number;
  readonly fleetOf: (guildId: string) => FleetEngine | undefined;
  readonly waiting: Waiting;
  /** After a result was taken: there may be new work, and something to show. */
  readonly onResult: (guildId: string) => void;
  /** Notices for machines of a guild, as a new worker version; already texts. */
  readonly notices: (guildId: string) => readonly string[];
  /** A fault of ours: logged elsewhere, told to nobody. */
  readonly onFault: (error: unknown) => void;
}

type LeaseWish = z.infer<typeof leaseRequest>;
type Handed = LeaseAnswer & { readonly active: boolean };

/** Seconds after which an idle machine asks again, at least; as much again at random. */
const ASK_AGAIN = 30;

/** Mounts the worker API. */
export function registerFleetApi(server: FastifyInstance, deps: FleetApiDeps): void {
  const { now, random, fleetOf, waiting, onResult, notices, onFault } = deps;
  const attempts = createAttempts(now);
  const callerOf = createCallers(deps);

  function parse<T>(schema: z.ZodType<T>, body: unknown): T {
    let data: unknown;
    try {
      data = JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '{}');
    } catch {
      throw new ApiRefusal('bad_request');
    }
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new ApiRefusal('bad_request');
    return parsed.data;
  }

  /** Who calls, and with what: a body is read as data only after its signature fits. */
  async function signed<T>(
    { method, url, headers, body }: FastifyRequest,
    schema: z.ZodType<T>,
  ): Promise<Caller & { readonly request: T }> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const path = url.slice(Math.max(0, url.indexOf('/v1/')));
    const caller = await callerOf({ method, path, body: bytes, headers });
    return { ...caller, request: parse(schema, bytes) };
  }

  const answerOf = ({ leases, idle }: Handed): LeaseAnswer =>
    leases.length > 0 ? { leases } : { leases, idle, retrySeconds: Math.round(ASK_AGAIN * (1 + random())) };

  const wishOf = ({ waitSeconds: _, ...wish }: LeaseWish) => ({ ...wish, refs: wish.refs ?? [] });

  /** Waits for work, as long as the machine wanted to and is there: what is handed to nobody waits for three minutes. */
  async function lease({ call, fleet }: Caller, request: LeaseWish, isThere: () => boolean): Promise<LeaseAnswer> {
    const deadline = now() + request.waitSeconds * 1000;
    const wish = wishOf(request);
    let handed: Handed = await fleet.lease(call, wish);
    for (
      let left = deadline - now();
      handed.leases.length === 0 && handed.active && left > 0;
      left = deadline - now()
    ) {
      await waiting.wait(fleet.guildId, wish.digests, left);
      if (!isThere()) {
        // It was woken in somebody's place.
        waiting.wake(fleet.guildId);
        break;
      }
      handed = await fleet.leaseAgain(call.machine, wish);
      if (handed.leases.length > 0) waiting.wake(fleet.guildId);
    }
    return answerOf(handed);
  }

  server.register(
    async (api) => {
      api.removeAllContentTypeParsers();
      // As bytes: the signature is over exactly what was sent.
      api.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_, body, done) => done(null, body));
      api.setNotFoundHandler((_, reply) => refuse(reply, new ApiRefusal('not_found')));
      api.setErrorHandler((error: FastifyError | ApiRefusal, _, reply) => {
        if (error instanceof ApiRefusal) return refuse(reply, error);
        if ('statusCode' in error && error.statusCode === 413) return refuse(reply, new ApiRefusal('too_large'));
        if ('statusCode' in error && error.statusCode !== undefined && error.statusCode < 500)
          return refuse(reply, new ApiRefusal('bad_request'));
        onFault(error);
        return refuse(reply, new ApiRefusal('unavailable'));
      });

      function refuse(reply: FastifyReply, { code, status }: ApiRefusal): FastifyReply {
        const [, message] = API_ERRORS[code];
        return reply.code(status).send({ error: code, message, ...(code === 'clock_off' ? { time: now() } : {}) });
      }

      api.post('/enroll', async (request) => {
        if (attempts.blocked(request.ip)) throw new ApiRefusal('too_many');
        const { code, ...facts } = parse(enrolRequest, request.body);
        const guildId = guildOfCode(code);
        const fleet = guildId === undefined ? undefined : fleetOf(guildId);
        try {
          if (!fleet || !readPublicKey(facts.publicKey)) throw new ApiRefusal('bad_code');
          const machine = await fleet.enrol(code, facts);
          return { machine: `${fleet.guildId}.${machine.id}`, alias: machine.alias, guild: fleet.guildId };
        } catch (error) {
          if (error instanceof ApiRefusal && error.code === 'bad_code') attempts.failed(request.ip);
          throw error;
        }
      });

      api.post('/session', async (http) => {
        const { fleet, call, request } = await signed(http, sessionRequest);
        if (request.protocol.newest < PROTOCOL.oldest) throw new ApiRefusal('too_old');
        if (request.protocol.oldest > PROTOCOL.newest) throw new ApiRefusal('too_new');
        const { epoch, suites } = await fleet.session(call, request);
        return {
          protocol: Math.min(PROTOCOL.newest, request.protocol.newest),
          time: now(),
          epoch,
          beatSeconds: BEAT_SECONDS,
          notices: notices(fleet.guildId),
          suites: suites.map(({ name, digest, bytes }) => ({ name, digest, bytes })),
        };
      });

      api.post('/lease', async (http) => {
        const { request, ...caller } = await signed(http, leaseRequest);
        return lease(caller, request, () => !http.raw.socket.destroyed);
      });

      api.post('/beat', async (http) => {
        const { fleet, call, request } = await signed(http, beatRequest);
        return { time: now(), ...(await fleet.beat(call, request.leases, request.state)) };
      });

      api.post<{ Params: { lease: string } }>('/result/:lease', async (http) => {
        const { fleet, call, request } = await signed(http, resultRequest);
        const { next: wish, ...result } = request;
        const { attempt, epoch } = result;
        const fence = { lease: http.params.lease, attempt, epoch };
        const { verdict, next } = await fleet.result(call, fence, result, wish && wishOf(wish));
        onResult(fleet.guildId);
        return next ? { verdict, next: answerOf(next) } : { verdict };
      });

      api.post<{ Params: { lease: string } }>('/release/:lease', async (http) => {
        const { fleet, call, request } = await signed(http, releaseRequest);
        const { attempt, epoch, why } = request;
        const verdict = await fleet.release(
          call,
          { lease: http.params.lease, attempt, epoch },
          why === 'infrastructure',
        );
        waiting.wake(fleet.guildId);
        return { verdict };
      });

      api.post<{ Params: { digest: string } }>('/suite/:digest', async (http, reply) => {
        const { fleet, call } = await signed(http, suiteRequest);
        return reply.type('application/octet-stream').send(await fleet.suite(call, http.params.digest));
      });
    },
    { prefix: '/v1' },
  );
}
