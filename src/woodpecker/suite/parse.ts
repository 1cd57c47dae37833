/** `suite.yaml` → Suite, or every problem in it with file, line, column and a hint. */
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { parseReproducer, ReproducerError } from '../reproducer.js';
import { compileSuite } from './compile.js';
import { digestOf, type HashedFile } from './digest.js';
import { didYouMean } from './hints.js';
import { type PlacedProblem, type Problem, SuiteError } from './problem.js';
import { type SuiteSource, suiteSchema } from './schema.js';
import type { Pattern, Suite } from './suite.js';

export interface ParseOptions {
  /** For messages. */
  readonly file?: string;
  /** Files that belong to the suite (its driver, scripts, reproducers): they are part of its digest. */
  readonly files?: readonly HashedFile[];
}

/** Throws SuiteError with all problems at once. */
export function parseSuite(text: string, options: ParseOptions = {}): Suite {
  const { source, place } = read(text, options.file ?? 'suite.yaml');
  const problems: Problem[] = [];
  const files = options.files ?? [];
  const reproducers = readReproducers(files, source.suite, problems);
  const suite = compileSuite(source, digestOf(source, files), reproducers, problems);
  if (problems.length > 0) throw new SuiteError(options.file ?? 'suite.yaml', problems.map(place));
  return suite;
}

/** What the suite keeps in `reproducers/`, by file name: in the same order wherever it is read. */
function readReproducers(files: readonly HashedFile[], suite: string, problems: Problem[]): Pattern[] {
  const kept = files.filter(({ text }) => text !== undefined).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return kept.flatMap(({ path, text = '' }) => {
    try {
      const reproducer = parseReproducer(text, path);
      if (reproducer.suite === suite) return [{ name: path, steps: reproducer.steps }];
      problems.push({ message: `${path} is of the suite ${reproducer.suite}`, path: ['suite'] });
    } catch (error) {
      if (!(error instanceof ReproducerError)) throw error;
      problems.push({ message: error.message, path: ['suite'] });
    }
    return [];
  });
}

/** The written form alone, checked for its shape. Throws SuiteError. */
export function parseSource(text: string, file = 'suite.yaml'): SuiteSource {
  return read(text, file).source;
}

/** Finds where a key path stands in a suite's text: for lint. */
export function placer(text: string): (problem: Problem) => PlacedProblem {
  const lines = new LineCounter();
  return placeIn(parseDocument(text, { lineCounter: lines }), lines, text);
}

function read(text: string, file: string): { source: SuiteSource; place: (problem: Problem) => PlacedProblem } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const place = placeIn(document, lines, text);
  if (document.errors.length > 0) {
    const problems = document.errors.map((e) => {
      const { line, col } = lines.linePos(e.pos[0]);
      // The words of a program that would read several.
      const message = e.code === 'MULTIPLE_DOCS' ? 'a suite is one document, and another begins here' : e.message;
      return { message, path: [], line, column: col };
    });
    throw new SuiteError(file, problems);
  }
  const written = plain(document, file, lines);
  const parsed = suiteSchema.safeParse(written);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((i) => explain(i, [])).map((problem) => quoted(problem, written));
    throw new SuiteError(file, problems.map(place));
  }
  return { source: parsed.data, place };
}

/** What was written, aliases followed; those that lead nowhere, or multiply without end, are a mistake like any other. */
function plain(document: Document, file: string, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    let at = 0;
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document)) return undefined;
        at = alias.range?.[0] ?? 0;
        return visit.BREAK;
      },
    });
    const { line, col } = lines.linePos(at);
    throw new SuiteError(file, [{ message: error.message, path: [], line, column: col }]);
  }
}

/** `run: true` is the shell's command to whoever wrote it, and a yes to YAML; so is a variable's `1` a number. */
function quoted(problem: Problem, written: unknown): Problem {
  if (problem.hint !== undefined || !problem.message.startsWith('wanted a text')) return problem;
  let value: unknown = written;
  for (const key of problem.path)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[String(key)] : undefined;
  const meant = typeof value === 'boolean' || (typeof value === 'number' && problem.path[0] === 'environment');
  return meant ? { ...problem, hint: `put it in quotes: "${String(value)}"` } : problem;
}

function placeIn(document: Document, lines: LineCounter, text: string): (problem: Problem) => PlacedProblem {
  return (problem) => {
    const offset = offsetOf(document, problem, text);
    const { line, col } = lines.linePos(offset);
    return { ...problem, line, column: col };
  };
}

/** The place of a node, of its key, or of the nearest thing around it that was written. */
function offsetOf(document: Document, problem: Problem, text: string): number {
  let node: unknown = document.contents;
  let start = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  problem.path.forEach((step, i) => {
    if (!isCollection(node)) return;
    const last = i === problem.path.length - 1;
    const pair = isMap(node)
      ? node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(step))
      : undefined;
    const key = pair && isNode(pair.key) ? pair.key : undefined;
    node = node.get(step, true);
    const child: Node | undefined = last && problem.key ? key : isNode(node) ? node : key;
    start = child?.range?.[0] ?? start;
  });
  if (problem.offset === undefined || !isScalar(node) || !node.range) return start;
  const written = text.slice(node.range[0], node.range[1]);
  const quote = written.startsWith('"') || written.startsWith("'") ? 1 : 0;
  return written.includes('\n') ? start : start + quote + problem.offset;
}

type Issue = z.core.$ZodIssue;

/** A zod issue in a suite author's words; of a union's branches, the one that came furthest. */
function explain(issue: Issue, above: readonly (string | number)[]): Problem[] {
  const path = [...above, ...issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p))];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(path);
    return issue.keys.map((key) => ({
      message: `there is no "${key}" here`,
      path: [...path, key],
      key: true,
      hint: didYouMean(key, known),
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ message: issue.issues[0]?.message ?? 'not a name', path, key: true }];
  }
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((errors) => errors.flatMap((e) => explain(e, path)));
    const depth = (problems: Problem[]): number => Math.max(0, ...problems.map((p) => p.path.length));
    const best = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
    if (best && depth(best) > path.length) return best;
    const wanted = [
      ...new Set(branches.flat().map((p) => p.message.replace(/^wanted /, '').replace(/, found .*$/, ''))),
    ];
    return [{ message: `wanted ${wanted.join('; or ')}`, path }];
  }
  if (issue.code === 'invalid_type') {
    const missing = issue.input === undefined && /received undefined$/.test(issue.message);
    if (missing) return [{ message: `"${String(path.at(-1))}" is missing`, path }];
    return [
      {
        message: `wanted ${KINDS[issue.expected] ?? issue.expected}, found ${issue.message.split('received ')[1] ?? 'something else'}`,
        path,
      },
    ];
  }
  if (issue.code === 'invalid_value') return [{ message: `wanted ${issue.values.join(', ')}`, path }];
  return [{ message: issue.message, path }];
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
  tuple: 'two values',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
};

/** Keys that the schema knows at a path, over all branches of its unions. */
function keysAt(path: readonly (string | number)[]): string[] {
  let here: z.core.$ZodType[] = [suiteSchema];
  for (const step of path) here = here.flatMap(flat).flatMap((schema) => inside(schema, step));
  return [...new Set(here.flatMap(flat).flatMap((schema) => Object.keys(shapeOf(schema) ?? {})))];
}

const shapeOf = (schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined => {
  const def = schema._zod.def as z.core.$ZodObjectDef;
  return def.type === 'object' ? def.shape : undefined;
};

function flat(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = schema._zod.def;
  if (def.type === 'optional') return flat((def as z.core.$ZodOptionalDef).innerType);
  if (def.type === 'union') return (def as z.core.$ZodUnionDef).options.flatMap(flat);
  return [schema];
}

function inside(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
  const def = schema._zod.def;
  if (def.type === 'record') return [(def as z.core.$ZodRecordDef).valueType];
  if (def.type === 'array') return [(def as z.core.$ZodArrayDef).element];
  const child = shapeOf(schema)?.[String(step)];
  return child ? [child] : [];
}
