/** Who calls: a machine whose signature fits and whose clock is right. That it says this for the first time is seen to with what it wants. */
import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FleetEngine } from '../engine.js';
import type { Heard } from '../heard.js';
import { ApiRefusal } from '../refused.js';
import { CLOCK_TOLERANCE, HEADERS, readPublicKey, verifyCall } from '../signing.js';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Caller {
  readonly call: Heard;
  readonly fleet: FleetEngine;
}

export interface CallerDeps {
  readonly now: () => number;
  /** The fleet of a server that is here; undefined for any other. */
  readonly fleetOf: (guildId: string) => FleetEngine | undefined;
}

const MOST_KEYS = 20_000;

/** Throws ApiRefusal: bad_request, unknown_machine, clock_off, bad_signature. */
export function createCallers({ now, fleetOf }: CallerDeps): (call: Call) => Promise<Caller> {
  const keys = new LRUCache<string, KeyObject>({ max: MOST_KEYS });

  /** A machine keeps its key for life, so it is looked up once. */
  async function keyOf(fleet: FleetEngine, machine: string): Promise<KeyObject> {
    const name = `${fleet.guildId}.${machine}`;
    const known = keys.get(name);
    if (known) return known;
    const text = await fleet.publicKeyOf(machine);
    if (text === undefined) throw new ApiRefusal('unknown_machine');
    const key = readPublicKey(text);
    if (!key) throw new ApiRefusal('bad_signature');
    keys.set(name, key);
    return key;
  }

  return async ({ method, path, body, headers }) => {
    const header = (name: string): string => {
      const value = headers[name];
      if (typeof value !== 'string' || value.length > 200) throw new ApiRefusal('bad_request');
      return value;
    };
    const [guildId, machine] = header(HEADERS.machine).split('.');
    const time = Number(header(HEADERS.time));
    const nonce = header(HEADERS.nonce);
    if (!guildId || !machine || !Number.isSafeInteger(time) || !/^[\w-]{8,64}$/.test(nonce))
      throw new ApiRefusal('bad_request');

    const fleet = fleetOf(guildId);
    if (!fleet) throw new ApiRefusal('unknown_machine');
    const key = await keyOf(fleet, machine);
    if (!verifyCall(key, { method, path, body, time, nonce }, header(HEADERS.signature)))
      throw new ApiRefusal('bad_signature');
    // After the signature: who cannot sign learns nothing of clocks.
    if (Math.abs(now() - time) > CLOCK_TOLERANCE) throw new ApiRefusal('clock_off');
    return { call: { machine, nonce }, fleet };
  };
}
