/** `POST /v1/…`: what workers talk to. Every body is checked by its schema, every refusal has a code, nothing is executed. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { guildOfCode } from '../codes.js';
import type { FleetEngine } from '../engine.js';
import type { Machine } from '../machine.js';
import {
  BEAT_SECONDS,
  beatRequest,
  enrolRequest,
  type leaseAnswer,
  leaseRequest,
  MAX_BODY,
  PROTOCOL,
  releaseRequest,
  resultRequest,
  sessionRequest,
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

type LeaseAnswer = z.infer<typeof leaseAnswer>;
type LeaseWish = z.infer<typeof leaseRequest>;

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

  const bytes = (request: FastifyRequest): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  const signed = ({ method, url, headers }: FastifyRequest, body: Buffer): Promise<Caller> =>
    callerOf({ method, path: url.slice(Math.max(0, url.indexOf('/v1/'))), body, headers });

  async function lease({ machine, fleet }: Caller, wish: LeaseWish): Promise<LeaseAnswer> {
    const deadline = now() + wish.waitSeconds * 1000;
    for (;;) {
      // Read anew each time: it may have been paused while it waited.
      const asking: Machine = (await fleet.machines.find(machine.id)) ?? machine;
      const { leases, idle } = await fleet.leases.lease(asking, { ...wish, refs: wish.refs ?? [] });
      const left = deadline - now();
      if (leases.length > 0 || left <= 0 || asking.state !== 'active') {
        await fleet.machines.seen(machine.id, leases.length > 0 ? 'working' : (idle ?? 'idle'));
        if (leases.length > 0) return { leases: [...leases] };
        return { leases: [], idle, retrySeconds: Math.round(ASK_AGAIN * (1 + random())) };
      }
      await waiting.wait(fleet.guildId, left);
    }
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
          const machine = await fleet.machines.enrol(code, facts);
          return { machine: `${fleet.guildId}.${machine.id}`, alias: machine.alias, guild: fleet.guildId };
        } catch (error) {
          if (error instanceof ApiRefusal && error.code === 'bad_code') attempts.failed(request.ip);
          throw error;
        }
      });

      api.post('/session', async (request) => {
        const body = bytes(request);
        const { machine, fleet } = await signed(request, body);
        const facts = parse(sessionRequest, body);
        if (facts.protocol.newest < PROTOCOL.oldest) throw new ApiRefusal('too_old');
        await fleet.machines.describe(machine.id, facts);
        const suites = await fleet.suites.approved();
        return {
          protocol: Math.min(PROTOCOL.newest, facts.protocol.newest),
          time: now(),
          epoch: await fleet.epoch(),
          beatSeconds: BEAT_SECONDS,
          notices: notices(fleet.guildId),
          suites: suites.map(({ name, digest, bytes }) => ({ name, digest, bytes })),
        };
      });

      api.post('/lease', async (request) => {
        const body = bytes(request);
        const caller = await signed(request, body);
        return lease(caller, parse(leaseRequest, body));
      });

      api.post('/beat', async (request) => {
        const body = bytes(request);
        const { machine, fleet } = await signed(request, body);
        const { leases, state } = parse(beatRequest, body);
        await fleet.machines.seen(machine.id, state);
        return { time: now(), epoch: await fleet.epoch(), leases: await fleet.leases.beat(machine.id, leases) };
      });

      api.post<{ Params: { lease: string } }>('/result/:lease', async (request) => {
        const body = bytes(request);
        const caller = await signed(request, body);
        const { next, ...result } = parse(resultRequest, body);
        const { attempt, epoch } = result;
        const fence = { lease: request.params.lease, attempt, epoch };
        const verdict = await caller.fleet.settle(caller.machine, fence, result);
        onResult(caller.fleet.guildId);
        return next ? { verdict, next: await lease(caller, { ...next, waitSeconds: 0 }) } : { verdict };
      });

      api.post<{ Params: { lease: string } }>('/release/:lease', async (request) => {
        const body = bytes(request);
        const { machine, fleet } = await signed(request, body);
        const { attempt, epoch, why } = parse(releaseRequest, body);
        const faulty = why === 'infrastructure';
        const verdict = await fleet.leases.release(machine.id, { lease: request.params.lease, attempt, epoch }, faulty);
        waiting.wake(fleet.guildId);
        return { verdict };
      });

      api.post<{ Params: { digest: string } }>('/suite/:digest', async (request, reply) => {
        const { fleet } = await signed(request, bytes(request));
        const suite = await fleet.suites.find(request.params.digest);
        const files = suite?.approvedBy === undefined ? undefined : await fleet.suites.files(suite.digest);
        if (!files) throw new ApiRefusal('not_found');
        return reply.type('application/octet-stream').send(files);
      });
    },
    { prefix: '/v1' },
  );
}
