/** The policy as the lender writes it: read with line numbers, and changed without losing a comment of theirs. */
import { isMap, isNode, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { type Policy, policySchema } from './policy.js';

/** The policy cannot be used: which line, and what was wanted. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

const HEAD = `# Your terms for this machine. Flock reads them before each job; nobody else can change them.
#
# hours        when it may work, in your zone: [22:00-08:00, 12:00-13:00]; [] is always
# cores        jobs at a time; what they start is kept to as many cores
# memory_mb    what all jobs may take together, of memory; one that takes more is ended
# disk_mb      the same, of the disk
# max_minutes  the longest job that is taken
# suites       what may run here, pinned by digest: \`flock worker accept NAME\` adds one
# tier         bubblewrap: jobs see the system's programs and themselves, nothing of yours, and no network
#              in-process: jobs run with your own rights, and with your network; for suites that you trust
# network      bubblewrap: none, or where jobs may go, as [github.com, "*.debian.org:443"]; never into a private network
`;

export const writtenPolicy = (policy: Policy): string => HEAD + stringify(policy);

/** Throws PolicyError with every wrong line. */
export function readPolicy(text: string, file: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0)
    throw new PolicyError(document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`).join('\n'));

  function place(path: readonly PropertyKey[]): string {
    for (let end = path.length; end > 0; end--) {
      const node = document.getIn(path.slice(0, end), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return file;
  }

  let source: unknown;
  try {
    source = document.toJS({ maxAliasCount: 10 }) ?? {};
  } catch (error) {
    throw new PolicyError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = policySchema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new PolicyError(parsed.error.issues.flatMap(complaints).join('\n'));

  function complaints(issue: z.core.$ZodIssue): string[] {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(policySchema.shape).join(', ');
      return issue.keys.map((key) => `${place([...issue.path, key])}: there is no ${key}; there are ${known}`);
    }
    const name = issue.path.map(String).join('.');
    return [`${place(issue.path)}: ${name === '' ? '' : `${name}: `}${issue.message}`];
  }
}

/** The same text with further suites accepted. Throws PolicyError where it cannot be read. */
export function withSuites(text: string, file: string, more: Policy['suites']): string {
  readPolicy(text, file);
  // A file of comments alone has nothing yet that could be added to.
  const document = parseDocument(parseDocument(text).contents === null ? `${text}\n{}` : text);
  if (isMap(document.contents)) document.contents.flow = false;
  const suites = document.get('suites');
  if (!isSeq(suites)) document.set('suites', document.createNode(more));
  else {
    suites.flow = false;
    for (const suite of more) suites.add(document.createNode(suite));
  }
  return document.toString();
}
