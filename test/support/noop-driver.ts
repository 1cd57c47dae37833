/** A driver that does nothing, for measuring what a step costs beside it: `node noop-driver.js`. */
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line) as { id: number; method: string };
  const result =
    method === 'act' || method === 'observe'
      ? { states: {} }
      : method === 'stop'
        ? { leaks: [] }
        : // One process for all walks: starting it is no part of a step.
          { again: true };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}
