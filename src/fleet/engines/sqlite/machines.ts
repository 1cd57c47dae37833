/** Machines, what is thought of them, and their calls, in a guild's file. */
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import type { Machine, MachineFacts, MachineState, QuarantineReason } from '../../machine.js';
import { CLOCK_TOLERANCE } from '../../signing.js';
import { createEnrolling } from './enrolling.js';

interface MachineRow {
  id: string;
  lender: string;
  alias: string;
  community: 0 | 1;
  public_key: string;
  version: string;
  os: string;
  arch: string;
  cores: number;
  memory_mb: number;
  sandboxes: string;
  state: MachineState;
  reason: QuarantineReason | null;
  words: string | null;
  appeal: string | null;
  heir: string | null;
  streak: number;
  strikes: number;
  blind: number;
  alarm: number;
  pace: number;
  doing: string;
  enrolled_at: number;
  seen_at: number;
}

export interface MachineDeps {
  readonly now: () => number;
  readonly newId: () => string;
}

const COLUMNS = `id, lender, alias, community, public_key, version, os, arch, cores, memory_mb, sandboxes, state, reason, words, appeal, heir,
                 streak, strikes, blind, alarm, pace, doing, enrolled_at, seen_at`;

/** A machine may say that it has thousands of cores: for so many it is believed. */
const MOST_CORES = 64;

function machineOf(row: MachineRow): Machine {
  return {
    id: row.id,
    lender: row.lender,
    alias: row.alias,
    community: row.community === 1,
    publicKey: row.public_key,
    version: row.version,
    os: row.os,
    arch: row.arch,
    cores: row.cores,
    memoryMb: row.memory_mb,
    sandboxes: JSON.parse(row.sandboxes) as string[],
    state: row.state,
    reason: row.reason ?? undefined,
    words: row.words ?? undefined,
    appeal: row.appeal ?? undefined,
    heir: row.heir ?? undefined,
    trust: { streak: row.streak, strikes: row.strikes },
    doubt: { blind: row.blind, alarm: row.alarm },
    pace: row.pace,
    doing: row.doing,
    enrolledAt: row.enrolled_at,
    seenAt: row.seen_at,
  };
}

export type Machines = ReturnType<typeof createMachines>;

export function createMachines(guild: Guild, { now, newId }: MachineDeps) {
  const { db, transaction } = guild;
  const byId = once(() => db.prepare<[string], MachineRow>(`SELECT ${COLUMNS} FROM machine WHERE id = ?`));
  const byAlias = once(() => db.prepare<[string], MachineRow>(`SELECT ${COLUMNS} FROM machine WHERE alias = ?`));
  const all = once(() =>
    db.prepare<[string | null, string | null, number, number], MachineRow>(
      `SELECT ${COLUMNS} FROM machine WHERE state <> 'withdrawn' AND (? IS NULL OR lender = ?)
       ORDER BY enrolled_at, id LIMIT ? OFFSET ?`,
    ),
  );
  const countOf = once(() =>
    db
      .prepare<[string | null, string | null], number>(
        `SELECT count(*) FROM machine WHERE state <> 'withdrawn' AND (? IS NULL OR lender = ?)`,
      )
      .pluck(),
  );
  const setState = once(() =>
    db.prepare<[MachineState, string | null, string]>('UPDATE machine SET state = ?, reason = ? WHERE id = ?'),
  );
  const hold = once(() =>
    db.prepare<[string, string | null, string]>(
      // What its lender said stays, as long as it is held; who withdrew it meanwhile is told when the next one is lent.
      `UPDATE machine SET reason = ?, words = ?, appeal = iif(state = 'quarantined', appeal, NULL),
              state = iif(state = 'withdrawn', state, 'quarantined') WHERE id = ?`,
    ),
  );
  const setAppeal = once(() => db.prepare<[string, string]>('UPDATE machine SET appeal = ? WHERE id = ?'));
  const withdraw = once(() =>
    db.prepare<[number, string, string]>(
      `UPDATE machine SET state = 'withdrawn', withdrawn_at = ?, alias = ? WHERE id = ?`,
    ),
  );
  const pardon = once(() =>
    db.prepare<[string]>(
      `UPDATE machine SET state = iif(state = 'quarantined', 'active', state), reason = NULL, words = NULL, appeal = NULL,
              streak = 0, strikes = 0, blind = 0, alarm = 0, faults = 0 WHERE id = ?`,
    ),
  );
  // Those that its lender withdrew; and, once no other is held for what it did itself, those that are held for another's sake.
  const pardonedWith = once(() =>
    db
      .prepare<[object], string>(
        `SELECT id FROM machine WHERE (lender = :lender OR public_key = :publicKey) AND (state = 'withdrawn'
           OR (state = 'quarantined' AND reason = 'held_before' AND NOT EXISTS (SELECT 1 FROM machine AS other
               WHERE other.lender = machine.lender AND other.state = 'quarantined' AND other.reason <> 'held_before')))`,
      )
      .pluck(),
  );
  const setTrust = once(() =>
    db.prepare<[number, number, string]>('UPDATE machine SET streak = ?, strikes = ? WHERE id = ?'),
  );
  const setDoubt = once(() =>
    db.prepare<[number, number, string]>('UPDATE machine SET blind = ?, alarm = ? WHERE id = ?'),
  );
  const seen = once(() =>
    db.prepare<[number, string, string]>('UPDATE machine SET seen_at = ?, doing = ? WHERE id = ?'),
  );
  const describe = once(() =>
    db.prepare<[string, number, number, number, string]>(
      'UPDATE machine SET version = ?, cores = ?, memory_mb = ?, seen_at = ? WHERE id = ?',
    ),
  );
  const answered = once(() => db.prepare<[string]>('UPDATE machine SET faults = 0 WHERE id = ? AND faults > 0'));
  const setPace = once(() => db.prepare<[number, string]>('UPDATE machine SET pace = ? WHERE id = ?'));
  const activeLenders = once(() =>
    db
      .prepare<[number], string>(
        `SELECT DISTINCT lender FROM machine WHERE state = 'active' AND seen_at > ? ORDER BY lender`,
      )
      .pluck(),
  );
  const activeSlots = once(() =>
    db
      .prepare<[number], number>(
        `SELECT coalesce(sum(min(cores, ${MOST_CORES})), 0) FROM machine WHERE state = 'active' AND seen_at > ?`,
      )
      .pluck(),
  );
  const takeNonce = once(() =>
    db.prepare<[string, string, number]>('INSERT OR IGNORE INTO call_nonce (machine, nonce, at) VALUES (?, ?, ?)'),
  );
  const forgetNonces = once(() => db.prepare<[number]>('DELETE FROM call_nonce WHERE at < ?'));

  const find = (id: string): Machine | undefined => {
    const row = byId().get(id);
    return row && machineOf(row);
  };
  /** A machine, or what took its place since it was withdrawn: what is thought of the one is thought of the other. */
  const standIn = (id: string): Machine | undefined => {
    const machine = find(id);
    return machine?.heir === undefined ? machine : standIn(machine.heir);
  };
  const lent = (alias: string): MachineRow => {
    const row = byAlias().get(alias);
    return row === undefined || row.state === 'withdrawn' ? refuse('machine_unknown', { alias }) : row;
  };
  /** A machine of this lender, by its alias. Refuses: machine_unknown, machine_not_yours. */
  const ofLender = (alias: string, lender: string): Machine => {
    const row = lent(alias);
    if (row.lender !== lender) refuse('machine_not_yours', { alias });
    return machineOf(row);
  };
  const count = (lender?: string): number => countOf().get(lender ?? null, lender ?? null) ?? 0;

  const isTaken = (alias: string): boolean => byAlias().get(alias) !== undefined;

  return {
    ...createEnrolling(guild, { now, newId, find, isTaken, count }),
    find,
    standIn,

    /** By alias, whoever's. Refuses: machine_unknown. */
    named(alias: string): Machine {
      return machineOf(lent(alias));
    },
    ofLender,
    count,
    /** Enrolled machines in order of enrolment; of one lender, where one is named. */
    list: (options: { lender?: string; limit: number; offset: number }): Machine[] =>
      all()
        .all(options.lender ?? null, options.lender ?? null, options.limit, options.offset)
        .map(machineOf),

    /** Notes that a signed call was heard. False when it was heard before. */
    hear(machine: string, nonce: string): boolean {
      const at = now();
      forgetNonces().run(at - 2 * CLOCK_TOLERANCE);
      return takeNonce().run(machine, nonce, at).changes === 1;
    },

    describe: (id: string, facts: Pick<MachineFacts, 'version' | 'cores' | 'memoryMb'>): void =>
      void describe().run(facts.version, facts.cores, facts.memoryMb, now(), id),
    seen: (id: string, doing: string): void => void seen().run(now(), doing, id),
    setTrust: (id: string, { streak, strikes }: Machine['trust']): void => void setTrust().run(streak, strikes, id),
    setDoubt: (id: string, { blind, alarm }: Machine['doubt']): void => void setDoubt().run(blind, alarm, id),

    /** It handed a result in: it does not break whatever it is given. */
    answered: (id: string): void => void answered().run(id),
    /** Its time for a job ÷ what the hunt's machines take on average; kept within reason, whatever it measured. */
    setPace: (id: string, pace: number): void => void setPace().run(Math.min(10, Math.max(0.1, pace)), id),
    /** Lenders whose machines were heard of since `since`. */
    activeLenders: (since: number): string[] => activeLenders().all(since),

    /** Cores of all machines that were heard of since `since`. */
    activeSlots: (since: number): number => activeSlots().get(since) ?? 0,

    /** The lender's own switch. Refuses: machine_unknown, machine_not_yours, machine_held (quarantined: staff decide). */
    switch: transaction((alias: string, lender: string, to: 'active' | 'paused'): Machine => {
      const machine = ofLender(alias, lender);
      if (machine.state === 'quarantined') refuse('machine_held', { alias });
      setState().run(to, null, machine.id);
      return { ...machine, state: to };
    }),

    /** Takes a machine out for good; its past stays. Its alias is free again. */
    withdraw: transaction((id: string, alias: string): void => {
      withdraw().run(now(), `${alias.slice(0, 20)}~${id.slice(0, 8)}`, id);
    }),

    /** `words`: what staff say to it. One that was withdrawn meanwhile leaves it to the next of its lender. */
    quarantine: (id: string, reason: QuarantineReason, words?: string): void =>
      void hold().run(reason, words ?? null, id),
    /** Its lender asks staff to look at it again; once for each time that it is held. Refuses: machine_unknown, machine_not_yours, machine_not_held, appealed_already. */
    appeal: transaction((alias: string, lender: string, words: string): Machine => {
      const machine = ofLender(alias, lender);
      if (machine.state !== 'quarantined') refuse('machine_not_held', { alias });
      if (machine.appeal !== undefined) refuse('appealed_already');
      setAppeal().run(words, machine.id);
      return machine;
    }),
    /** Staff let a machine work again: it starts anew as a newcomer does, and what followed its lender is forgiven. */
    pardon: transaction((id: string): void => {
      pardon().run(id);
      const machine = find(id);
      if (machine) for (const other of pardonedWith().all(machine)) pardon().run(other);
    }),
  };
}
