/** The worker's own folder: its key, where it is enrolled, the lender's policy, what it does, a log of all that ever ran. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type Policy, policySchema } from './policy.js';

const enrolledSchema = z.object({
  url: z.url(),
  /** `<guild>.<machine>`. */
  machine: z.string(),
  alias: z.string(),
});
export type Enrolled = z.infer<typeof enrolledSchema>;

/** What a running worker last said about itself, for `flock worker status`. */
const stateSchema = z.object({
  pid: z.int(),
  since: z.number(),
  at: z.number(),
  /** Why it takes no job; absent while it does. */
  idle: z.string().optional(),
  jobs: z.array(
    z.object({
      lease: z.string(),
      attempt: z.int(),
      epoch: z.int(),
      what: z.string(),
      since: z.number(),
      steps: z.int(),
    }),
  ),
  done: z.int(),
  notices: z.array(z.string()),
});
export type WorkerState = z.infer<typeof stateSchema>;

/** The policy cannot be used: which line, and what was wanted. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

const POLICY_HEAD = `# Your terms for this machine. Flock reads them before each job; nobody else can change them.
# hours: [22:00-08:00]   when it may work, in your zone; empty: always
# tier: bubblewrap       runs jobs in a sandbox; needs Debian's package bubblewrap
`;

export type WorkerHome = ReturnType<typeof openWorkerHome>;

/** Makes the folder, readable by its owner alone, where there is none. */
export function openWorkerHome(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(folder, name);

  function write(name: string, text: string): void {
    const draft = path(`.${name}.${process.pid}`);
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path(name));
  }

  return {
    folder,
    cache: path('suites'),
    logFile: path('ran.jsonl'),
    policyFile: path('policy.yaml'),

    /** The machine's key, made when there is none. Its private half never leaves the folder. */
    key(): { readonly privateKey: KeyObject; readonly publicKey: string } {
      if (!existsSync(path('key.pem'))) {
        const { privateKey } = generateKeyPairSync('ed25519');
        write('key.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
      }
      const privateKey = createPrivateKey(readFileSync(path('key.pem')));
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      return { privateKey, publicKey: spki.toString('base64') };
    },

    enrolled(): Enrolled | undefined {
      return existsSync(path('machine.json'))
        ? enrolledSchema.parse(JSON.parse(readFileSync(path('machine.json'), 'utf8')))
        : undefined;
    },
    setEnrolled: (enrolled: Enrolled): void => write('machine.json', `${JSON.stringify(enrolled, null, 2)}\n`),
    /** Forgets where it was enrolled, and its key. The policy and the log stay. */
    leave(): void {
      for (const name of ['machine.json', 'key.pem', 'state.json', 'paused']) rmSync(path(name), { force: true });
    },

    /** Throws PolicyError. */
    policy(): Policy {
      const file = path('policy.yaml');
      if (!existsSync(file)) write('policy.yaml', POLICY_HEAD + stringify(policySchema.parse({})));
      let source: unknown;
      try {
        source = parse(readFileSync(file, 'utf8')) ?? {};
      } catch (error) {
        throw new PolicyError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      }
      const parsed = policySchema.safeParse(source);
      if (parsed.success) return parsed.data;
      throw new PolicyError(`${file}:\n${z.prettifyError(parsed.error)}`);
    },
    setPolicy: (policy: Policy): void => write('policy.yaml', POLICY_HEAD + stringify(policy)),

    paused: (): boolean => existsSync(path('paused')),
    setPaused(paused: boolean): void {
      if (paused) write('paused', '');
      else rmSync(path('paused'), { force: true });
    },

    /** Undefined where nothing was said yet, or what is there cannot be read. */
    state(): WorkerState | undefined {
      try {
        return stateSchema.parse(JSON.parse(readFileSync(path('state.json'), 'utf8')));
      } catch {
        return undefined;
      }
    },
    setState: (state: WorkerState): void => write('state.json', JSON.stringify(state)),
  };
}
