/** What the worker API asks of a guild's fleet, whatever keeps it: every engine answers later, and all or nothing of a call happens. */
import type { Handed, Renewed, Settled } from './engines/sqlite/desk.js';
import type { Fence, LeaseWish } from './engines/sqlite/leases.js';
import type { Heard } from './heard.js';
import type { Machine, MachineFacts } from './machine.js';
import type { JobResult } from './protocol.js';
import type { SuiteEntry } from './suite.js';

/** Calls of machines throw ApiRefusal: unknown_machine, withdrawn, replayed. */
export interface FleetEngine {
  readonly guildId: string;
  /** Of whoever may call; undefined for a machine that was never enrolled here. Never changes. */
  publicKeyOf(machine: string): Promise<string | undefined>;
  /** The same code and key are answered the same. Throws ApiRefusal: bad_code, key_taken, too_many_machines. */
  enrol(code: string, facts: MachineFacts): Promise<Machine>;
  session(
    call: Heard,
    facts: Pick<MachineFacts, 'version' | 'cores' | 'memoryMb'>,
  ): Promise<{ epoch: number; suites: SuiteEntry[] }>;
  lease(call: Heard, wish: LeaseWish): Promise<Handed>;
  /** For a machine that was heard, and waited. */
  leaseAgain(machine: string, wish: LeaseWish): Promise<Handed>;
  beat(call: Heard, beats: readonly (Fence & { steps: number })[], doing: string): Promise<Renewed>;
  /** Takes a result, and hands out the next job where one is wished for. Throws ApiRefusal: not_yours. */
  result(call: Heard, fence: Fence, result: JobResult, next?: LeaseWish): Promise<Settled>;
  release(call: Heard, fence: Fence, faulty: boolean): Promise<'requeued' | 'stale'>;
  /** The packed folder of an approved suite. Throws ApiRefusal: not_found. */
  suite(call: Heard, digest: string): Promise<Buffer>;
}
