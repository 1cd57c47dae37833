// A driver that behaves, until it is asked to `act` (or `start`) in the way that its first argument names.
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [mode, mark = '300'] = process.argv.slice(2);
const say = (text) => writeSync(1, text);
const answer = (id, result) => say(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
const sleeper = (options, command = 'sleep', args = [mark]) =>
  spawn(command, args, { stdio: 'ignore', ...options }).unref();

const modes = {
  dies: () => process.exit(3),
  'kills itself': () => process.kill(process.pid, 'SIGKILL'),
  hangs: () => undefined,
  garbage: () => say('Starting the engines...\n'),
  'no UTF-8': (id) =>
    process.stdout.write(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"ids":{"file":"\xe9"}}}\n`, 'latin1')),
  'half a line': () => say('{"jsonrpc":"2.0","id"'),
  'half a line and dies': () => {
    say('{"jsonrpc":"2.0","id"');
    process.exit(0);
  },
  'a line without end': () => {
    const block = 'x'.repeat(1 << 16);
    for (let i = 0; i < 200; i++) say(block);
  },
  'endless notifications': () => {
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'log', params: { message: 'still here' } })}\n`;
    for (;;) say(line.repeat(100));
  },
  'another id': (id) => answer(id + 1000, {}),
  'an answer twice': (id) => {
    answer(id, {});
    answer(id, {});
  },
  'a wrong shape': (id) => answer(id, { ids: ['vm-1'] }),
  'yes and no at once': (id) =>
    say(`${JSON.stringify({ jsonrpc: '2.0', id, result: {}, error: { code: -32002, message: 'crash' } })}\n`),
  'an unknown error': (id) =>
    say(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message: 'internal' } })}\n`),
  'says broken': (id) =>
    say(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32004, message: 'No space left on device' } })}\n`),
  'closes its input': () => {
    lines.close();
    process.stdin.destroy();
    setInterval(() => undefined, 1000);
  },
  'closes its output': () => {
    closeSync(1);
    setInterval(() => undefined, 1000);
  },
  'floods its standard error': (id) => {
    for (let i = 0; i < 400; i++) writeSync(2, 'e'.repeat(1 << 16));
    answer(id, {});
  },
  'forks children': (id) => {
    sleeper({});
    sleeper({ detached: true });
    sleeper({ env: {} });
    sleeper({}, 'sh', ['-c', `(sleep ${mark} &) ; (setsid sleep ${mark} &) ; exit 0`]);
    answer(id, {});
  },
  'forks children and dies': () => {
    sleeper({ detached: true });
    sleeper({ env: {} });
    process.exit(1);
  },
  'forks for ever': (id) => {
    sleeper({}, 'sh', ['-c', `f() { sleep 0.0${mark}; f & }; trap '' TERM INT; f`]);
    answer(id, {});
  },
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === 'act' || (method === 'start' && mode === 'dies at start')) (modes[mode] ?? modes.dies)(id);
  else if (method === 'observe') answer(id, { states: {} });
  else if (method !== 'stop' || mode !== 'hangs at stop') answer(id, {});
});
if (mode === 'stays') lines.on('close', () => setInterval(() => undefined, 1000));
