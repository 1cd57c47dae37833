/** Removes everything that a walk made, users before what they use, and tells what is there afterwards. */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';
import type { Method } from './client.js';
import type { Tools } from './commands.js';
import { idsIn, look } from './look.js';

const TIMEOUT_MS = 120_000;

export async function tearDown({ client, tag, diskOffering }: Tools): Promise<string[]> {
  const troubles: string[] = [];
  const run = async (method: Method, path: string, body?: object): Promise<void> => {
    try {
      await client.call(method, path, body, TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof DriverError) || error.kind === 'broken') throw error;
      troubles.push(`${method} ${path}: ${error.message}`);
    }
  };
  const sight = await look(client, tag);
  for (const { uuid, state } of sight.vms) {
    if (state !== 'Destroyed') await run('DELETE', `/vm-instances/${uuid}`);
    await run('PUT', `/vm-instances/${uuid}/actions`, { expungeVmInstance: {} });
  }
  for (const { uuid, status, type } of sight.volumes) {
    if (type === 'Root') continue;
    if (status !== 'Deleted') await run('DELETE', `/volumes/${uuid}`);
    await run('PUT', `/volumes/${uuid}/actions`, { expungeDataVolume: {} });
  }
  for (const { uuid, status } of sight.images) {
    if (status !== 'Deleted') await run('DELETE', `/images/${uuid}`);
    await run('PUT', `/images/${uuid}/actions`, { expungeImage: {} });
  }
  for (const { uuid } of sight.offerings) await run('DELETE', `/instance-offerings/${uuid}`);
  for (const { uuid } of sight.zones) await run('DELETE', `/zones/${uuid}`);
  await run('DELETE', `/disk-offerings/${diskOffering}`);
  const left = idsIn(await look(client, tag));
  return left.length > 0 ? [...left.map((id) => `${id} is still there`), ...troubles] : [];
}
