/** A whole walk as text: where it came from in the first line, then its steps, one a line. */
import { z } from 'zod';
import { parseStep, printStep, StepSyntaxError } from './step-text.js';
import { STRATEGIES, type Step, type WalkOrigin } from './types.js';

export interface Trace {
  readonly origin: WalkOrigin;
  readonly steps: readonly Step[];
}

const origin = z.strictObject({
  suite: z.string(),
  digest: z.string(),
  ref: z.string().optional(),
  strategy: z.enum([...STRATEGIES, 'pattern']),
  pattern: z.string().optional(),
  seed: z.int(),
  episode: z.int().nonnegative(),
  length: z.int().positive(),
  lanes: z.union([z.literal(1), z.literal(2)]).optional(),
});

/** A text that is no trace; the message starts with the line and the column. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

export function printTrace({ origin: from, steps }: Trace): string {
  return `trace ${JSON.stringify(from)}\n${steps.map((s) => `${printStep(s)}\n`).join('')}`;
}

/** Blank lines and lines that start with `#` are left out. Throws TraceError. */
export function parseTrace(text: string): Trace {
  const lines = text.split('\n').map((line, i) => ({ line, number: i + 1 }));
  const [head, ...rest] = lines.filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const from = head?.line.startsWith('trace ') ? origin.safeParse(jsonOf(head.line.slice(6))) : undefined;
  if (!from?.success) throw new TraceError(`${head?.number ?? 1}:1: expected "trace" and where it came from, as JSON`);
  return {
    origin: from.data,
    steps: rest.map(({ line, number }) => {
      try {
        return parseStep(line);
      } catch (error) {
        if (!(error instanceof StepSyntaxError)) throw error;
        throw new TraceError(`${number}:${error.column}: ${error.message}`);
      }
    }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
