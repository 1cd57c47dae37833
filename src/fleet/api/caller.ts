/** Who calls: a machine whose signature fits, whose clock is right, and that says this for the first time. */
import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FleetEngine } from '../engine.js';
import type { Machine } from '../machine.js';
import { ApiRefusal } from '../refused.js';
import { CLOCK_TOLERANCE, HEADERS, readPublicKey, verifyCall } from '../signing.js';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Caller {
  readonly machine: Machine;
  readonly fleet: FleetEngine;
}

export interface CallerDeps {
  readonly now: () => number;
  /** The fleet of a server that is here; undefined for any other. */
  readonly fleetOf: (guildId: string) => FleetEngine | undefined;
}

const MOST_KEYS = 20_000;

/** Throws ApiRefusal: bad_request, unknown_machine, withdrawn, clock_off, bad_signature, replayed. */
export function createCallers({ now, fleetOf }: CallerDeps): (call: Call) => Promise<Caller> {
  const keys = new LRUCache<string, KeyObject>({ max: MOST_KEYS });

  function keyOf(machine: Machine): KeyObject {
    const known = keys.get(machine.publicKey);
    if (known) return known;
    const key = readPublicKey(machine.publicKey);
    if (!key) throw new ApiRefusal('bad_signature');
    keys.set(machine.publicKey, key);
    return key;
  }

  return async ({ method, path, body, headers }) => {
    const header = (name: string): string => {
      const value = headers[name];
      if (typeof value !== 'string' || value.length > 200) throw new ApiRefusal('bad_request');
      return value;
    };
    const [guildId, id] = header(HEADERS.machine).split('.');
    const time = Number(header(HEADERS.time));
    const nonce = header(HEADERS.nonce);
    if (!guildId || !id || !Number.isSafeInteger(time) || !/^[\w-]{8,64}$/.test(nonce))
      throw new ApiRefusal('bad_request');

    const fleet = fleetOf(guildId);
    const machine = await fleet?.machines.find(id);
    if (!fleet || !machine) throw new ApiRefusal('unknown_machine');
    if (!verifyCall(keyOf(machine), { method, path, body, time, nonce }, header(HEADERS.signature)))
      throw new ApiRefusal('bad_signature');
    // After the signature: who cannot sign learns nothing of clocks or states.
    if (Math.abs(now() - time) > CLOCK_TOLERANCE) throw new ApiRefusal('clock_off');
    if (machine.state === 'withdrawn') throw new ApiRefusal('withdrawn');
    if (!(await fleet.machines.hear(id, nonce))) throw new ApiRefusal('replayed');
    return { machine, fleet };
  };
}
