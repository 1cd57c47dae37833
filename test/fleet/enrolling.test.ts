import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE_MS, type Machine, type MachineFacts } from '../../src/fleet/machine.js';
import { BOUND } from '../../src/fleet/rules/suspicion.js';
import { startCoordinator } from '../support/coordinator.js';
import { ask, failing, hunt, lend, openFleet, passing, type TestFleet } from '../support/fleet.js';
import { refusalOf } from '../support/refusal.js';
import '../support/to-refuse.js';
import { worker } from '../support/worker.js';

const facts = (publicKey: string): MachineFacts => ({
  ...{ publicKey, version: '0', os: 'linux', arch: 'x64', cores: 1, memoryMb: 1024, sandboxes: [] },
});

describe('a code', () => {
  let test: TestFleet;
  beforeEach(() => {
    test = openFleet();
    test.fleet.machines.offer('CODE', { lender: 'ann', alias: 'owl', community: false });
  });
  afterEach(() => {
    test.close();
  });

  it('asked again with the same key is answered the same, and makes one machine', () => {
    const { machines } = test.fleet;
    const owl = machines.enrol('CODE', facts('key'));
    expect(machines.enrol('CODE', facts('key')).id).toBe(owl.id);
    expect(test.reopen().machines.enrol('CODE', facts('key')).id).toBe(owl.id);
    expect(machines.count('ann')).toBe(1);
  });

  it('is used up for every other key, at once and for good', () => {
    const { machines } = test.fleet;
    machines.enrol('CODE', facts('key'));
    expect(refusalOf(() => machines.enrol('CODE', facts('other')))).toBe('bad_code');
    test.clock.advance(CODE_MS);
    expect(refusalOf(() => machines.enrol('CODE', facts('key')))).toBe('bad_code');
  });

  it('does not bring back a machine that was withdrawn', () => {
    const { machines } = test.fleet;
    machines.enrol('CODE', facts('key'));
    test.fleet.withdraw('owl', 'ann');
    expect(refusalOf(() => machines.enrol('CODE', facts('key')))).toBe('bad_code');
  });

  it('is not taken with the key of a machine that is there: one machine is no two lenders', () => {
    const { machines } = test.fleet;
    machines.enrol('CODE', facts('key'));
    machines.offer('bobs', { lender: 'bob', alias: 'jay', community: false });
    expect(refusalOf(() => machines.enrol('bobs', facts('key')))).toBe('key_taken');
    expect(machines.enrol('bobs', facts('other')).lender).toBe('bob');
  });
});

describe('what is thought of a lender’s machine', () => {
  let test: TestFleet;
  let owl: Machine;
  beforeEach(() => {
    test = openFleet();
    owl = lend(test.fleet, 'ann', 'owl');
  });
  afterEach(() => {
    test.close();
  });

  const machine = (alias: string): Machine => test.fleet.machines.named(alias);

  it('is not shed by withdrawing it while it is held, nor by lending another beside it', () => {
    const { fleet } = test;
    fleet.machines.quarantine(owl.id, 'missed_canary');
    expect(lend(fleet, 'ann', 'beside')).toMatchObject({ state: 'quarantined', reason: 'held_before' });
    fleet.withdraw('beside', 'ann');
    fleet.withdraw('owl', 'ann');
    expect(fleet.machines.startsHeld('ann')).toBe(true);
    expect(lend(fleet, 'ann', 'owl')).toMatchObject({ state: 'quarantined', reason: 'held_before' });
    expect(lend(fleet, 'bob', 'jay').state).toBe('active');
  });

  it('follows the key to another lender', () => {
    const { fleet } = test;
    fleet.machines.quarantine(owl.id, 'staff');
    fleet.withdraw('owl', 'ann');
    fleet.machines.offer('CODE', { lender: 'bob', alias: 'jay', community: false });
    expect(fleet.machines.enrol('CODE', facts(owl.publicKey))).toMatchObject({ state: 'quarantined', lender: 'bob' });
  });

  it('may be appealed against, and staff who release it forgive what came before', () => {
    const { fleet } = test;
    fleet.machines.quarantine(owl.id, 'wrong_results');
    fleet.withdraw('owl', 'ann');
    const again = lend(fleet, 'ann', 'owl');
    expect(fleet.machines.appeal('owl', 'ann', 'new memory')).toMatchObject({ reason: 'held_before' });
    fleet.machines.pardon(again.id);
    expect(machine('owl').state).toBe('active');
    expect(fleet.machines.startsHeld('ann')).toBe(false);
    expect(lend(fleet, 'ann', 'jay').state).toBe('active');
  });

  it('lets those go with it that were held for its sake alone', () => {
    const { fleet } = test;
    fleet.machines.quarantine(owl.id, 'staff');
    const beside = lend(fleet, 'ann', 'beside');
    fleet.machines.pardon(beside.id);
    expect([machine('owl').state, machine('beside').state]).toEqual(['quarantined', 'active']);
    lend(fleet, 'ann', 'third');
    fleet.machines.pardon(owl.id);
    expect([machine('owl').state, machine('third').state]).toEqual(['active', 'active']);
  });

  it('goes on with the one that takes its place: strikes, doubt, and what was found out later', () => {
    const { fleet } = test;
    fleet.machines.setTrust(owl.id, { streak: 0, strikes: 1 });
    fleet.machines.setDoubt(owl.id, { blind: BOUND - 1, alarm: 0 });
    fleet.withdraw('owl', 'ann');
    const heir = lend(fleet, 'ann', 'heir');
    expect(heir).toMatchObject({ state: 'active', trust: { streak: 0, strikes: 1 }, doubt: { blind: BOUND - 1 } });
    // It took one place: another one is new.
    expect(lend(fleet, 'ann', 'another')).toMatchObject({ trust: { strikes: 0 }, doubt: { blind: 0 } });
    expect(fleet.machines.standIn(owl.id)?.id).toBe(heir.id);
  });

  it('is held against the next one where the verdict came when it was gone', () => {
    const { fleet } = test;
    fleet.withdraw('owl', 'ann');
    fleet.machines.setDoubt(owl.id, { blind: 0, alarm: BOUND });
    expect(lend(fleet, 'ann', 'heir')).toMatchObject({ state: 'quarantined', reason: 'held_before' });
  });

  it('counts how often it broke what it was given, whatever it is called', () => {
    const { fleet, clock } = test;
    hunt(fleet, { budgetSteps: 100_000 });
    lend(fleet, 'bob', 'jay');
    const [lease] = ask(fleet, machine('jay'));
    if (!lease) throw new Error('no lease');
    // Others can run it.
    fleet.settle(machine('jay'), lease, { ...passing(lease.job, lease.nonce), attempt: 1 }, true);
    for (let n = 0; n < 10 && machine('owl').state === 'active'; n++) {
      clock.advance(61_000);
      const [own] = ask(fleet, machine('owl'));
      if (!own) throw new Error('no lease');
      fleet.release(machine('owl'), own, true);
      fleet.withdraw('owl', 'ann');
      lend(fleet, 'ann', 'owl');
    }
    clock.advance(61_000);
    const [last] = ask(fleet, machine('owl'));
    if (last) fleet.release(machine('owl'), last, true);
    expect(machine('owl')).toMatchObject({ state: 'quarantined' });
  });

  it('is not dodged by pausing it before each answer', () => {
    const { fleet } = test;
    fleet.machines.setTrust(owl.id, { streak: 0, strikes: 1 });
    hunt(fleet);
    const [lease] = ask(fleet, owl);
    if (!lease) throw new Error('no lease');
    fleet.machines.switch('owl', 'ann', 'paused');
    const told = { ...failing(lease.job, lease.nonce, 'a'.repeat(16)), attempt: lease.attempt, epoch: lease.epoch };
    expect(fleet.settle(machine('owl'), lease, told, false)).toBe('accepted');
    expect(machine('owl')).toMatchObject({ state: 'quarantined', reason: 'wrong_results' });
  });

  it('keeps the lender’s appeal when staff hold it once more', () => {
    const { fleet } = test;
    fleet.machines.quarantine(owl.id, 'missed_canary');
    fleet.machines.appeal('owl', 'ann', 'new memory');
    fleet.hold(machine('owl'), 'I look into it');
    expect(machine('owl')).toMatchObject({ reason: 'staff', words: 'I look into it', appeal: 'new memory' });
  });
});

describe('two terminals that paste the same line at once', () => {
  it('enrol one machine, whose key is the one that is kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flock-enrol-'));
    const coordinator = await startCoordinator(join(folder, 'guilds'));
    try {
      const [home, code] = [join(folder, 'owl'), coordinator.lend('ann', 'owl')];
      const both = await Promise.allSettled([1, 2].map(() => worker(home, 'enroll', coordinator.url, code)));
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
      expect(coordinator.fleet().machines.count('ann')).toBe(1);
      expect(await worker(home, 'accept')).toContain('No suite is approved');
    } finally {
      await coordinator.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a worker whose enrolment was answered into the void', () => {
  let folder: string;
  let way: Server | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flock-enrol-'));
  });
  afterEach(() => {
    way?.close();
    way?.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  it('pastes the same line once more, and is enrolled, once', async () => {
    const coordinator = await startCoordinator(join(folder, 'guilds'));
    try {
      let lost = 0;
      way = createServer((asked, reply) => {
        const on = request(`${coordinator.url}${asked.url}`, { method: 'POST', headers: asked.headers }, (answered) => {
          // The coordinator did its part; nobody hears of it.
          if (lost++ < 1) return void answered.resume().once('end', () => reply.destroy());
          reply.writeHead(answered.statusCode ?? 502, answered.headers);
          answered.pipe(reply);
        });
        asked.pipe(on);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => way?.once('listening', resolve));
      const url = `http://127.0.0.1:${(way.address() as AddressInfo).port}`;
      const home = join(folder, 'owl');
      const code = coordinator.lend('ann', 'owl');
      await expect(worker(home, 'enroll', url, code)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('The same line works again'),
      });
      expect(coordinator.fleet().machines.count('ann')).toBe(1);
      expect(await worker(home, 'enroll', url, code)).toContain('Enrolled as owl');
      expect(coordinator.fleet().machines.count('ann')).toBe(1);
      expect(await worker(home, 'accept')).toContain('No suite is approved');
      await expect(worker(join(folder, 'thief'), 'enroll', coordinator.url, code)).rejects.toMatchObject({
        stderr: expect.stringContaining('used or out of date'),
      });
    } finally {
      await coordinator.stop();
    }
  });
});
