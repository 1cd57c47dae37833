/** A real ZStack as a driver serves it. */
import { randomBytes } from 'node:crypto';
import type { ActParams } from '../../../src/woodpecker/drivers/protocol.js';
import { DriverError, type Served } from '../../../src/woodpecker/drivers/serve.js';
import type { Known } from '../../../src/woodpecker/types.js';
import { inventoryIn, openClient } from './client.js';
import { perform, type Tools } from './commands.js';
import { CHECKS, idsIn, look, type Sight, stateIn } from './look.js';
import { optionsFrom } from './options.js';
import { tearDown } from './teardown.js';

const SETUP_MS = 60_000;
/** Bytes of a data volume. */
const DISK = 1024 * 1024 * 1024;

/** `env` holds the variables that suite.yaml names. */
export function createZStack(env: Readonly<Record<string, string | undefined>>) {
  let tools: Tools | undefined;
  /** Handles by id of what the walk made and that was still there at the last look. */
  let handles = new Map<string, string>();
  /** The last look, and the checks that were asked of it: the first time it will do, after that a check wants to see what changed. */
  let last: { readonly sight: Sight; readonly asked: Set<string> } | undefined;

  const started = (): Tools => {
    if (!tools) throw new DriverError('broken', 'not started');
    return tools;
  };

  const lookAgain = async (): Promise<Sight> => {
    const { client, tag } = started();
    const sight = await look(client, tag);
    last = { sight, asked: new Set() };
    return sight;
  };

  const show = async (known: readonly { readonly handle: string; readonly id: string }[]) => {
    const sight = await lookAgain();
    const ids = new Set(known.map(({ id }) => id));
    const states: Record<string, string> = {};
    for (const { handle, id } of known) {
      const state = stateIn(sight, handle, id);
      if (state !== undefined) states[handle] = state;
    }
    return { states, foreign: idsIn(sight).filter((id) => !ids.has(id)) };
  };

  return {
    async start({ bugs }) {
      if (bugs.length > 0) throw new DriverError('broken', `ZStack has no switch for ${bugs.join(', ')}`);
      const options = optionsFrom(env);
      const client = await openClient(options);
      const tag = `flock-${randomBytes(6).toString('hex')}`;
      const offering = { params: { name: `${tag}-disk`, diskSize: DISK } };
      const diskOffering = inventoryIn(await client.call('POST', '/disk-offerings', offering, SETUP_MS)).uuid;
      tools = { client, options, tag, diskOffering };
      handles = new Map();
      return { again: true };
    },

    async act(params: ActParams) {
      const ids = (await perform(started(), params)) ?? {};
      for (const [role, handle] of Object.entries(params.makes)) handles.set(ids[role] ?? handle, handle);
      const shown = await show([...handles].map(([id, handle]) => ({ handle, id })));
      for (const [id, handle] of handles) if (shown.states[handle] === 'gone') handles.delete(id);
      return { ids, ...shown };
    },

    observe: ({ known }: { readonly known: readonly Known[] }) => show(known),

    async check({ name }) {
      const check = CHECKS[name];
      if (!check) throw new DriverError('broken', `there is no check ${name}`);
      const sight = last && !last.asked.has(name) ? last.sight : await lookAgain();
      last?.asked.add(name);
      const wrong = check(sight);
      return wrong === undefined ? { ok: true } : { ok: false, message: wrong };
    },

    async stop() {
      if (!tools) return { leaks: [] };
      const { client } = tools;
      try {
        return { leaks: await tearDown(tools) };
      } finally {
        tools = undefined;
        await client.leave();
      }
    },
  } satisfies Served;
}
