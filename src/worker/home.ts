/** The worker's own folder: its key, where it is enrolled, the lender's policy, what it does, a log of all that ever ran. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../platform/make-folder.js';
import { type Policy, policySchema } from './policy.js';
import { readPolicy, withSuites, writtenPolicy } from './policy-file.js';

const enrolledSchema = z.object({
  url: z.url(),
  /** `<guild>.<machine>`. */
  machine: z.string(),
  alias: z.string(),
});
export type Enrolled = z.infer<typeof enrolledSchema>;

const jobSchema = z.object({
  lease: z.string(),
  attempt: z.int(),
  epoch: z.int(),
  what: z.string(),
  since: z.number(),
  steps: z.int(),
});

/** What a running worker last said about itself, for `flock worker status`. */
const stateSchema = z.object({
  pid: z.int(),
  since: z.number(),
  at: z.number(),
  /** Why it takes no job; absent while it does. */
  idle: z.string().optional(),
  jobs: z.array(jobSchema),
  /** Jobs of a worker that was killed, of which the coordinator does not know that. */
  untold: z.array(jobSchema).optional(),
  done: z.int(),
  /** Why it ended, and will not be started again by itself. */
  ended: z.string().optional(),
  notices: z.array(z.string()),
});
export type WorkerState = z.infer<typeof stateSchema>;

/** A file of the worker's own cannot be read any more: which, and what to do. */
export class HomeError extends Error {
  override readonly name = 'HomeError';
}

const ANEW = 'flock worker leave, then /machine lend in Discord gives a new line to paste';

export type WorkerHome = ReturnType<typeof openWorkerHome>;

/** Makes the folder, readable by its owner alone, where there is none. */
export function openWorkerHome(folder: string) {
  makeFolder(folder, 0o700);
  const path = (name: string): string => join(folder, name);

  function write(name: string, text: string): void {
    const draft = path(`.${name}.${process.pid}`);
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path(name));
  }

  /** Writes what is not there yet: of two who do it at once the first is right, and the other goes by that. */
  function writeOnce(name: string, text: string): void {
    const draft = path(`.${name}.${process.pid}`);
    writeFileSync(draft, text, { mode: 0o600 });
    try {
      linkSync(draft, path(name));
    } catch {
      // Not every disk can have two names for a file.
      if (!existsSync(path(name))) renameSync(draft, path(name));
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Throws HomeError where `reader` cannot make anything of it. */
  function read<T>(name: string, reader: (text: string) => T): T {
    const text = readFileSync(path(name), 'utf8');
    try {
      return reader(text);
    } catch {
      throw new HomeError(`${path(name)} is damaged. ${ANEW}.`);
    }
  }

  /** What was read last: it is looked at every few seconds, and seldom changes. */
  let known: { readonly text: string; readonly policy: Policy } | undefined;

  function policyText(): string {
    if (!existsSync(path('policy.yaml'))) write('policy.yaml', writtenPolicy(policySchema.parse({})));
    return readFileSync(path('policy.yaml'), 'utf8');
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
        writeOnce('key.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
      }
      const privateKey = read('key.pem', createPrivateKey);
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      return { privateKey, publicKey: spki.toString('base64') };
    },

    enrolled(): Enrolled | undefined {
      if (!existsSync(path('machine.json'))) return undefined;
      return read('machine.json', (text) => enrolledSchema.parse(JSON.parse(text)));
    },
    setEnrolled: (enrolled: Enrolled): void => write('machine.json', `${JSON.stringify(enrolled, null, 2)}\n`),
    /** Forgets where it was enrolled, and its key. The policy and the log stay. */
    leave(): void {
      for (const name of ['machine.json', 'key.pem', 'state.json', 'paused']) rmSync(path(name), { force: true });
    },

    /** Throws PolicyError. */
    policy(): Policy {
      const text = policyText();
      if (known?.text !== text) known = { text, policy: readPolicy(text, path('policy.yaml')) };
      return known.policy;
    },
    hasPolicy: (): boolean => existsSync(path('policy.yaml')),
    setPolicy: (policy: Policy): void => write('policy.yaml', writtenPolicy(policy)),
    /** Adds to what may run here; whatever else the lender wrote stays as it is. Throws PolicyError. */
    acceptSuites: (more: Policy['suites']): void =>
      write('policy.yaml', withSuites(policyText(), path('policy.yaml'), more)),

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
