/** Enrolment: a one-time code is traded for a place in the fleet, and what is thought of its lender comes along. */
import { createHash } from 'node:crypto';
import { refuse } from '../../../community/refusal.js';
import type { Guild } from '../../../platform/guild.js';
import { once } from '../../../platform/once.js';
import { CODE_MS, MACHINES_PER_LENDER, type Machine, type MachineFacts } from '../../machine.js';
import { ApiRefusal } from '../../refused.js';
import { MOST_STRIKES } from '../../rules/replication.js';
import { BOUND } from '../../rules/suspicion.js';

export interface Enrolling {
  readonly lender: string;
  readonly alias: string;
  readonly community: boolean;
}

export interface EnrollingDeps {
  readonly now: () => number;
  readonly newId: () => string;
  readonly find: (id: string) => Machine | undefined;
  readonly isTaken: (alias: string) => boolean;
  /** Machines of a lender, withdrawn ones aside. */
  readonly count: (lender: string) => number;
}

interface CodeRow {
  lender: string;
  alias: string;
  community: 0 | 1;
  expires_at: number;
  used_at: number | null;
  machine: string | null;
}

/** What is thought of a machine that was withdrawn. */
interface Past {
  readonly id: string;
  readonly strikes: number;
  readonly blind: number;
  readonly alarm: number;
  /** Times in a row that it broke what it was given. */
  readonly faults: number;
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

export function createEnrolling({ db, transaction }: Guild, { now, newId, find, isTaken, count }: EnrollingDeps) {
  const openCodes = once(() =>
    db
      .prepare<[string, number], number>(
        'SELECT count(*) FROM enrolment WHERE lender = ? AND used_at IS NULL AND expires_at > ?',
      )
      .pluck(),
  );
  const addCode = once(() =>
    db.prepare<[string, string, string, 0 | 1, number]>(
      'INSERT INTO enrolment (code_hash, lender, alias, community, expires_at) VALUES (?, ?, ?, ?, ?)',
    ),
  );
  const findCode = once(() =>
    db.prepare<[string], CodeRow>(
      'SELECT lender, alias, community, expires_at, used_at, machine FROM enrolment WHERE code_hash = ?',
    ),
  );
  const useCode = once(() =>
    db.prepare<[number, string, string]>('UPDATE enrolment SET used_at = ?, machine = ? WHERE code_hash = ?'),
  );
  const forgetCodes = once(() => db.prepare<[number]>('DELETE FROM enrolment WHERE expires_at < ?'));
  const insert = once(() =>
    db.prepare<unknown[]>(
      `INSERT INTO machine (id, lender, alias, community, public_key, version, os, arch, cores, memory_mb, sandboxes,
                            state, reason, strikes, blind, alarm, faults, enrolled_at, seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  );
  const keyIsThere = once(() =>
    db.prepare<[string], number>(`SELECT 1 FROM machine WHERE public_key = ? AND state <> 'withdrawn' LIMIT 1`).pluck(),
  );
  // A machine that was withdrawn while it was held keeps the reason.
  const isHeld = once(() =>
    db
      .prepare<[string, string], number>(
        `SELECT 1 FROM machine WHERE (lender = ? OR public_key = ?) AND state IN ('quarantined', 'withdrawn') AND reason IS NOT NULL LIMIT 1`,
      )
      .pluck(),
  );
  // The very machine where its key tells; else the one that is doubted most.
  const withdrawn = once(() =>
    db.prepare<[object], Past>(
      `SELECT id, strikes, blind, alarm, faults FROM machine
       WHERE state = 'withdrawn' AND heir IS NULL AND (public_key = :publicKey OR lender = :lender)
       ORDER BY public_key = :publicKey DESC, strikes DESC, max(blind, alarm) DESC LIMIT 1`,
    ),
  );
  const setHeir = once(() => db.prepare<[string, string]>('UPDATE machine SET heir = ? WHERE id = ?'));

  /** Whether what is known of it would have had it held already. */
  const isBeyond = ({ strikes, blind, alarm }: Omit<Past, 'id' | 'faults'>): boolean =>
    Math.max(blind, alarm) >= BOUND || strikes >= MOST_STRIKES;

  function add({ lender, alias: wanted, community }: CodeRow, facts: MachineFacts): Machine {
    const at = now();
    const id = newId();
    const alias = isTaken(wanted) ? `${wanted.slice(0, 27)}-${id.slice(0, 4)}` : wanted;
    const { publicKey, version, os, arch, cores, memoryMb, sandboxes } = facts;
    // It takes the place of one that its lender withdrew: nobody sheds what is thought of a machine by lending it anew.
    const past = withdrawn().get({ publicKey, lender });
    const { strikes, blind, alarm, faults } = past ?? { strikes: 0, blind: 0, alarm: 0, faults: 0 };
    const held = isHeld().get(lender, publicKey) !== undefined || isBeyond({ strikes, blind, alarm });
    insert().run(
      ...[id, lender, alias, community, publicKey, version, os, arch, cores, memoryMb, JSON.stringify(sandboxes)],
      ...[held ? 'quarantined' : 'active', held ? 'held_before' : null, strikes, blind, alarm, faults, at, at],
    );
    if (past) setHeir().run(id, past.id);
    return find(id) ?? refuse('machine_unknown', { alias });
  }

  return {
    /**
     * Notes a one-time code for a lender. The caller made it up and shows it to the lender alone; only its hash is kept.
     * Refuses: alias_taken, too_many_machines.
     */
    offer: transaction((code: string, who: Enrolling): number => {
      const at = now();
      forgetCodes().run(at - CODE_MS);
      if (isTaken(who.alias)) refuse('alias_taken', { alias: who.alias });
      const most = MACHINES_PER_LENDER;
      if (count(who.lender) + (openCodes().get(who.lender, at) ?? 0) >= most) refuse('too_many_machines', { most });
      addCode().run(hashOf(code), who.lender, who.alias, who.community ? 1 : 0, at + CODE_MS);
      return at + CODE_MS;
    }),

    /** Whether the next machine of this lender begins held, for another one's sake. */
    startsHeld: (lender: string): boolean => isHeld().get(lender, '') !== undefined,

    /**
     * Trades a code for a place in the fleet. Asked again with the same key it answers the same: the first answer may have been
     * lost on the way. Throws ApiRefusal: bad_code, key_taken, too_many_machines.
     */
    enrol: transaction((code: string, facts: MachineFacts): Machine => {
      const at = now();
      const hash = hashOf(code);
      const offered = findCode().get(hash);
      if (!offered || offered.expires_at <= at) throw new ApiRefusal('bad_code');
      if (offered.used_at !== null) {
        const made = offered.machine === null ? undefined : find(offered.machine);
        if (made?.publicKey === facts.publicKey && made.state !== 'withdrawn') return made;
        throw new ApiRefusal('bad_code');
      }
      if (keyIsThere().get(facts.publicKey) !== undefined) throw new ApiRefusal('key_taken');
      if (count(offered.lender) >= MACHINES_PER_LENDER) throw new ApiRefusal('too_many_machines');
      const machine = add(offered, facts);
      useCode().run(at, machine.id, hash);
      return machine;
    }),
  };
}
