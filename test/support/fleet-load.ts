/** Fleets of any size, made at once: rows for machines that all have one key, and what they say over HTTP. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import Database from 'better-sqlite3';
import { packSuite } from '../../src/fleet/packed-suite.js';
import type { JobResult, Lease } from '../../src/fleet/protocol.js';
import { HEADERS, signCall } from '../../src/fleet/signing.js';
import { w7Suite } from '../../src/woodpecker/models/w7.js';
import { printSuite } from '../../src/woodpecker/suite/print.js';
import { failing, passing } from './fleet.js';

export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  /** The private half, to be handed to another process. */
  readonly pem: string;
}

export function makeKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

export const keyFrom = (pem: string): KeyObject => createPrivateKey(pem);

export interface Lending {
  readonly machines: number;
  readonly lenders: number;
  readonly publicKey: string;
}

/** Adds machines `m0`, `m1`, … to a guild's file: long trusted, so that what is measured is work and not probation. */
export function addMachines(file: string, { machines, lenders, publicKey }: Lending): void {
  const db = new Database(file, { timeout: 10_000 });
  const insert = db.prepare(
    `INSERT INTO machine (id, lender, alias, community, public_key, version, os, arch, cores, memory_mb, sandboxes, state, streak, enrolled_at, seen_at)
     VALUES (?, ?, ?, 0, ?, '0', 'linux', 'x64', 1, 1024, '[]', 'active', 1000, ?, ?)`,
  );
  db.transaction(() => {
    const now = Date.now();
    for (let n = 0; n < machines; n++) insert.run(`m${n}`, `lender-${n % lenders}`, `bird-${n}`, publicKey, now, now);
  }).immediate();
  db.close();
}

export const SUITE = w7Suite();

export const packedSuite = (): Buffer =>
  packSuite([{ path: 'suite.yaml', content: Buffer.from(printSuite(SUITE.source)) }]);

/** A hunt on an approved suite that ends when `budgetSteps` are done. */
export function addHunt(file: string, { budgetSteps, length }: NewHunt): number {
  const db = new Database(file, { timeout: 10_000 });
  const { digest, name } = SUITE;
  const now = Date.now();
  db.prepare(
    `INSERT OR IGNORE INTO suite (digest, name, files, author, added_at, approved_by, approved_at) VALUES (?, ?, ?, 'ann', ?, 'mia', ?)`,
  ).run(digest, name, packedSuite(), now, now);
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO hunt (digest, suite, strategy, bugs, seed, length, lanes, budget_steps, priority, weight, author, state, started_at)
       VALUES (?, ?, 'random', '[]', 1, ?, 1, ?, 0, 1, 'mia', 'running', ?)`,
    )
    .run(digest, name, length, budgetSteps, now);
  db.close();
  return Number(lastInsertRowid);
}

export interface NewHunt {
  readonly budgetSteps: number;
  readonly length: number;
}

export interface Spoken {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** A machine's voice: as little as it takes to be heard. Rejects where nobody answers. */
export interface Voice {
  say(path: string, body: object): Promise<Spoken>;
  hangUp(): void;
}

export function createVoice(
  url: string,
  guild: string,
  id: string,
  key: KeyObject,
  agent = new Agent({ keepAlive: true, maxSockets: 1 }),
): Voice {
  const { hostname, port } = new URL(url);
  return {
    say(path, body) {
      const text = JSON.stringify(body);
      const time = Date.now();
      const nonce = randomBytes(12).toString('hex');
      const signature = signCall(key, { method: 'POST', path, body: text, time, nonce });
      return new Promise((resolve, reject) => {
        const call = request(
          {
            ...{ hostname, port, path, method: 'POST', agent },
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
              [HEADERS.machine]: `${guild}.${id}`,
              [HEADERS.time]: String(time),
              [HEADERS.nonce]: nonce,
              [HEADERS.signature]: signature,
            },
          },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (part: Buffer) => parts.push(part));
            response.on('end', () => {
              const answer = Buffer.concat(parts).toString('utf8');
              resolve({ status: response.statusCode ?? 0, json: JSON.parse(answer) as Record<string, unknown> });
            });
            response.on('error', reject);
          },
        );
        call.on('error', reject);
        call.end(text);
      });
    },
    hangUp: () => agent.destroy(),
  };
}

export const WISH = { slots: 1, digests: [SUITE.digest], maxMinutes: 0.001, waitSeconds: 0 };

export function resultOf({ job, nonce, attempt, epoch }: Lease): JobResult {
  if (!job.bugs.includes('canary')) return { ...passing(job, nonce), attempt, epoch };
  const result = failing(job, nonce, 'c'.repeat(16));
  // Before its first step: that fits any walk.
  const sightings = result.sightings.map((one) => ({ ...one, trace: [], failure: { ...one.failure, at: 0 } }));
  return { ...result, sightings, attempt, epoch };
}
