/** A suite whose only action runs a script that looks around, and says what it saw as the message of a failure. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot } from '../../src/platform/paths.js';
import { openSuite, type SuiteFolder } from '../../src/woodpecker/drivers/suite-folder.js';
import { createPerformer } from '../../src/worker/perform.js';
import { type Policy, policySchema } from '../../src/worker/policy.js';

/** `script`: shell; what it prints on its last lines is what `lookAround` resolves to. */
export function spySuite(under: string, script: string, pass: readonly string[] = []): SuiteFolder {
  const folder = join(mkdtempSync(join(under, 'spy-')), 'suite');
  mkdirSync(folder);
  const run = `${script}\nexit 1`;
  const suite = {
    suite: 'spy',
    about: 'Looks around.',
    environment: { pass },
    resources: { place: { states: ['there'], limit: 1 } },
    actions: { look: { makes: ['place'], run, timeout: '60s' } },
  };
  writeFileSync(join(folder, 'suite.yaml'), stringify(suite));
  return openSuite(folder);
}

export interface Looked {
  /** What the script said. */
  readonly said: string | undefined;
  /** Why the test itself broke. */
  readonly error: string | undefined;
  /** Where it wanted to go and was not let. */
  readonly refused: readonly string[];
}

/** Runs the suite's script once, as a job on a machine with these terms. Rejects with what ended the job. */
export async function lookAround(
  spy: SuiteFolder,
  terms: Partial<Policy>,
  caller: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Looked> {
  const refused: string[] = [];
  const { digest } = spy.suite;
  const { perform, close } = createPerformer({
    suites: { get: async () => spy },
    packageRoot,
    clock: systemClock,
    caller,
    onRefused: (place) => refused.push(place),
  });
  const performed = await perform(
    { kind: 'replay', digest, trace: ['look -> place#1'], seed: 1, runs: 1, bugs: [] },
    {
      policy: policySchema.parse({ suites: [{ name: 'spy', digest }], ...terms }),
      signal: new AbortController().signal,
      progress: () => undefined,
    },
  ).finally(close);
  return { said: performed?.sightings[0]?.failure.message, error: performed?.error, refused };
}
