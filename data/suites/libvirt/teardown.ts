/** Removes everything that a walk made, users before what they use, and tells what is there afterwards. */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import { idsIn, look } from './look.js';
import type { Session } from './session.js';

const TIMEOUT_MS = 10_000;

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
  const mine = (id: string) => !before.has(id);
  const sight = await look(session, mine);
  for (const [uuid, state] of sight.domains) {
    if (!mine(uuid)) continue;
    if (state === 'running' || state === 'paused' || state === 'other') await run(`destroy ${uuid}`);
  }
  const stopped = await look(session, mine);
  for (const uuid of stopped.domains.keys())
    if (mine(uuid)) await run(`undefine ${uuid} --managed-save --snapshots-metadata`);
  for (const [uuid, state] of stopped.networks) {
    if (!mine(uuid)) continue;
    if (state === 'active') await run(`net-destroy ${uuid}`);
  }
  for (const volume of stopped.volumes) {
    const [pool, name] = volume.split('/');
    await run(`vol-delete ${name} --pool ${pool}`);
  }
  for (const [uuid, state] of stopped.pools) if (mine(uuid) && state === 'active') await run(`pool-destroy ${uuid}`);
  const idle = await look(session, mine);
  for (const uuid of idle.networks.keys()) if (mine(uuid)) await run(`net-undefine ${uuid}`);
  for (const uuid of idle.pools.keys()) if (mine(uuid)) await run(`pool-undefine ${uuid}`);
  const left = idsIn(await look(session, mine)).filter(mine);
  return left.length > 0 ? [...left.map((id) => `${id} is still there`), ...troubles] : [];
}
