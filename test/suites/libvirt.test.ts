import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLibvirt } from '../../data/suites/libvirt/libvirt.js';
import { openVirsh } from '../../data/suites/libvirt/virsh.js';
import { troubleIn } from '../../data/suites/libvirt/words.js';
import { systemClock } from '../../src/platform/clock.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { parseReproducer } from '../../src/woodpecker/reproducer.js';
import { runWalk, traceSource, type WalkResult } from '../../src/woodpecker/run/run.js';
import type { Step, System } from '../../src/woodpecker/types.js';
import { huntIn } from '../support/hunting.js';
import { servedSystem } from '../support/served-system.js';

const { suite } = openSuite(shipped('suites', 'libvirt'));
const version = spawnSync('virsh', ['--version'], { encoding: 'utf8' }).stdout?.trim();

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'flock-libvirt-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** libvirt in this process, each walk in a folder of its own. */
const open = (): System =>
  servedSystem(createLibvirt({ uri: 'test:///default', log: () => undefined }), mkdtempSync(join(root, 'walk-')));

const walked = async (steps: readonly Step[]): Promise<WalkResult> =>
  runWalk(open(), { suite, source: traceSource(suite, steps), start: { seed: 1, bugs: [] } }, { clock: systemClock });

describe('the words of virsh', () => {
  it.each([
    ['error: Failed to start x\nerror: Requested operation is not valid: domain is running', 'refused'],
    ["error: failed to get domain 'x'", 'refused'],
    ["error: failed to get vol 'x'\nerror: Storage volume not found: no storage vol with matching path 'x'", 'refused'],
    ["error: Failed to suspend domain 'x'\nerror: internal error: domain 'x' not running", 'refused'],
    ['error: Failed to do it\nerror: internal error: nobody knows', 'failed'],
    ['error: Failed to do it\nerror: operation failed: nobody knows', 'failed'],
    ['error: failed to connect to the hypervisor\nerror: no connection driver available', 'broken'],
    ["error: unknown command: 'x'", 'broken'],
  ])('%j are %s', (output, kind) => {
    expect(troubleIn(output)?.kind).toBe(kind);
  });

  it('are those of a failure where the code of an error is what is asked', () => {
    const output = "error: Failed to suspend domain 'x'\nerror: internal error: domain 'x' not running";
    expect(troubleIn(output, true)?.kind).toBe('failed');
  });

  it('are none where a command succeeded', () => {
    expect(troubleIn(' 1   test   running\n')).toBeUndefined();
  });
});

describe.skipIf(!version)('the suite for libvirt, on the test driver', () => {
  it('tells the answers of one virsh apart, however they look', async () => {
    const virsh = openVirsh('test:///default');
    const long = 'a'.repeat(3_000);
    const answers = await virsh.ask(['domstate test', 'nosuch', `echo ${long}`, 'list --all --name', ''], 20_000);
    virsh.end();
    expect(answers.map((answer) => answer.trim())).toEqual([
      'running',
      "error: unknown command: 'nosuch'",
      long,
      'test',
      '',
    ]);
  });

  it('says so where there is no such hypervisor', async () => {
    const system = servedSystem(createLibvirt({ uri: 'nosuch:///default', log: () => undefined }));
    await expect(system.start({ seed: 1, bugs: [] })).rejects.toMatchObject({ name: 'HarnessError' });
  });

  it('finds nothing in a few hundred steps', async () => {
    const report = await huntIn(suite, open, { steps: 300, seed: 5 });
    expect(report.list.map(({ failure }) => `${failure.action}: ${failure.message}`)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'pass', errors: 0, steps: 300 });
  }, 60_000);

  it
    .skipIf(version !== '9.0.0')
    .each(
      suite.patterns.filter(({ name }) => name.startsWith('suspected_')).map(({ name, steps }) => ({ name, steps })),
    )('shows $name by its last step', async ({ steps }) => {
    expect(await walked(steps)).toMatchObject({ outcome: 'fail', stepsRun: steps.length });
  });

  it('has a reproducer for each, which the suite takes as it is', async () => {
    const folder = join(packageRoot, 'docs', 'findings-libvirt');
    const files = readdirSync(folder).toSorted();
    const patterns = suite.patterns.map(({ name }) => name).filter((name) => name.startsWith('suspected_'));
    expect(files).toEqual(patterns.map((name) => `${name.replace('suspected_', '')}.yaml`).toSorted());
    for (const file of files) {
      const { steps, failure } = parseReproducer(readFileSync(join(folder, file), 'utf8'), file);
      const { failure: shown } = await walked(steps);
      if (version === '9.0.0') expect(shown?.signature).toBe(failure.signature);
    }
  });

  it.each(['findings-libvirt.md', 'findings-libvirt.zh-CN.md'])('tells of each in docs/%s', (name) => {
    const text = readFileSync(join(packageRoot, 'docs', name), 'utf8');
    for (const pattern of suite.patterns.filter((one) => one.name.startsWith('suspected_'))) {
      expect(text).toContain(pattern.name);
      expect(text).toContain(`findings-libvirt/${pattern.name.replace('suspected_', '')}.yaml`);
    }
  });
});
