/**
 * The reproducer: one small file that says what failed, how, and by which steps. People read it in a post and programs replay it
 * anywhere: `flock replay FILE` exits with 1 while the bug is there, with 0 when it is gone.
 */
import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { parseStep, printStep, StepSyntaxError } from './step-text.js';
import { STRATEGIES, type Step, type WalkOrigin } from './types.js';

export interface Reproducer {
  readonly suite: string;
  /** Of the suite that it was found with: another one may not mean the same by these steps. */
  readonly digest: string;
  readonly ref?: string;
  /** Named bugs that were switched on. */
  readonly bugs?: readonly string[];
  /** The walk that showed it first. */
  readonly origin?: Omit<WalkOrigin, 'suite' | 'digest' | 'ref'>;
  readonly failure: ReproducedFailure;
  /** How often it came back when these steps were run again. */
  readonly reliability: { readonly hits: number; readonly tries: number };
  readonly steps: readonly Step[];
}

const failure = z.strictObject({
  signature: z.string().regex(/^[0-9a-f]{16}$/, 'a signature has 16 hexadecimal digits'),
  kind: z.enum(['action', 'accepted', 'state', 'check', 'leak', 'foreign', 'order', 'timeout']),
  action: z.string(),
  check: z.string().optional(),
  states: z.record(z.string(), z.string()).optional(),
  message: z.string(),
});

export type ReproducedFailure = z.infer<typeof failure>;

const schema = z.strictObject({
  reproducer: z.literal(1),
  suite: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a digest is sha256: and 64 hexadecimal digits'),
  ref: z.string().optional(),
  bugs: z.array(z.string()).optional(),
  failure,
  reliability: z.strictObject({ hits: z.int().nonnegative(), tries: z.int().nonnegative() }),
  origin: z
    .strictObject({
      strategy: z.enum([...STRATEGIES, 'pattern']),
      pattern: z.string().optional(),
      seed: z.int(),
      episode: z.int().nonnegative(),
      length: z.int().positive(),
      lanes: z.union([z.literal(1), z.literal(2)]).optional(),
    })
    .optional(),
  steps: z.array(z.string()).min(1),
});

/** A file that is no reproducer; the message starts with `file:line:column`. */
export class ReproducerError extends Error {
  override readonly name = 'ReproducerError';
}

const HEAD = '# Found by Flock. `flock replay FILE` exits with 1 while the bug is there, with 0 when it is gone.\n';

export function printReproducer(reproducer: Reproducer): string {
  const { suite, digest, ref, bugs, failure, reliability, origin, steps } = reproducer;
  const written = {
    reproducer: 1,
    suite,
    digest,
    ref,
    bugs,
    failure,
    reliability,
    origin,
    steps: steps.map(printStep),
  };
  return HEAD + stringify(written, { lineWidth: 0, keepUndefined: false });
}

/** Throws ReproducerError. Whether the steps fit a suite is asked of the suite's model. */
export function parseReproducer(text: string, file = 'reproducer'): Reproducer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new ReproducerError(`${file}:${line}:${col}: ${message}`);
  };
  const [broken] = document.errors;
  if (broken) return fail(broken.pos[0], broken.message);
  const offsetOf = (path: readonly PropertyKey[]): number => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const step of path) {
      if (!isCollection(node)) break;
      const key = isMap(node) ? node.items.find((p) => isScalar(p.key) && p.key.value === step)?.key : undefined;
      node = node.get(step, true);
      const here = isNode(node) ? node : key;
      if (isNode(here)) offset = here.range?.[0] ?? offset;
    }
    return offset;
  };
  const written = (): unknown => {
    try {
      return document.toJS();
    } catch (error) {
      // An alias of nothing, or of ever more.
      if (!(error instanceof ReferenceError)) throw error;
      return fail(0, error.message);
    }
  };
  const parsed = schema.safeParse(written());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(offsetOf(issue?.path ?? []), `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { reproducer: _, steps, ...rest } = parsed.data;
  return {
    ...rest,
    steps: steps.map((line, i) => {
      try {
        return parseStep(line);
      } catch (error) {
        if (!(error instanceof StepSyntaxError)) throw error;
        return fail(offsetOf(['steps', i]), error.message);
      }
    }),
  };
}
