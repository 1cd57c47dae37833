import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Command, driverLaunch } from '../../../src/woodpecker/drivers/command.js';
import {
  createDriverPool,
  createDriverSystem,
  DRIVER_DEFAULTS,
  type DriverOptions,
} from '../../../src/woodpecker/drivers/driver.js';
import {
  type BoundStep,
  HarnessError,
  StepTimeout,
  SystemFailed,
  SystemRefused,
} from '../../../src/woodpecker/types.js';
import { processesNaming } from '../../support/processes.js';

const here = dirname(fileURLToPath(import.meta.url));
const step: BoundStep = { index: 0, action: 'poke', takes: {}, makes: {}, args: {}, timeoutMs: 300 };
let marks = 0;

/** A driver, and a number of seconds that only its `sleep`s have on their command lines. */
function driver(run: Command, options: Partial<DriverOptions> = {}, folder = '/tmp') {
  const folders: string[] = [];
  const around = { suiteFolder: here, packageRoot: here, caller: process.env, pass: [], set: {} };
  const launch = (folder: string) => {
    folders.push(folder);
    return driverLaunch(run, around, folder);
  };
  const system = createDriverSystem(launch, folder, { ...DRIVER_DEFAULTS, graceMs: 500, ...options });
  systems.push(system);
  return { system, folders };
}

const systems: { kill(): void }[] = [];
afterEach(() => {
  for (const system of systems.splice(0)) system.kill();
});

const freshMark = () => `${process.pid}.${++marks}7`;

/** A process that was killed and waits to be reaped has no command line any more. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const start = { seed: 1, bugs: [] };

const script = (body: string) => [
  'node',
  '--input-type=module',
  '-e',
  `
  import { createInterface } from 'node:readline';
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    const reply = { jsonrpc: '2.0', id, result: {} };
    const error = (code, message) => { delete reply.result; reply.error = { code, message }; };
    ${body}
    console.log(JSON.stringify(reply));
  }`,
];

describe('a driver that breaks', () => {
  it.each([
    ['dies', /exited with code 3 instead of answering act/],
    ['kills itself', /ended by SIGKILL/],
    ['hangs', /did not answer act within 800 ms/],
    ['garbage', /not a JSON-RPC message: Starting the engines/],
    ['no UTF-8', /a line that is not UTF-8/],
    ['half a line', /did not answer act .* left a line of 21 bytes without an end/],
    ['half a line and dies', /exited with code 0 in the middle of a line/],
    ['a line without end', /a line of over 4194304 bytes/],
    ['endless notifications', /over 10000 notifications/],
    ['another id', /answered request 1\d\d\d, which is not open/],
    ['a wrong shape', /answer to act is wrong: ids/],
    ['yes and no at once', /not a JSON-RPC message/],
    ['an unknown error', /broke at act: internal/],
    ['says broken', /No space left on device/],
    ['closes its output', /closed its standard output/],
    ['forks children and dies', /exited with code 1/],
  ])('is an error of the test, with nothing left running, when it: %s', async (mode, reason) => {
    const mark = freshMark();
    const { system, folders } = driver(['node', 'misbehaving.mjs', mode, mark]);
    await system.start(start);
    await expect(system.act(step)).rejects.toThrow(reason);
    await expect(system.act(step)).rejects.toBeInstanceOf(HarnessError);
    system.kill();
    expect(processesNaming(mark)).toEqual([]);
    // An empty folder may be kept for the next walk.
    expect(folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))).toEqual([]);
  });

  it('is an error of the test when it closes its input', async () => {
    const mark = freshMark();
    const { system } = driver(['node', 'misbehaving.mjs', 'closes its input', mark]);
    await system.start(start);
    await expect(system.act(step)).rejects.toBeInstanceOf(HarnessError);
    await expect(system.observe([])).rejects.toBeInstanceOf(HarnessError);
    expect(processesNaming(mark)).toEqual([]);
  });

  it('says what it wrote to standard error last', async () => {
    const { system } = driver(`cat > /dev/null & echo 'no license file' >&2; read line; exit 4`);
    await expect(system.start(start)).rejects.toThrow(/exited with code 4 .*standard error ends: no license file/);
  });

  it('is an error of the test when it cannot be started', async () => {
    await expect(driver(['/no/such/program']).system.start(start)).rejects.toThrow(/could not start/);
    await expect(driver('exit 0').system.start(start)).rejects.toBeInstanceOf(HarnessError);
    await expect(driver('./missing.js').system.start(start)).rejects.toThrow(/npm run build/);
  });

  it('is an error of the test when it hangs at the end', async () => {
    const mark = freshMark();
    const { system } = driver(['node', 'misbehaving.mjs', 'hangs at stop', mark], { stopTimeoutMs: 200 });
    await system.start(start);
    await expect(system.stop([])).rejects.toThrow(/did not answer stop/);
    expect(processesNaming(mark)).toEqual([]);
  });

  it('is heard out when it answers twice, and broken off at the second answer', async () => {
    const { system } = driver(['node', 'misbehaving.mjs', 'an answer twice']);
    await system.start(start);
    expect(await system.act(step)).toEqual({});
    await expect(system.act(step)).rejects.toThrow(/which is not open/);
  });
});

describe('a driver that is merely noisy or untidy', () => {
  it('may flood its standard error', async () => {
    const { system } = driver(['node', 'misbehaving.mjs', 'floods its standard error']);
    await system.start(start);
    expect(await system.act({ ...step, timeoutMs: 10_000 })).toEqual({});
    expect(await system.stop([])).toEqual({ leaks: [] });
  });

  it.each(['forks children', 'forks for ever', 'stays'])('leaves nothing running after the end: %s', async (mode) => {
    const mark = freshMark();
    const { system } = driver(['node', 'misbehaving.mjs', mode, mark]);
    await system.start(start);
    if (mode !== 'stays') await system.act({ ...step, timeoutMs: 10_000 });
    if (mode === 'forks children') await vi.waitUntil(() => processesNaming(mark).length > 4, { timeout: 5000 });
    await system.stop([]);
    system.kill();
    expect(processesNaming(mark)).toEqual([]);
  });
});

describe('a driver', () => {
  it('has its errors told apart by their codes', async () => {
    const { system } = driver(script(`if (method === 'act') error(params.args.code, 'no');`));
    await system.start(start);
    const act = (code: number) => system.act({ ...step, timeoutMs: 5000, args: { code } });
    await expect(act(-32001)).rejects.toBeInstanceOf(SystemRefused);
    await expect(act(-32002)).rejects.toBeInstanceOf(SystemFailed);
    await expect(act(-32003)).rejects.toBeInstanceOf(StepTimeout);
    await expect(act(-32004)).rejects.toBeInstanceOf(HarnessError);
    await expect(act(-32601)).rejects.toBeInstanceOf(HarnessError);
    await expect(act(1)).rejects.toBeInstanceOf(HarnessError);
  });

  it('may leave out observe and stop, but not a check that the suite names', async () => {
    const { system } = driver(script(`if (method !== 'start') error(-32601, 'no such method');`));
    await system.start(start);
    expect(await system.observe([])).toEqual({ states: {} });
    await expect(system.check('quota', [], 1000)).rejects.toBeInstanceOf(HarnessError);
    expect(await system.stop([])).toEqual({ leaks: [] });
  });

  it('sees PATH, its folder, and of the caller only what the suite passes', async () => {
    const logged: string[] = [];
    const caller = { PATH: process.env.PATH, SECRET: 'x', LANG: 'C' };
    const around = { suiteFolder: here, packageRoot: here, caller, pass: ['LANG'], set: { DEPTH: '1' } };
    const command = script(`if (method === 'act') reply.result = { outputs: { seen: Object.keys(process.env).sort() } };
              console.log(JSON.stringify({ jsonrpc: '2.0', method: 'log', params: { message: 'hello' } }));`);
    const onLog = (message: string) => logged.push(message);
    const system = createDriverSystem((folder) => driverLaunch(command, around, folder), '/tmp', {
      ...DRIVER_DEFAULTS,
      onLog,
    });
    systems.push(system);
    await system.start(start);
    const { outputs } = await system.act({ ...step, timeoutMs: 5000 });
    expect(outputs?.seen).toEqual([
      'DEPTH',
      'FLOCK_DIR',
      'FLOCK_SUITE',
      'FLOCK_TREE',
      'HOME',
      'LANG',
      'PATH',
      'TMPDIR',
    ]);
    expect(logged).toContain('hello');
  });

  it('can answer two steps in either order', async () => {
    const { system } = driver(
      script(`
      if (method === 'act' && !globalThis.held) { globalThis.held = reply; reply.result = { outputs: { n: 1 } }; continue; }
      if (method === 'act') { reply.result = { outputs: { n: 2 } }; console.log(JSON.stringify(reply)); console.log(JSON.stringify(held)); continue; }`),
    );
    await system.start(start);
    const both = await Promise.all([
      system.act({ ...step, timeoutMs: 5000 }),
      system.act({ ...step, timeoutMs: 5000 }),
    ]);
    expect(both.map((answer) => answer.outputs?.n)).toEqual([1, 2]);
  });
});

describe('a driver that can be started again', () => {
  const suiteOf = (again: boolean) =>
    script(`globalThis.walks ??= 0;
      if (method === 'start') { walks++; reply.result = { again: ${again} }; }
      if (method === 'act') reply.result = { outputs: { pid: process.pid, walks } };
      if (params.action === 'die') process.exit(1);`);
  const around = { suiteFolder: here, packageRoot: here, caller: process.env, pass: [], set: {} };

  /** Which process served each of these walks, told by the actions that they take. */
  async function pids(again: boolean, ...walks: string[]) {
    const pool = createDriverPool();
    const seen: unknown[] = [];
    for (const action of walks) {
      const launch = (folder: string) => driverLaunch(suiteOf(again), around, folder);
      const system = createDriverSystem(launch, '/tmp', DRIVER_DEFAULTS, pool);
      await system.start(start);
      const answer = await Promise.resolve(system.act({ ...step, action, timeoutMs: 5000 })).catch(() => undefined);
      seen.push(answer?.outputs?.pid);
      if (action !== 'abandon') await Promise.resolve(system.stop([])).catch(() => undefined);
      system.kill();
    }
    pool.clear();
    for (const pid of seen) if (typeof pid === 'number') expect(isRunning(pid)).toBe(false);
    return seen;
  }

  it('serves the next walk with the same process, and is gone after the last', async () => {
    const [first, second, third] = await pids(true, 'poke', 'poke', 'poke');
    expect([second, third]).toEqual([first, first]);
  });

  it('is started anew after a walk that broke it, or that was not torn down', async () => {
    const [first, died, after] = await pids(true, 'poke', 'die', 'poke');
    expect(died).toBeUndefined();
    expect(after).not.toBe(first);
    const [left, next] = await pids(true, 'abandon', 'poke');
    expect(next).not.toBe(left);
  });

  it('is started anew each time unless it says so', async () => {
    const [first, second] = await pids(false, 'poke', 'poke');
    expect(second).not.toBe(first);
  });
});

describe('the drivers of docs/drivers.md', () => {
  const read = (name: string) => readFileSync(join(here, '../../../docs', name), 'utf8');
  const page = read('drivers.md');
  const code = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

  it('are the same on the page in Chinese', () => {
    const examples = (text: string) => text.match(/```(?:python|js|sh)\n.*?```/gs);
    expect(examples(read('drivers.zh-CN.md'))).toEqual(examples(page));
    expect(examples(page)).toHaveLength(3);
  });

  it.each([
    ['python', ['python3', '-c']],
    ['js', ['node', '--input-type=module', '-e']],
    ['sh', ['sh', '-c']],
  ])('work as printed: %s', async (language, command) => {
    if (language === 'sh' && !existsSync('/usr/bin/jq')) return;
    const folder = mkdtempSync(join(tmpdir(), 'flock-test-'));
    const { system } = driver([...command, code(language)], {}, folder);
    await system.start(start);
    const create = { ...step, timeoutMs: 5000, action: 'create_volume', makes: { volume: 'volume#1' } } as const;
    const { ids } = await system.act(create);
    const known = [{ handle: 'volume#1', id: ids?.volume ?? 'volume#1' }] as const;
    const [volume] = known;
    expect((await system.observe(known)).states).toEqual({ 'volume#1': 'ready' });
    const remove = { ...step, timeoutMs: 5000, action: 'delete_volume', takes: { volume } };
    await system.act(remove);
    expect((await system.observe(known)).states).toEqual({ 'volume#1': 'gone' });
    await expect(system.act(remove)).rejects.toBeInstanceOf(SystemRefused);
    expect(await system.stop(known)).toEqual({ leaks: [] });
    rmSync(folder, { recursive: true });
  });
});
