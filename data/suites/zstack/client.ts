/**
 * ZStack's REST API as its reference has it: https://www.zstack.io, "RESTful API". A call is answered at once (200, 204), or with 202
 * and the address of a job, which is asked again until it is done (200) or has failed (503).
 */
import { createHash, createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import { driverErrorOf, type ErrorCode } from './errors.js';
import type { ZStackOptions } from './options.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Client {
  /** `path` is below /v1. Returns the body of the answer, of the job's where there was one. Throws DriverError. */
  call(method: Method, path: string, body: object | undefined, timeoutMs: number): Promise<unknown>;
  /** What a query finds; conditions as `state=Running`, `name~=flock-%`. */
  query(path: string, ...conditions: readonly string[]): Promise<readonly Inventory[]>;
  /** Ends the session. */
  leave(): Promise<void>;
}

const inventory = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  state: z.string().nullish(),
  status: z.string().nullish(),
  type: z.string().nullish(),
  vmInstanceUuid: z.string().nullish(),
  rootVolumeUuid: z.string().nullish(),
});
export type Inventory = z.infer<typeof inventory>;

const oneSchema = z.looseObject({ inventory });
const manySchema = z.looseObject({ inventories: z.array(inventory) });
const acceptedSchema = z.looseObject({ location: z.string() });
const errorSchema: z.ZodType<ErrorCode> = z.lazy(() =>
  z.looseObject({
    code: z.string().optional(),
    description: z.string().optional(),
    details: z.string().optional(),
    cause: z.preprocess((cause) => cause ?? undefined, errorSchema.optional()).optional(),
  }),
);
const failedSchema = z.looseObject({ error: errorSchema });

/** Between two looks at a job after the first, which comes at once, ms: at least, and at most. */
const POLL_MS = 100;
const POLL_MOST_MS = 2_000;
/** Time for one look, ms. */
const LOOK_MS = 30_000;

/** Logs in where the credentials are an account's. */
export async function openClient({ url, credentials }: ZStackOptions): Promise<Client> {
  let session: string | undefined;

  const authorization = (method: Method, path: string, date: string): string => {
    if (credentials.kind === 'account') return `OAuth ${session ?? ''}`;
    // Over the method, the date and the path without its query and without the context path.
    const signed = `${method}\n${date}\n/v1${path.split('?')[0]}`;
    const signature = createHmac('sha1', credentials.secret).update(signed).digest('base64');
    return `ZStack ${credentials.id}:${signature}`;
  };

  const request = async (method: Method, path: string, body: object | undefined, timeoutMs: number) => {
    const date = new Date().toUTCString();
    const signal = AbortSignal.timeout(Math.max(1, timeoutMs));
    const headers = {
      'Content-Type': 'application/json;charset=UTF-8',
      Date: date,
      Authorization: authorization(method, path, date),
    };
    const sent = { method, headers, signal, ...(body ? { body: JSON.stringify(body) } : {}) };
    try {
      const response = await fetch(`${url}/v1${path}`, sent);
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw new DriverError('timeout', `${method} ${kindOf(path)} was not answered`);
      throw new DriverError('broken', `${url} cannot be reached: ${causeOf(error)}`);
    }
  };

  const call: Client['call'] = async (method, path, body, timeoutMs) => {
    const deadline = Date.now() + timeoutMs;
    let { status, text } = await request(method, path, body, timeoutMs);
    if (status === 202) {
      const job = jobOf(text);
      for (let pause = 0; status === 202; pause = Math.min(Math.max(POLL_MS, pause * 1.5), POLL_MOST_MS)) {
        if (Date.now() + pause >= deadline)
          throw new DriverError('timeout', `the job of ${method} ${kindOf(path)} is not done`);
        if (pause > 0) await delay(pause);
        ({ status, text } = await request('GET', `/api-jobs/${job}`, undefined, LOOK_MS));
      }
    }
    if (status === 200) return parsed(text);
    if (status === 204) return {};
    throw failureOf(status, text, `${method} ${kindOf(path)}`);
  };

  if (credentials.kind === 'account') {
    const { name, password } = credentials;
    // The password goes over the line as the hexadecimal SHA-512 of itself.
    const hashed = createHash('sha512').update(password).digest('hex');
    const body = { logInByAccount: { accountName: name, password: hashed } };
    session = inventoryIn(await call('PUT', '/accounts/login', body, LOOK_MS)).uuid;
  }

  return {
    call,
    async query(path, ...conditions) {
      const asked = conditions.map((condition) => `q=${encodeURIComponent(condition)}`).join('&');
      const found = manySchema.safeParse(await call('GET', `${path}?${asked}`, undefined, LOOK_MS));
      if (!found.success) throw new DriverError('broken', `the answer to GET ${path} has no inventories`);
      return found.data.inventories;
    },
    async leave() {
      if (session !== undefined) await call('DELETE', `/accounts/sessions/${session}`, undefined, LOOK_MS);
    },
  };
}

/** The one thing that an answer is about. */
export function inventoryIn(answer: unknown): Inventory {
  const found = oneSchema.safeParse(answer);
  if (!found.success) throw new DriverError('broken', 'an answer has no inventory');
  return found.data.inventory;
}

/** The job's UUID: the host in its address is what the management node calls itself, which need not be what we call it. */
function jobOf(text: string): string {
  const accepted = acceptedSchema.safeParse(parsed(text));
  const job = accepted.success ? /\/api-jobs\/([0-9a-zA-Z-]+)/.exec(accepted.data.location)?.[1] : undefined;
  if (job === undefined) throw new DriverError('broken', `a call was accepted without the address of its job: ${text}`);
  return job;
}

function failureOf(status: number, text: string, what: string): DriverError {
  const failed = failedSchema.safeParse(parsed(text));
  if (failed.success) return driverErrorOf(failed.data.error);
  if (status === 401 || status === 403) return new DriverError('broken', `${what} is not allowed: HTTP ${status}`);
  // 4xx without an error of ZStack's own: the driver asked for something that is not in the reference of this version.
  const kind = status >= 400 && status < 500 ? 'broken' : 'failed';
  return new DriverError(kind, `${what}: HTTP ${status}: ${text.slice(0, 300)}`);
}

function parsed(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A path without its UUIDs: findings are not told apart by them. */
const kindOf = (path: string): string => (path.split('?')[0] ?? '').replace(/[0-9a-f]{32}/g, '{uuid}');

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
