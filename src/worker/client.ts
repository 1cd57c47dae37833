/** Calls the coordinator: signed, bounded in time, with its refusals as typed errors. */
import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import {
  type ApiErrorCode,
  apiError,
  beatAnswer,
  type beatRequest,
  enrolAnswer,
  type enrolRequest,
  leaseAnswer,
  type leaseRequest,
  releaseAnswer,
  type releaseRequest,
  resultAnswer,
  type resultRequest,
  sessionAnswer,
  type sessionRequest,
} from '../fleet/protocol.js';
import { HEADERS, signCall } from '../fleet/signing.js';
import { SUITE_LIMIT } from '../fleet/suite.js';
import { createPost } from './post.js';

/** The coordinator said no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly code: ApiErrorCode,
    message: string,
    /** The coordinator's time, where this machine's clock is at fault; milliseconds since 1970. */
    readonly time?: number,
  ) {
    super(message);
  }
}

/** Nobody answered, or not in the protocol: try again later. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface ClientOptions {
  readonly url: string;
  readonly machine: string;
  readonly key: KeyObject;
  readonly now: () => number;
  readonly newNonce: () => string;
}

/** Beyond the coordinator's own longest wait of 25 s. */
const TIMEOUT_MS = 40_000;
/** Most bytes of an answer: 256 leases with a trace each are far below it. */
const MAX_ANSWER = 8 * 1024 * 1024;

export type Client = ReturnType<typeof createClient>;

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly body: Buffer;
  /** Where a redirection leads. */
  readonly location?: string | undefined;
}

const postTo = createPost();

async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
  most = MAX_ANSWER,
): Promise<Answer> {
  try {
    const answered = await postTo(new URL(url), body, {
      headers: { ...headers, 'content-type': 'application/json' },
      timeoutMs: TIMEOUT_MS,
      most,
      signal,
    });
    return { url, ...answered };
  } catch (error) {
    throw unreachable(url, error);
  }
}

function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const isOk = ({ status }: Answer): boolean => status >= 200 && status < 300;

function read<T>(answer: Answer, schema: z.ZodType<T>): T {
  if (!isOk(answer)) throw refusalIn(answer);
  const parsed = schema.safeParse(jsonOf(answer));
  if (parsed.success) return parsed.data;
  throw new Unreachable(`${answer.url} answered something that this worker does not understand`);
}

function refusalIn(answer: Answer): Refused | Unreachable {
  const refusal = apiError.safeParse(jsonOf(answer));
  if (!refusal.success || refusal.data.error === 'unavailable') {
    const { url, status, location } = answer;
    const where = location === undefined ? '' : ` and points to ${location}; enrol with that URL`;
    const who = status === 404 ? ': no coordinator is there' : '';
    return new Unreachable(`${url} answered ${status}${where}${who}`);
  }
  const { error, message, time } = refusal.data;
  return new Refused(error, message, time);
}

/** What the system says of a certificate that it does not trust, and what would help. */
const UNTRUSTED = /self-signed|unable to (get|verify)|CERT_|certificate/i;

function unreachable(url: string, error: unknown): Unreachable {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = said === '' ? code : said;
  const help = UNTRUSTED.test(`${code} ${said}`)
    ? '; where the certificate is one of your own, NODE_EXTRA_CA_CERTS names the file of who signed it'
    : '';
  return new Unreachable(`${new URL(url).origin}: ${why}${help}`);
}

/** Trades a code for a place in the fleet. Throws Refused, Unreachable. */
export async function enrol(url: string, request: z.infer<typeof enrolRequest>): Promise<z.infer<typeof enrolAnswer>> {
  return read(await post(`${url}/v1/enroll`, JSON.stringify(request), {}), enrolAnswer);
}

export function createClient({ url, machine, key, now, newNonce }: ClientOptions) {
  /** Milliseconds by which the coordinator's clock is ahead of ours. */
  let ahead = 0;

  async function send(path: string, request: unknown, signal?: AbortSignal, most?: number): Promise<Answer> {
    const body = JSON.stringify(request);
    const time = Math.round(now() + ahead);
    const nonce = newNonce();
    const signature = signCall(key, { method: 'POST', path, body, time, nonce });
    return post(
      `${url}${path}`,
      body,
      {
        [HEADERS.machine]: machine,
        [HEADERS.time]: String(time),
        [HEADERS.nonce]: nonce,
        [HEADERS.signature]: signature,
      },
      signal,
      most,
    );
  }

  /** A clock that is off is set right by what the coordinator says, once. */
  async function call<T>(path: string, request: unknown, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await read(await send(path, request, signal), schema);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'clock_off' || error.time === undefined) throw error;
      ahead = error.time - now();
      return read(await send(path, request, signal), schema);
    }
  }

  return {
    session: (request: z.infer<typeof sessionRequest>, signal?: AbortSignal) =>
      call('/v1/session', request, sessionAnswer, signal),
    lease: (request: z.infer<typeof leaseRequest>, signal?: AbortSignal) =>
      call('/v1/lease', request, leaseAnswer, signal),
    beat: (request: z.infer<typeof beatRequest>) => call('/v1/beat', request, beatAnswer),
    result: (lease: string, request: z.infer<typeof resultRequest>) =>
      call(`/v1/result/${lease}`, request, resultAnswer),
    release: (lease: string, request: z.infer<typeof releaseRequest>) =>
      call(`/v1/release/${lease}`, request, releaseAnswer),
    /** The packed folder of an approved suite. */
    async suite(digest: string): Promise<Buffer> {
      const answer = await send(`/v1/suite/${digest}`, {}, undefined, SUITE_LIMIT);
      if (!isOk(answer)) throw refusalIn(answer);
      return answer.body;
    },
  };
}
