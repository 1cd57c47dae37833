/** The coordinator's disk runs full, really, and has room again. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Lease } from '../../src/fleet/protocol.js';
import { GuildUnavailable } from '../../src/platform/guild-unavailable.js';
import { createClient, Unreachable } from '../../src/worker/client.js';
import { type Coordinator, GUILD, startCoordinator } from '../support/coordinator.js';
import { DIGEST, failing, hunt, passing } from '../support/fleet.js';
import { facts, keyPair } from '../support/lent-machine.js';

const mount = (...args: string[]): Buffer => execFileSync('mount', args, { stdio: 'pipe' });
let folder: string;
let mounted: boolean;
let coordinator: Coordinator;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flock-full-'));
  mkdirSync(join(folder, 'disk'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=24m', 'flock-test', join(folder, 'disk'));
    mounted = true;
  } catch {
    mounted = false;
  }
});
afterEach(() => {
  if (mounted) execFileSync('umount', [join(folder, 'disk')]);
  rmSync(folder, { recursive: true, force: true });
});

/** Takes what is left of the disk. Returns how to give it back. */
function fill(): () => void {
  const file = join(folder, 'disk', 'ballast');
  for (let size = 1024 * 1024; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Smaller pieces may still fit.
    }
  }
  return () => rmSync(file);
}

it('answers that it cannot at the moment, loses nothing, and goes on when there is room', async (test) => {
  if (!mounted) test.skip('mounting a small disk is not allowed here');
  coordinator = await startCoordinator(join(folder, 'disk', 'guilds'));
  try {
    const id = hunt(coordinator.fleet(), { budgetSteps: 200, length: 2 });
    const { key, publicKey } = keyPair();
    const machine = coordinator.fleet().machines.enrol(coordinator.lend('ann', 'owl'), { ...facts, publicKey });
    const client = createClient({
      url: coordinator.url,
      machine: `${GUILD}.${machine.id}`,
      key,
      now: Date.now,
      newNonce: randomUUID,
    });
    const take = async (): Promise<Lease | undefined> =>
      (await client.lease({ slots: 1, digests: [DIGEST], maxMinutes: 0.001, waitSeconds: 0 })).leases[0];
    const handIn = async ({ lease, attempt, epoch, job, nonce }: Lease): Promise<string> => {
      const result = job.bugs.includes('canary') ? failing(job, nonce, 'c'.repeat(16)) : passing(job, nonce);
      return (await client.result(lease, { ...result, attempt, epoch })).verdict;
    };

    const lease = await take();
    if (!lease) throw new Error('no lease');
    const giveRoom = fill();
    const refused = await handIn(lease).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Unreachable);
    expect(String(refused)).toContain('503');
    expect(coordinator.faults.every((fault) => fault instanceof GuildUnavailable && fault.kind === 'full')).toBe(true);
    expect(coordinator.fleet().hunts.get(id).steps).toBe(0);
    expect(coordinator.fleet().ledger.of('ann').granted).toBe(0);

    giveRoom();
    expect(await handIn(lease)).toBe('accepted');
    expect(await handIn(lease)).toBe('duplicate');
    for (let next = await take(); next; next = await take()) expect(await handIn(next)).toBe('accepted');
    expect(coordinator.fleet().hunts.get(id).state).toBe('done');
  } finally {
    await coordinator.stop();
  }
}, 60_000);
