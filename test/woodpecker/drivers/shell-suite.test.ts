import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.js';
import { packageRoot } from '../../../src/platform/paths.js';
import { createSuiteSystem } from '../../../src/woodpecker/drivers/suite-system.js';
import { runWalk, traceSource } from '../../../src/woodpecker/run/run.js';
import { parseStep } from '../../../src/woodpecker/step-text.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { processesNaming } from '../../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const mark = `${process.pid}.31`;

/** A suite of one resource in files: every command is as given, or right. */
function files(commands: Record<string, string> = {}, more = '') {
  const run = (name: string, right: string) => JSON.stringify(commands[name] ?? right);
  return parseSuite(
    `
suite: files
environment: { pass: [LANG], set: { ROOT: root } }
set_up: ${run('set_up', 'mkdir "$ROOT"')}
tear_down: ${run('tear_down', 'rm -rf "$ROOT"')}
resources:
  file:
    states: [there]
    observe: ${run('observe', 'test -e "$ROOT/$id" && echo there || echo gone')}
    list: ${run('list', 'ls "$ROOT"')}
actions:
  write:
    makes: [file]
    params: { text: { text: { kind: hostile } } }
    timeout: 400ms
    run: ${run('write', 'printf %s "$text" > "$ROOT/$file"')}
  remove: { takes: { file: there }, leaves: { file: gone }, refuses: [gone], run: ${run('remove', 'rm "$ROOT/$file" || exit 65')} }
${more}`,
    { file: 'files' },
  );
}

async function walk(suite: ReturnType<typeof files>, ...lines: string[]) {
  const system = createSuiteSystem(suite, { folder, packageRoot, caller: process.env });
  return runWalk(
    system,
    { suite, source: traceSource(suite, lines.map(parseStep)), start: { seed: 7, bugs: ['b'], ref: 'v1' } },
    { clock: systemClock },
  );
}

const running = () => processesNaming(mark);

const write = 'write text="plain" -> file#1';

describe('a suite of shell commands', () => {
  it('calls nothing a leak where nothing tears down, for it goes with the folder of the walk', async () => {
    const { tearDown: _, ...suite } = files();
    expect(await walk(suite, write)).toMatchObject({ outcome: 'pass', failure: undefined });
  });

  it('takes auto alone and among other refusals', () => {
    const refusalsOf = (refuses: string) =>
      files({}, `  copy: { takes: { file: there }, refuses: ${refuses}, run: 'true' }`).actions.find(
        ({ name }) => name === 'copy',
      )?.refuses;
    expect(refusalsOf('auto')).toEqual({ state: true, gone: true, when: false, args: [] });
    expect(refusalsOf('[auto, when]')).toEqual({ state: true, gone: true, when: true, args: [] });
  });

  it('passes over a system that is right, use after delete and all', async () => {
    const result = await walk(files(), write, 'write text="b" -> file#2', 'remove file#1', '!remove file#1');
    expect(result).toMatchObject({ outcome: 'pass', error: undefined, stepsRun: 4 });
    expect(result.tally.states).toBe(1 + 2 + 2 + 2 + 2);
  });

  it('hands values over as they are, whatever the shell could make of them', async () => {
    const hostile = `$(touch "$ROOT/evil") ; rm -rf * ' " \` \\n é 你好 %s & | > x`;
    const suite = files({ tear_down: 'test "$(cat "$ROOT/file-1")" = "$WANTED"; rm -rf "$ROOT"' });
    const wanted = { ...suite, environment: { ...suite.environment, set: { ROOT: 'root', WANTED: hostile } } };
    expect(await walk(wanted, `write text=${JSON.stringify(hostile)} -> file#1`)).toMatchObject({ outcome: 'pass' });
  });

  it.each([
    ['lines', 'echo working; echo file=real-1; echo size=3; : > "$ROOT/real-1"'],
    ['JSON', `echo '{"file": "real-1", "size": 3}'; : > "$ROOT/real-1"`],
  ])('learns the id that the system gave, from %s', async (_form, command) => {
    expect(await walk(files({ write: command }), write, 'remove file#1')).toMatchObject({ outcome: 'pass' });
  });

  it.each([
    [
      'refuses',
      'echo "quota exceeded" >&2; exit 65',
      { outcome: 'fail', failure: { kind: 'action', message: 'quota exceeded' } },
    ],
    ['says so', 'echo refused=quota', { outcome: 'fail', failure: { kind: 'action', message: 'quota' } }],
    ['fails', 'echo boom >&2; exit 1', { outcome: 'fail', failure: { kind: 'action', message: 'boom' } }],
    ['crashes', 'kill -SEGV $$', { outcome: 'fail', failure: { kind: 'action' } }],
    ['lies', 'true', { outcome: 'fail', failure: { kind: 'state', message: 'file#1 is gone, and must be there' } }],
    ['makes too much', ': > "$ROOT/$file"; : > "$ROOT/other"', { outcome: 'fail', failure: { kind: 'foreign' } }],
    ['hangs', `sleep ${mark}`, { outcome: 'timeout', failure: { kind: 'timeout' } }],
    [
      'hangs with children',
      `(sleep ${mark}; true) & setsid sleep ${mark}`,
      { outcome: 'timeout', failure: { kind: 'timeout' } },
    ],
    ['uses a variable that is not there', 'echo "$nonsense"', { outcome: 'fail', failure: { kind: 'action' } }],
    ['is not installed', '/no/such/tool', { outcome: 'error' }],
    ['says that the test is broken', 'echo "disk full" >&2; exit 75', { outcome: 'error' }],
    ['floods', 'yes', { outcome: 'error' }],
  ])('tells what it means when a command %s', async (_how, command, expected) => {
    expect(await walk(files({ write: command }), write)).toMatchObject(expected);
    expect(running()).toEqual([]);
  });

  it.each([
    ['set_up', 'exit 1'],
    ['tear_down', 'exit 1'],
    ['observe', 'exit 1'],
    ['observe', 'true'],
    ['observe', 'if'],
  ])('is an error of the test when %s is `%s`', async (stage, command) => {
    expect(await walk(files({ [stage]: command }), write)).toMatchObject({ outcome: 'error' });
  });

  it.each([
    [
      'printed more than a state',
      { observe: 'echo there; echo gone' },
      /observe of file#1 printed more than a state: "there\\ngone"/,
    ],
    ['printed an empty id', { write: ': > "$ROOT/$file"; echo file=' }, /write answered with an empty id for "file"/],
    [
      'removed the folder of the walk',
      { observe: 'rm -rf "$FLOCK_DIR"; echo there' },
      /could not start .* the folder .* is gone/,
    ],
  ])('is an error of the test, never a finding, when a command %s', async (_, commands, message) => {
    const result = await walk(files(commands), write, 'write text="more" -> file#2');
    expect(result).toMatchObject({ outcome: 'error', failure: undefined, error: expect.stringMatching(message) });
  });

  it('offers a step that must be refused the ids of what it would make', async () => {
    const copy = (run: string) =>
      files({}, `  copy: { takes: [file], makes: { twin: file }, refuses: [gone], run: ${JSON.stringify(run)} }`);
    const steps = [write, 'remove file#1', '!copy file#1', write.replace('#1', '#2'), 'copy file#2 -> twin=file#3'];
    const right = await walk(copy('cp "$ROOT/$file" "$ROOT/$twin" || exit 65'), ...steps);
    expect(right).toMatchObject({ outcome: 'pass', stepsRun: 5, error: undefined });
    const careless = await walk(copy(': > "$ROOT/$twin"'), ...steps);
    expect(careless.failure).toMatchObject({ kind: 'accepted', message: 'copy was not refused', at: 2 });
  });

  it('finds what tear_down leaves behind', async () => {
    const result = await walk(files({ tear_down: 'true' }), write);
    expect(result).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'leak', message: expect.stringContaining('file-1') },
    });
  });

  it('may leave a daemon running from step to step, but not after the walk', async () => {
    const daemon = `sleep ${mark} & printf x > "$ROOT/$file"`;
    const check = `pgrep -f 'sleep ${mark}' > /dev/null`;
    const suite = files({ write: daemon }, `checks: { alive: { run: ${JSON.stringify(check)} } }`);
    expect(await walk(suite, write, 'remove file#1')).toMatchObject({ outcome: 'pass' });
    expect(running()).toEqual([]);
  });

  it('runs checks as commands, with the ids of what they are about', async () => {
    const check = 'test "$ids" = "$(ls "$ROOT")" || { echo "ids are $ids"; exit 1; }';
    const suite = files({}, `checks: { all: { of: file, run: ${JSON.stringify(check)} } }`);
    expect(await walk(suite, write, 'write text="" -> file#2')).toMatchObject({ outcome: 'pass' });
    const wrong = files({}, `checks: { all: { of: file, run: 'echo "no, $FLOCK_BUGS $FLOCK_REF"; exit 1' } }`);
    expect((await walk(wrong, write)).failure).toMatchObject({ kind: 'check', check: 'all', message: 'no, b v1' });
  });
});

describe('the example suite', () => {
  it('passes its own pattern', async () => {
    const example = join(packageRoot, 'data/suites/example');
    const suite = parseSuite(readFileSync(join(example, 'suite.yaml'), 'utf8'));
    const system = createSuiteSystem(suite, { folder: example, packageRoot, caller: process.env });
    const steps = suite.patterns[0]?.steps ?? [];
    const plan = { suite, source: traceSource(suite, steps), start: { seed: 1, bugs: [] } };
    expect(await runWalk(system, plan, { clock: systemClock })).toMatchObject({
      outcome: 'pass',
      error: undefined,
      stepsRun: steps.length,
    });
  });
});
