/** The eighteen actions of W7 on the simulated cloud: other names for its operations, and for what it shows. */
import type { ActParams } from '../../../src/woodpecker/drivers/protocol.js';
import type { Served } from '../../../src/woodpecker/drivers/serve.js';
import type { Known, Observation } from '../../../src/woodpecker/types.js';
import { createSimulator } from '../cloud/simulator.js';

/** What the simulator calls an action that it knows by another name. */
const OPERATIONS: Readonly<Record<string, string>> = {
  destroy_vm: 'retire_vm',
  snap_root: 'create_snapshot',
  del_snap_root: 'delete_snapshot',
  snap_vol: 'create_snapshot',
  del_snap: 'delete_snapshot',
  use_snap: 'use_snapshot',
};

export function createW7() {
  const cloud = createSimulator();
  /** Root volumes, which the simulator shows as attached. */
  let roots = new Set<string>();

  const inOurWords = (states: Observation): Observation => {
    const said: Record<string, string> = {};
    for (const handle in states) {
      const state = states[handle as keyof Observation] ?? 'gone';
      if (handle.startsWith('image#')) said[handle] = state === 'enabled' ? 'ready' : state;
      else said[handle] = state === 'attached' && roots.has(handle) ? 'root' : state;
    }
    return said;
  };

  return {
    start(params) {
      roots = new Set();
      return cloud.start(params);
    },
    async act(params: ActParams) {
      const { action, takes } = params;
      const { root, ...others } = takes;
      if (action === 'create_vm') roots.add(params.makes.root ?? '');
      const answer = await cloud.act({
        ...params,
        action: OPERATIONS[action] ?? action,
        takes: root ? { ...others, volume: root } : others,
      });
      return 'states' in answer && answer.states ? { ...answer, states: inOurWords(answer.states) } : answer;
    },
    async observe({ known }: { readonly known: readonly Known[] }) {
      const { states, foreign } = cloud.observe({ known });
      return { states: inOurWords(states), foreign };
    },
    check: (params) => cloud.check(params),
    stop: () => cloud.stop(),
  } satisfies Served;
}
