/** A hunt under a coordinator that is killed, machines that die, and a network that loses, doubles, delays and reorders. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, it } from 'vitest';
import type { Lease } from '../../src/fleet/protocol.js';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot } from '../../src/platform/paths.js';
import { type Client, createClient, Refused, Unreachable } from '../../src/worker/client.js';
import { GUILD, startCoordinator } from '../support/coordinator.js';
import { fasterClock } from '../support/faster-clock.js';
import { DIGEST, failing, hunt, passing } from '../support/fleet.js';

const SPEED = 30;
const MACHINES = 24;
const JOBS = 400;
const KILLS = 20;
const seed = Number(process.env.FAULT_SEED ?? 20261123);

type Draw = () => number;

/** Forwards to the coordinator's port, badly: a fifth of all calls is lost, answered into the void, doubled, late, or overtaken by later ones. */
async function badNetwork(to: () => number, draw: Draw): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const fate = draw();
      const forward = (answer: boolean): void => {
        const call = request(
          { host: '127.0.0.1', port: to(), path: incoming.url, method: incoming.method, headers: incoming.headers },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (part: Buffer) => parts.push(part));
            response.on('end', () => {
              if (answer)
                outgoing
                  .writeHead(response.statusCode ?? 500, { 'content-type': 'application/json' })
                  .end(Buffer.concat(parts));
            });
            response.on('error', () => outgoing.destroy());
          },
        );
        call.on('error', () => outgoing.destroy());
        call.end(body);
      };
      if (fate < 0.05) outgoing.destroy();
      else if (fate < 0.1) {
        // The change is made, and nobody hears of it.
        forward(false);
        setTimeout(() => outgoing.destroy(), 20);
      } else if (fate < 0.13) {
        forward(false);
        forward(true);
      } else if (fate < 0.16) setTimeout(() => forward(true), draw() * 100);
      else if (fate < 0.18) {
        // Whoever called gave up and went on: it arrives after what came later.
        outgoing.destroy();
        setTimeout(() => forward(false), draw() * 300);
      } else if (fate < 0.2) {
        forward(true);
        setTimeout(() => forward(false), draw() * 300);
      } else forward(true);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it(`loses no job and credits none twice under ${KILLS} kills, dying machines and a bad network (FAULT_SEED=${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flock-faults-'));
  const guilds = join(folder, 'guilds');
  const began = Date.now();
  const clock = fasterClock(systemClock, SPEED, began);
  const generator = xoroshiro128plus(seed);
  const draw: Draw = () => uniformFloat64(generator);

  const before = await startCoordinator(guilds, { clock });
  const machines = Array.from({ length: MACHINES }, (_, n) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const code = before.lend(`lender-${n % 6}`, `bird-${n}`);
    const facts = { version: '0', os: 'linux', arch: 'x64', cores: 1, memoryMb: 1024, sandboxes: [] };
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    return { id: before.fleet().machines.enrol(code, { ...facts, publicKey: spki }).id, key: privateKey };
  });
  const huntId = hunt(before.fleet(), { budgetSteps: 2 * JOBS, length: 2 });
  await before.stop();

  let child: ChildProcess | undefined;
  let port = 0;
  const main = join(packageRoot, 'dist', 'test', 'support', 'coordinator-main.js');
  async function startChild(): Promise<void> {
    child = spawn(process.execPath, [main, guilds, String(port), String(SPEED), String(began)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer];
    port = Number(new URL(line.toString().trim()).port);
  }
  await startChild();
  const network = await badNetwork(() => port, draw);

  const db = new Database(join(guilds, `${GUILD}.sqlite`), { readonly: true });
  const stateOf = db.prepare<[number], string>('SELECT state FROM hunt WHERE id = ?').pluck();
  let over = false;
  let acknowledged = 0;
  let died = 0;

  async function persist<T>(call: () => Promise<T>): Promise<T | undefined> {
    while (!over) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof Unreachable) continue;
        // A doubled call is heard once: its twin was refused, and the answer is lost.
        // And on a busy machine a call may come late by a clock that runs so fast.
        if (error instanceof Refused && ['replayed', 'unavailable', 'clock_off'].includes(error.code)) continue;
        throw error;
      }
    }
    return undefined;
  }

  async function handIn(client: Client, { lease, attempt, epoch, job, nonce }: Lease): Promise<void> {
    const canary = job.bugs.includes('canary');
    const result = canary ? failing(job, nonce, 'c'.repeat(16)) : passing(job, nonce);
    const answer = await persist(() => client.result(lease, { ...result, attempt, epoch }));
    if (answer?.verdict === 'accepted') acknowledged += 1;
  }

  async function bird({ id, key }: (typeof machines)[number]): Promise<void> {
    const client = createClient({
      url: network.url,
      machine: `${GUILD}.${id}`,
      key,
      now: clock.now,
      newNonce: randomUUID,
    });
    while (!over) {
      const wish = { slots: 1, digests: [DIGEST], maxMinutes: 0.001, waitSeconds: 0 };
      const answer = await persist(() => client.lease(wish));
      const [lease] = answer?.leases ?? [];
      if (!lease) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      if (draw() < 0.05) {
        // Falls silent with its lease, and is there again later.
        died += 1;
        continue;
      }
      await handIn(client, lease);
    }
  }

  const birds = machines.map(bird);
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 50 + draw() * 250));
    const exited = once(child ?? process, 'exit');
    child?.kill('SIGKILL');
    await exited;
    await startChild();
  }
  const deadline = Date.now() + 200_000;
  while (stateOf.get(huntId) !== 'done' && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100));
  over = true;
  await Promise.all(birds);
  const exited = once(child ?? process, 'exit');
  child?.kill('SIGTERM');
  await exited;
  network.server.close();

  const one = <T>(sql: string): T => db.prepare<[], T>(sql).pluck().get() as T;
  expect(stateOf.get(huntId)).toBe('done');
  expect(one(`SELECT count(*) FROM job WHERE state NOT IN ('done', 'cancelled', 'parked')`)).toBe(0);
  // Parked jobs are those that two lenders' machines fell silent with: ended, and said so.
  expect(one<number>(`SELECT count(*) FROM job WHERE purpose = 'walk' AND state IN ('done', 'parked')`)).toBe(JOBS);
  expect(one<number>(`SELECT episodes FROM hunt`)).toBe(JOBS);
  expect(
    one(`SELECT count(*) FROM (SELECT job FROM ledger WHERE kind = 'granted' GROUP BY job HAVING count(*) > 1)`),
  ).toBe(0);
  expect(one(`SELECT count(*) FROM job WHERE judged = 'valid' AND id NOT IN (SELECT job FROM ledger)`)).toBe(0);
  expect(one(`SELECT count(*) FROM ledger WHERE job IN (SELECT id FROM job WHERE state <> 'done')`)).toBe(0);
  expect(one<number>(`SELECT count(*) FROM job WHERE state = 'done'`)).toBeGreaterThanOrEqual(acknowledged);
  expect(acknowledged).toBeGreaterThan(0);
  expect(died).toBeGreaterThan(0);
  db.close();
  rmSync(folder, { recursive: true, force: true });
}, 300_000);
