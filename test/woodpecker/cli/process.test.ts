import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { processesNaming } from '../../support/processes.js';

const here = dirname(fileURLToPath(import.meta.url));
const flock = join(here, '../../../bin/flock.js');
const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));
let marks = 0;

/** Waits for what has no event: another process's beginning or end. Seen once is seen: a process that replaces itself has no command line for a moment. */
const until = (holds: () => boolean): Promise<void> => vi.waitUntil(holds, { timeout: 30_000, interval: 10 }).then();

function start(...args: string[]) {
  const child = spawn(process.execPath, [flock, 'hunt', ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  started.push(child);
  const lines: string[] = [];
  const out = createInterface({ input: child.stdout });
  out.on('line', (line) => lines.push(line));
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return { child, lines, said, exited };
}

const lastLines = (out: string) =>
  readFileSync(join(out, 'walk.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A real `flock hunt`, in a step that started processes, which only their mark tells from others, and never ends. */
async function hanging() {
  const mark = `${process.pid}.${++marks}3`;
  const out = join(folder, mark);
  const suite = join(folder, `${mark}.yaml`);
  writeFileSync(
    suite,
    `suite: hanging
resources: { box: { states: [open] } }
tear_down: touch "${out}/torn-down"
actions:
  make: { makes: [box], run: 'true' }
  hang: { takes: [box], timeout: 10m, run: 'sleep ${mark} & setsid sleep ${mark} & (setsid sh -c "sleep ${mark}; true" &); sleep ${mark}' }
patterns:
  hang: [make -> box#1, hang box#1]
`,
  );
  const hunt = start(suite, '--out', out, '--pattern', 'hang');
  await until(() => processesNaming(mark).length >= 5);
  return { ...hunt, mark, out };
}

describe('a hunt that is killed in the middle of a step', () => {
  it('has that step in its log, and leaves no process behind', async () => {
    const { child, exited, mark, out } = await hanging();
    child.kill('SIGKILL');
    expect(await exited).toBe('SIGKILL');
    expect(lastLines(out).at(-1)).toMatchObject({ step: 1, do: 'hang box#1' });
    await until(() => processesNaming(mark).length === 0);
  });
});

describe('Ctrl-C', () => {
  it('gives up the step after a while, tears down, reports, and leaves no process behind', async () => {
    const { child, exited, lines, mark, out } = await hanging();
    child.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(lines.join('\n')).toMatch(/no finding: stopped, 1 walk/);
    expect(readdirSync(out)).toContain('torn-down');
    expect(processesNaming(mark)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('is no different from %s', async (signal) => {
    const { child, exited, mark, out } = await hanging();
    child.kill(signal);
    expect(await exited).toBe(0);
    expect(readdirSync(out)).toContain('torn-down');
    expect(processesNaming(mark)).toEqual([]);
  });

  it('ends everything at once the second time', async () => {
    const { child, exited, said, mark } = await hanging();
    child.kill('SIGINT');
    await until(() => said.some((line) => line.includes('Ctrl-C again')));
    child.kill('SIGINT');
    expect(await exited).toBe(130);
    await until(() => processesNaming(mark).length === 0);
  });

  it('reports the finding that was made before it, with exit code 1', async () => {
    const { child, exited, lines } = start(
      join(here, 'lamps'),
      '--bug',
      'burns_out',
      '--minutes',
      '5',
      '--out',
      join(folder, 'found'),
    );
    await until(() => lines.some((line) => line.includes('FINDING')));
    child.kill('SIGINT');
    expect(await exited).toBe(1);
    expect(lines.join('\n')).toMatch(/1 finding: stopped/);
  });
});

describe('a hunt whose output nobody reads any more', () => {
  it('tears down, and does not pass for a finding', async () => {
    const out = join(folder, 'unread');
    const { child, exited, lines } = start(join(here, 'lamps'), '--json', '--minutes', '5', '--out', out);
    await until(() => lines.some((line) => line.includes('"walked"')));
    child.stdout?.destroy();
    expect(await exited).toBe(0);
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toMatchObject({ ended: 'stopped' });
  });
});
