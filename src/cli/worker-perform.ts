/** `flock worker perform`, for the worker alone: one job after another from stdin, their progress and their results on stdout. */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { jobSchema } from '../fleet/protocol.js';
import { steadyClock } from '../platform/clock.js';
import { packageRoot } from '../platform/paths.js';
import { openWayIn } from '../worker/way-in.js';

/** Said once: where the suite is, and the socket that leads out. */
const placeSchema = z.strictObject({ folder: z.string(), out: z.string().optional() });
const askedSchema = z.strictObject({ job: jobSchema });

/** Until stdin ends, as it does when the worker is gone, or `stop` fires: what is under way is torn down then. */
export async function performAll(
  caller: Readonly<Record<string, string | undefined>>,
  stop: AbortSignal,
): Promise<number> {
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const progress = (steps: number, checks: number): void => say({ steps, checks });
  const [{ performHere }, { openSuite }] = await Promise.all([
    import('../worker/perform-here.js'),
    import('../woodpecker/drivers/suite-folder.js'),
  ]);
  if (stop.aborted) return 0;
  const left = new AbortController();
  const input = createInterface({ input: process.stdin }).once('close', () => left.abort());
  stop.addEventListener('abort', () => input.close(), { once: true });
  const lines = input[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    return done ? undefined : JSON.parse(value);
  };
  const { folder, out } = placeSchema.parse(await next());
  const suite = openSuite(folder);
  const way = out === undefined ? {} : await openWayIn(out);
  const { signal } = left;
  const tools = { clock: steadyClock, packageRoot, caller: { ...caller, ...way }, signal, progress };
  for (let told = await next(); told !== undefined; told = await next()) {
    const result = await performHere(askedSchema.parse(told).job, suite, tools);
    if (result) say({ result });
  }
  return 0;
}
