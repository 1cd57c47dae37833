/** What machines ask, each as one piece of work: the call is heard once, and what follows from it happens with it or not at all. */
import type { Heard } from '../../heard.js';
import type { Machine, MachineFacts } from '../../machine.js';
import type { JobResult, JobSpec, LeaseAnswer } from '../../protocol.js';
import { ApiRefusal } from '../../refused.js';
import type { SuiteEntry } from '../../suite.js';
import type { SqliteFleet } from './fleet.js';
import type { Fence, LeaseWish } from './leases.js';
import type { Verdict } from './verdicts.js';

/** Leases; or none, and why. `active`: whether it is worth waiting for some. */
export interface Handed extends LeaseAnswer {
  readonly active: boolean;
}

export interface Renewed {
  readonly epoch: number;
  readonly leases: Record<string, 'ok' | 'cancel' | 'lost'>;
}

export interface Settled {
  readonly verdict: Verdict;
  readonly next?: Handed;
}

export type Desk = ReturnType<typeof createDesk>;

export function createDesk(fleet: SqliteFleet) {
  const { machines, leases, suites, jobs } = fleet;

  /** Throws ApiRefusal: unknown_machine, withdrawn, replayed. */
  function hear({ machine: id, nonce }: Heard): Machine {
    const machine = machines.find(id);
    if (!machine) throw new ApiRefusal('unknown_machine');
    if (machine.state === 'withdrawn') throw new ApiRefusal('withdrawn');
    if (!machines.hear(id, nonce)) throw new ApiRefusal('replayed');
    return machine;
  }

  function hand(machine: Machine, wish: LeaseWish): Handed {
    const { leases: handed, idle } = leases.lease(machine, wish);
    machines.seen(machine.id, handed.length > 0 ? 'working' : (idle ?? 'idle'));
    return { leases: handed, idle, active: machine.state === 'active' };
  }

  return {
    guildId: fleet.guildId,

    /** Of whoever may call; undefined for a machine that was never enrolled here. Never changes. */
    publicKeyOf: (machine: string): string | undefined => machines.find(machine)?.publicKey,

    /** The same code and key are answered the same. Throws ApiRefusal: bad_code, key_taken, too_many_machines. */
    enrol: (code: string, facts: MachineFacts): Machine => machines.enrol(code, facts),

    session(
      call: Heard,
      facts: Pick<MachineFacts, 'version' | 'cores' | 'memoryMb'>,
    ): { epoch: number; suites: SuiteEntry[] } {
      const { id } = hear(call);
      machines.describe(id, facts);
      return { epoch: fleet.epoch(), suites: suites.approved() };
    },

    lease: (call: Heard, wish: LeaseWish): Handed => hand(hear(call), wish),

    /** For a machine that was heard, and waited. Read anew: it may have been paused meanwhile. */
    leaseAgain(id: string, wish: LeaseWish): Handed {
      const machine = machines.find(id);
      if (!machine) throw new ApiRefusal('unknown_machine');
      return hand(machine, wish);
    },

    beat(call: Heard, beats: readonly (Fence & { steps: number })[], doing: string): Renewed {
      const { id } = hear(call);
      machines.seen(id, doing);
      return { epoch: fleet.epoch(), leases: leases.beat(id, beats) };
    },

    /** What was asked with this lease; undefined when it is nobody's any more. */
    asked: (lease: string): JobSpec | undefined => jobs.asked(lease),

    /** `plausible`: whether the result fits what was asked. Throws ApiRefusal: not_yours. */
    result(call: Heard, fence: Fence, result: JobResult, plausible: boolean, next?: LeaseWish): Settled {
      const machine = hear(call);
      const verdict = fleet.settle(machine, fence, result, plausible);
      if (!next) return { verdict };
      return { verdict, next: hand(machines.find(machine.id) ?? machine, next) };
    },

    release(call: Heard, fence: Fence, faulty: boolean): 'requeued' | 'stale' {
      return fleet.release(hear(call), fence, faulty);
    },

    /** The packed folder of an approved suite. Throws ApiRefusal: not_found. */
    suite(call: Heard, digest: string): Buffer {
      hear(call);
      const suite = suites.find(digest);
      const files = suite?.approvedBy === undefined || suite.retiredAt !== undefined ? undefined : suites.files(digest);
      if (!files) throw new ApiRefusal('not_found');
      return files;
    },
  };
}
