/** libvirt as a driver serves it. */
import type { ActParams } from '../../../src/woodpecker/drivers/protocol.js';
import { DriverError, type Served } from '../../../src/woodpecker/drivers/serve.js';
import type { Known } from '../../../src/woodpecker/types.js';
import { CHECKS } from './checks.js';
import { act, type Records, type Tools } from './commands.js';
import { type Inside, idsIn, look, type Shown, stateIn } from './look.js';
import { createNames } from './names.js';
import { openSession, type Session } from './session.js';
import { tearDown } from './teardown.js';
import { troubleIn } from './words.js';

export interface LibvirtOptions {
  /** libvirt's connection URI. */
  readonly uri: string;
  /** A file with the XML of the domains to make. */
  readonly template?: string | undefined;
  /** Whether a hanging virsh is a finding, where it could be forgiven. */
  readonly strict?: boolean;
  /** For the action log of the walk. */
  log(message: string): void;
}

interface Walk extends Tools {
  readonly session: Session;
  readonly records: Records;
  /** What was there before the walk. */
  readonly before: ReadonlySet<string>;
  /** Handles by id of what the walk made and that was still there at the last look. */
  readonly handles: Map<string, string>;
}

export function createLibvirt({ uri, template, strict = false, log }: LibvirtOptions) {
  let walk: Walk | undefined;

  const started = (): Walk => {
    if (!walk) throw new DriverError('broken', 'not started');
    return walk;
  };

  return {
    async start({ bugs, folder }) {
      if (bugs.length > 0) throw new DriverError('broken', `libvirt has no switch for ${bugs.join(', ')}`);
      const session = openSession({ uri, strict, log });
      const [greeting = ''] = await session.look(['uri']);
      const trouble = troubleIn(greeting);
      if (trouble) throw new DriverError('broken', trouble.message);
      const records: Records = { files: new Map(), sizes: new Map(), marked: new Map() };
      const before = new Set(idsIn(await look(session, NOTHING), records.marked));
      walk = { session, names: createNames({ folder, uri, template }), records, before, handles: new Map() };
      return { again: true };
    },

    async act(params: ActParams) {
      const at = started();
      const ids = (await act(at, params)) ?? {};
      for (const [role, handle] of Object.entries(params.makes)) at.handles.set(ids[role] ?? handle, handle);
      const shown = await show(
        at,
        [...at.handles].map(([id, handle]) => ({ handle, id })),
      );
      for (const [id, handle] of at.handles) if (shown.states[handle] === 'gone') at.handles.delete(id);
      return { ids, ...shown };
    },

    observe: ({ known }: { readonly known: readonly Known[] }) => show(started(), known),

    async check({ name, known }) {
      const check = CHECKS[name];
      if (!check) throw new DriverError('broken', `there is no check ${name}`);
      const { session, records } = started();
      const sight = await look(session, insideOf(known));
      const wrong = await check({ session, records, sight, known });
      return wrong === undefined ? { ok: true } : { ok: false, message: wrong };
    },

    async stop() {
      if (!walk) return { leaks: [] };
      try {
        return { leaks: await tearDown(walk.session, walk.before) };
      } finally {
        walk.session.end();
        walk = undefined;
      }
    },
  } satisfies Served;
}

const NOTHING: Inside = { domains: [], pools: [] };

function insideOf(known: readonly { readonly handle: string; readonly id: string }[]): Inside {
  const of = (type: string) => known.flatMap(({ handle, id }) => (handle.startsWith(`${type}#`) ? [id] : []));
  return { domains: of('domain'), pools: of('pool') };
}

async function show(
  { session, records: { marked }, before }: Walk,
  known: readonly { readonly handle: string; readonly id: string }[],
): Promise<Shown> {
  const sight = await look(session, insideOf(known));
  const ids = new Set(known.map(({ id }) => id));
  const states: Record<string, string> = {};
  for (const { handle, id } of known) {
    const state = stateIn(sight, marked, handle, id);
    if (state !== undefined) states[handle] = state;
  }
  return { states, foreign: idsIn(sight, marked).filter((id) => !before.has(id) && !ids.has(id)) };
}
