/** Jobs as leases: lent for a time to one machine, fenced, and given back when it falls silent. */
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import { type Machine, SILENT_MS } from '../../machine.js';
import { type IDLE, type JobSpec, LEASE_SECONDS, type Lease } from '../../protocol.js';
import { type Contender, inTurn } from '../../rules/fairness.js';
import type { ReadyJob } from './jobs.js';
import type { Shrinks } from './shrinks.js';
import type { Walks } from './walks.js';

/** Leases that ended without a result, before a job is parked. */
const MOST_FAULTS = 3;
/** Faults of a machine in a row, each in a minute of its own, before it is held. */
const MOST_BREAKS = 10;
const FAULT_MS = 60_000;
/** Leases of one machine at a time: nobody hoards a hunt. */
const MOST_HELD = 256;
/** A lease is renewed for so long, however often its machine beats: nobody sits on a job for ever. Milliseconds. */
const LONGEST_MS = 12 * 3_600_000;

export interface LeaseWish {
  readonly slots: number;
  readonly digests: readonly string[];
  readonly refs: readonly string[];
  readonly maxMinutes: number;
}

export interface Fence {
  readonly lease: string;
  readonly attempt: number;
  readonly epoch: number;
}

export interface LeaseDeps {
  readonly now: () => number;
  readonly newId: () => string;
  readonly epoch: () => number;
  readonly walks: Walks;
  readonly shrinks: Pick<Shrinks, 'spare' | 'wanted'>;
}

interface HuntRow {
  hunt: string;
  ref: string | null;
  priority: number;
  weight: number;
  slots: number;
  authors: number;
}

export type Leases = ReturnType<typeof createLeases>;

export function createLeases(guild: Guild, { now, newId, epoch, walks, shrinks }: LeaseDeps) {
  const { db, transaction } = guild;
  // An ended hunt still has follow-up work to hand out: confirmations, retests, bisections.
  const running = once(() =>
    db.prepare<[string], HuntRow>(
      `SELECT id AS hunt, ref, priority, weight, slots, count(*) OVER (PARTITION BY author) AS authors
       FROM hunt
       WHERE (state = 'running' OR id IN (SELECT hunt FROM job WHERE state = 'ready'))
         AND digest IN (SELECT value FROM json_each(?))
         AND digest IN (SELECT digest FROM suite WHERE approved_by IS NOT NULL AND retired_at IS NULL)
       ORDER BY id`,
    ),
  );
  const ready = once(() =>
    db.prepare<[object], ReadyJob>(
      // One lender confirms a finding once, however many machines of that lender ask; what was asked of several machines, or lenders,
      // each of them does once. What broke with one lender goes to
      // another: nobody parks jobs alone, unless nobody else is there.
      `SELECT id, spec, attempt FROM job
       WHERE state = 'ready' AND hunt = :hunt AND NOT EXISTS (SELECT 1 FROM json_each(barred) WHERE value = :lender)
         AND (faults = 0 OR NOT EXISTS (SELECT 1 FROM json_each(crashed) WHERE value = :lender)
              OR NOT EXISTS (SELECT 1 FROM machine WHERE state = 'active' AND lender <> :lender AND seen_at > :since))
         AND NOT (purpose = 'confirm' AND EXISTS (SELECT 1 FROM job AS other WHERE other.finding = job.finding
                  AND other.purpose = 'confirm' AND other.lender = :lender AND other.state IN ('leased', 'done')))
         AND NOT (candidate IS NOT NULL AND purpose IN ('reproduce', 'retest', 'base') AND EXISTS (SELECT 1 FROM job AS other
                  WHERE other.finding = job.finding AND other.purpose = job.purpose AND other.candidate = job.candidate
                  AND other.state IN ('leased', 'done') AND iif(job.purpose = 'reproduce', other.machine = :machine, other.lender = :lender)))
       ORDER BY priority DESC, id LIMIT 1`,
    ),
  );
  const take = once(() =>
    db.prepare<unknown[]>(
      `UPDATE job SET state = 'leased', attempt = attempt + 1, lease = ?, nonce = ?, epoch = ?, machine = ?, lender = ?,
              leased_at = ?, expires_at = ?, steps = 0
       WHERE id = ? AND state = 'ready'`,
    ),
  );
  const held = once(() =>
    db.prepare<
      [string],
      { id: number; machine: string; attempt: number; epoch: number; state: string; leased_at: number }
    >('SELECT id, machine, attempt, epoch, state, leased_at FROM job WHERE lease = ?'),
  );
  const renew = once(() =>
    db.prepare<[number, number, number]>('UPDATE job SET expires_at = ?, steps = ? WHERE id = ?'),
  );
  const requeue = once(() =>
    db.prepare<[number]>(`UPDATE job SET state = 'ready', lease = NULL, expires_at = NULL WHERE id = ?`),
  );
  const lose = once(() =>
    db.prepare<[number, string | null, number]>(
      `UPDATE job SET faults = faults + 1, lease = NULL, expires_at = NULL, ended_at = ?, trouble = coalesce(?, trouble),
              crashed = (SELECT json_group_array(DISTINCT value) FROM
                         (SELECT value FROM json_each(job.crashed) UNION SELECT job.lender))
       WHERE id = ?`,
    ),
  );
  // Many leases may end at once: that is one fault.
  const blame = once(() =>
    db.prepare<[object]>(
      `UPDATE machine SET faults = faults + 1, fault_at = :now,
              state = iif(state IN ('active', 'paused') AND faults + 1 >= :most, 'quarantined', state),
              reason = iif(state IN ('active', 'paused') AND faults + 1 >= :most, 'breaks_jobs', reason)
       WHERE id = :machine AND fault_at <= :now - ${FAULT_MS}`,
    ),
  );
  const settleLost = once(() =>
    db.prepare<[number, number]>(
      `UPDATE job SET state = CASE WHEN json_array_length(crashed) >= 2 OR faults >= ? THEN 'parked' ELSE 'ready' END WHERE id = ?`,
    ),
  );
  const heldBy = once(() =>
    db.prepare<[string], number>(`SELECT count(*) FROM job WHERE machine = ? AND state = 'leased'`).pluck(),
  );
  const stateOf = once(() => db.prepare<[number], string>('SELECT state FROM job WHERE id = ?').pluck());
  // What machines spent on it is spent of the hunt's budget, too: a hunt on which everything breaks ends.
  const spend = once(() =>
    db.prepare<[number, number]>(
      `UPDATE hunt SET worked_ms = worked_ms + max(0, ? - job.leased_at) FROM job
       WHERE job.id = ? AND hunt.id = job.hunt AND job.purpose = 'walk'`,
    ),
  );
  const takeBack = once(() =>
    db.prepare<[string]>(
      `UPDATE job SET state = 'ready', lease = NULL, expires_at = NULL WHERE machine = ? AND state = 'leased'`,
    ),
  );
  const isHeld = once(() =>
    db.prepare<[string], number>(`SELECT 1 FROM machine WHERE id = ? AND state = 'quarantined'`).pluck(),
  );
  const expired = once(() =>
    db.prepare<[number], { id: number; machine: string }>(
      `SELECT id, machine FROM job WHERE state = 'leased' AND expires_at <= ? ORDER BY expires_at LIMIT 500`,
    ),
  );
  // What a machine worked on last it need not build, or fetch, again.
  const lately = once(() =>
    db
      .prepare<[string], string>(
        `SELECT ref FROM (SELECT ref FROM job WHERE machine = ? AND state = 'done' ORDER BY id DESC LIMIT 3) WHERE ref IS NOT NULL`,
      )
      .pluck(),
  );
  const readyDigests = once(() =>
    db.prepare<[], string>(`SELECT DISTINCT digest FROM job WHERE state = 'ready'`).pluck(),
  );
  const runningHunts = once(() =>
    db.prepare<[], { id: number; digest: string }>(`SELECT id, digest FROM hunt WHERE state = 'running'`),
  );
  const anyRunning = once(() =>
    db
      .prepare<[], number>(
        `SELECT count(*) FROM hunt WHERE state = 'running' OR id IN (SELECT hunt FROM job WHERE state = 'ready')`,
      )
      .pluck(),
  );

  function lend(job: ReadyJob, machine: Machine): Lease {
    const at = now();
    const lease = newId();
    const nonce = newId();
    take().run(lease, nonce, epoch(), machine.id, machine.lender, at, at + LEASE_SECONDS * 1000, job.id);
    const spec = JSON.parse(job.spec) as JobSpec;
    return { lease, attempt: job.attempt + 1, epoch: epoch(), job: spec, expiresInMs: LEASE_SECONDS * 1000, nonce };
  }

  function contenders(machine: Machine, wish: LeaseWish): Contender[] {
    const refs = new Set([...wish.refs, ...lately().all(machine.id)]);
    return running()
      .all(JSON.stringify(wish.digests))
      .map((row) => ({
        hunt: row.hunt,
        priority: row.priority,
        weight: row.weight,
        slots: row.slots,
        authorsHunts: row.authors,
        ready: row.ref !== null && refs.has(row.ref),
      }));
  }

  function next(machine: Machine, wish: LeaseWish): Lease | undefined {
    const since = now() - SILENT_MS;
    for (const { hunt } of inTurn(contenders(machine, wish))) {
      const job =
        ready().get({ hunt: Number(hunt), lender: machine.lender, machine: machine.id, since }) ??
        walks.make(Number(hunt), machine, wish.maxMinutes);
      if (job) return lend(job, machine);
    }
    const spare = shrinks.spare(machine, wish.digests);
    return spare && lend(spare, machine);
  }

  /** The row that a call is about, if this machine still holds it at this attempt and epoch. */
  function fenced(machine: string, fence: Fence): { readonly id: number; readonly leased_at: number } | undefined {
    const row = held().get(fence.lease);
    if (!row || row.machine !== machine || row.state !== 'leased') return undefined;
    return row.attempt === fence.attempt && row.epoch === fence.epoch && fence.epoch === epoch() ? row : undefined;
  }

  /** Takes a job away that came to nothing. Returns true when it is parked by that. */
  function drop(id: number, machine: string, { blamed, trouble }: { blamed: boolean; trouble?: string }): boolean {
    spend().run(now(), id);
    lose().run(now(), trouble ?? null, id);
    settleLost().run(MOST_FAULTS, id);
    if (blamed) blame().run({ machine, now: now(), most: MOST_BREAKS });
    if (isHeld().get(machine)) takeBack().run(machine);
    return stateOf().get(id) === 'parked';
  }

  return {
    fenced,

    /** Suites that there is work for now. */
    wanted(): string[] {
      const unspent = runningHunts()
        .all()
        .filter(({ id }) => !walks.spent(id));
      const digests = [...readyDigests().all(), ...unspent.map(({ digest }) => digest), ...shrinks.wanted()];
      return [...new Set(digests)];
    },

    /** Lends up to `slots` jobs; where there is none, says why. A machine in doubt gets half of what it asks for. */
    lease: transaction((machine: Machine, wish: LeaseWish): { leases: Lease[]; idle?: (typeof IDLE)[number] } => {
      if (machine.state === 'paused' || machine.state === 'quarantined') return { leases: [], idle: machine.state };
      const believed = machine.trust.strikes > 0 ? Math.max(1, Math.floor(wish.slots / 2)) : wish.slots;
      const slots = Math.min(believed, MOST_HELD - (heldBy().get(machine.id) ?? 0));
      const leases: Lease[] = [];
      while (leases.length < slots) {
        const lease = next(machine, wish);
        if (!lease) break;
        leases.push(lease);
      }
      if (leases.length > 0) return { leases };
      if (anyRunning().get() === 0) return { leases, idle: 'no_hunts' };
      return {
        leases,
        idle: running().all(JSON.stringify(wish.digests)).length === 0 ? 'no_accepted_suite' : 'all_leased',
      };
    }),

    /** Renews what the machine holds; tells which leases it must drop. */
    beat: transaction(
      (machine: string, beats: readonly (Fence & { steps: number })[]): Record<string, 'ok' | 'cancel' | 'lost'> => {
        const answers: Record<string, 'ok' | 'cancel' | 'lost'> = {};
        for (const beat of beats) {
          const row = fenced(machine, beat);
          const until = row && Math.min(now() + LEASE_SECONDS * 1000, row.leased_at + LONGEST_MS);
          if (row && until !== undefined) renew().run(until, beat.steps, row.id);
          answers[beat.lease] = row ? 'ok' : held().get(beat.lease)?.state === 'cancelled' ? 'cancel' : 'lost';
        }
        return answers;
      },
    ),

    /** Takes a job back that the machine cannot do: at once, and without a penalty. `fault`: it came to nothing there; `blamed`: by what is wrong with the machine. */
    release: transaction(
      (machine: string, fence: Fence, fault: false | { readonly blamed: boolean }): 'requeued' | 'stale' => {
        const row = fenced(machine, fence);
        if (!row) return 'stale';
        if (fault) drop(row.id, machine, fault);
        else requeue().run(row.id);
        return 'requeued';
      },
    ),

    /**
     * The test itself broke on a job: another lender's machine tries it, and after two it is parked. `blamed`: others can run what
     * this machine could not. Returns true when it is parked now.
     */
    broke: (job: number, machine: string, trouble: string, blamed: boolean): boolean =>
      drop(job, machine, { blamed, trouble }),

    /** Takes back all that a machine holds, at once and without a penalty: its answers are not wanted any more. */
    takeBack: (machine: string): void => void takeBack().run(machine),

    /** Takes back what silent machines held: to the queue, or parked when it made two lenders' machines fall silent. Returns the parked ones. */
    reap: transaction((): number[] =>
      expired()
        .all(now())
        .flatMap(({ id, machine }) => (drop(id, machine, { blamed: true }) ? [id] : [])),
    ),
  };
}
