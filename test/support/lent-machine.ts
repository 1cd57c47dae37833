/** A machine that speaks the protocol by hand, so that it can say whatever a test wants it to. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { HEADERS, signCall } from '../../src/fleet/signing.js';
import type { Coordinator } from './coordinator.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Saying {
  /** Instead of what is signed. */
  readonly sent?: string;
  readonly signedPath?: string;
  /** Added to this machine's clock; milliseconds. */
  readonly off?: number;
  readonly nonce?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hangs up. */
  readonly signal?: AbortSignal;
}

export interface LentMachine {
  readonly id: string;
  readonly key: KeyObject;
  say(path: string, body: object | string, saying?: Saying): Promise<Answer>;
}

export const facts = { version: '0', os: 'linux', arch: 'x64', cores: 1, memoryMb: 1024, sandboxes: [] };

export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: Buffer.from(body), headers, ...(signal && { signal }) });
  const text = await response.text();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // An answer that is no JSON has none to look at.
  }
  return { status: response.status, text, json };
}

export function keyPair(): { readonly key: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { key: privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}

export async function lendMachine(coordinator: Coordinator, lender: string, alias: string): Promise<LentMachine> {
  const { key, publicKey } = keyPair();
  const code = coordinator.lend(lender, alias);
  const enrolled = await post(`${coordinator.url}/v1/enroll`, JSON.stringify({ code, publicKey, ...facts }), {});
  const { machine } = enrolled.json as { machine: string };
  return machineAt(coordinator.url, machine, key);
}

/** `id`: `<guild>.<machine>`. */
export const machineAt = (url: string, id: string, key: KeyObject): LentMachine => ({
  id,
  key,
  say(path, body, { sent, signedPath = path, off = 0, nonce = randomUUID(), headers = {}, signal } = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const time = Date.now() + off;
    const signature = signCall(key, { method: 'POST', path: signedPath, body: text, time, nonce });
    const said = {
      'content-type': 'application/json',
      [HEADERS.machine]: id,
      [HEADERS.time]: String(time),
      [HEADERS.nonce]: nonce,
      [HEADERS.signature]: signature,
      ...headers,
    };
    return post(`${url}${path}`, sent ?? text, said, signal);
  },
});
