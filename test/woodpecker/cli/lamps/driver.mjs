import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

let bugs = new Set();
let lamps = new Map();
let steps = 0;
let draw = 1;

class Refused extends Error {}

const methods = {
  start(params) {
    bugs = new Set(params.bugs);
    lamps = new Map();
    steps = 0;
    draw = params.seed + 1;
    return { again: true };
  },
  act({ action, takes, makes }) {
    steps++;
    if (bugs.has('dies') && steps === 10) process.exit(9);
    if (action === 'wait') return bugs.has('slow') ? slow() : {};
    if (action === 'add') lamps.set(makes.lamp, { lit: false, times: 0 });
    else {
      const lamp = lamps.get(takes.lamp.handle);
      if (!lamp) throw new Refused('no such lamp');
      if (action === 'remove') lamps.delete(takes.lamp.handle);
      else change(lamp, action === 'light');
    }
    return {};
  },
  observe: ({ known }) => ({
    states: bugs.has('blind')
      ? {}
      : Object.fromEntries(known.map(({ handle }) => [handle, stateOf(lamps.get(handle))])),
  }),
  check: () => ({ ok: true }),
  stop: () => ({ leaks: [] }),
};

function change(lamp, lit) {
  if (lamp.lit === lit) throw new Refused(lit ? 'it is lit' : 'it is dark');
  const others = [...lamps.values()].some((other) => other.lit);
  if (bugs.has('trips') && lit && others && chance() < 0.6) throw new Error('fuse blown');
  lamp.times += lit ? 1 : 0;
  lamp.lit = bugs.has('burns_out') && lamp.times >= 3 ? false : lit;
}

/** The seed decides: what is flaky here is so in the same way in every run of the test. */
function chance() {
  draw = (Math.imul(draw, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  return draw / 0x7fff_ffff;
}

function slow() {
  spawn('sleep', [process.env.MARK ?? '60'], { detached: true, stdio: 'ignore' }).unref();
  return new Promise(() => undefined);
}

const stateOf = (lamp) => (lamp === undefined ? 'gone' : lamp.lit ? 'lit' : 'dark');

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  const reply = { jsonrpc: '2.0', id };
  try {
    reply.result = await methods[method](params);
  } catch (error) {
    reply.error = { code: error instanceof Refused ? -32001 : -32002, message: error.message };
  }
  console.log(JSON.stringify(reply));
}
