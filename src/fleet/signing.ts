/** Every call of a worker is signed with a key that only its machine has; the coordinator keeps the public half. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Milliseconds by which a machine's clock may differ from the coordinator's. */
export const CLOCK_TOLERANCE = 120_000;

export interface Signed {
  readonly method: string;
  /** From `/v1/` on: a proxy may put the coordinator under a path of its own. */
  readonly path: string;
  readonly body: string | Uint8Array;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly nonce: string;
}

export const HEADERS = {
  machine: 'flock-machine',
  time: 'flock-time',
  nonce: 'flock-nonce',
  signature: 'flock-signature',
} as const;

function canonical({ method, path, body, time, nonce }: Signed): Buffer {
  const hash = createHash('sha256').update(body).digest('hex');
  return Buffer.from(['flock-1', method.toUpperCase(), path, hash, String(time), nonce].join('\n'));
}

/** Base64 of the Ed25519 signature. */
export const signCall = (key: KeyObject, call: Signed): string => sign(null, canonical(call), key).toString('base64');

/** False for a wrong signature, and for a key or a signature that is none. */
export function verifyCall(publicKey: KeyObject, call: Signed, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.length === 64 && verify(null, canonical(call), publicKey, bytes);
}

/** Reads a public key as enrolment sends it (SPKI DER, base64). Undefined where it is not an Ed25519 key. */
export function readPublicKey(base64: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
