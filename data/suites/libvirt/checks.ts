/** The checks that the suite names: each returns what is wrong, or nothing. */
import type { Known } from '../../../src/woodpecker/types.js';
import type { Records } from './commands.js';
import { linesOf, type Sight } from './look.js';
import type { Session } from './session.js';

export interface CheckParts {
  readonly session: Session;
  readonly records: Records;
  readonly sight: Sight;
  readonly known: readonly Known[];
}

export const CHECKS: Readonly<Record<string, (parts: CheckParts) => Promise<string | undefined>>> = {
  async trees({ session, sight }) {
    const domains = [...new Set([...sight.snapshots.keys()].map((id) => id.slice(0, id.indexOf('/'))))];
    const tables = await session.look(domains.map((uuid) => `snapshot-list ${uuid} --parent`));
    for (const [i, uuid] of domains.entries()) {
      for (const line of linesOf(tables[i])) {
        // Name, creation time (date, time, zone), state, and the parent, where there is one.
        const [name, , , , , parent] = line.split(/\s+/);
        if (parent !== undefined && !sight.snapshots.has(`${uuid}/${parent}`))
          return `snapshot ${name} hangs on ${parent}, which is not there`;
      }
      const current = [...sight.snapshots].filter(([id, state]) => state === 'current' && id.startsWith(uuid));
      if (current.length > 1) return `domain ${uuid} has ${current.length} current snapshots`;
    }
    return undefined;
  },

  async sizes({ session, records, sight }) {
    const volumes = [...sight.volumes].filter((id) => records.sizes.has(id));
    const infos = await session.look(
      volumes.map((id) => {
        const [pool, name] = id.split('/');
        return `vol-info ${name} --pool ${pool} --bytes`;
      }),
    );
    for (const [i, id] of volumes.entries()) {
      const shown = /Capacity:\s+(\d+)/.exec(infos[i] ?? '')?.[1];
      if (Number(shown) !== records.sizes.get(id))
        return `volume ${id} has ${shown ?? 'no'} bytes, and must have ${records.sizes.get(id)}`;
    }
    return undefined;
  },
};
