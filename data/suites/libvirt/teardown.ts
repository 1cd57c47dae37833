/** Removes everything that a walk made, users before what they use, and tells what is there afterwards. */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import { idsIn, look } from './look.js';
import type { Session } from './session.js';

const TIMEOUT_MS = 10_000;
const IDLE: ReadonlySet<string> = new Set(['shutoff', 'saved']);

/** `before` holds what was there before the walk: it stays. */
export async function tearDown(session: Session, before: ReadonlySet<string>): Promise<string[]> {
  const troubles: string[] = [];
  const run = async (command: string): Promise<void> => {
    try {
      await session.do(command, TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof DriverError) || error.kind === 'broken') throw error;
      troubles.push(`${command}: ${error.message}`);
    }
  };
  const mine = (ids: Iterable<string>): string[] => [...ids].filter((id) => !before.has(id));
  const seen = async () => {
    const all = await look(session, { domains: [], pools: [] });
    return look(session, { domains: mine(all.domains.keys()), pools: mine(all.pools.keys()) });
  };

  const running = await seen();
  for (const uuid of mine(running.domains.keys()))
    if (!IDLE.has(running.domains.get(uuid) ?? '')) await run(`destroy ${uuid}`);
  const stopped = await seen();
  for (const uuid of mine(stopped.domains.keys())) await run(`undefine ${uuid} --managed-save --snapshots-metadata`);
  for (const uuid of mine(stopped.networks.keys()))
    if (stopped.networks.get(uuid) === 'active') await run(`net-destroy ${uuid}`);
  for (const volume of stopped.volumes) {
    const [pool, name] = volume.split('/');
    await run(`vol-delete ${name} --pool ${pool}`);
  }
  for (const uuid of mine(stopped.pools.keys()))
    if (stopped.pools.get(uuid) === 'active') await run(`pool-destroy ${uuid}`);
  const idle = await seen();
  for (const uuid of mine(idle.networks.keys())) await run(`net-undefine ${uuid}`);
  for (const uuid of mine(idle.pools.keys())) await run(`pool-undefine ${uuid}`);
  const left = mine(idsIn(await seen(), new Map()));
  return left.length > 0 ? [...left.map((id) => `${id} is still there`), ...troubles] : [];
}
