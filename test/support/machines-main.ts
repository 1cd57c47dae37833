/**
 * Simulated machines in a process of their own, told on its command line what to do and with which key (PEM in FLOCK_KEY):
 *   pull URL GUILD COUNT SECONDS     all work as fast as they are let; prints how many results were taken
 *   live URL GUILD COUNT             each holds a job: a beat a minute, a result every ten; prints `ready`, at SIGTERM what came of it
 *   storm URL GUILD COUNT            takes a lease each, prints `ready`; at each line on stdin all come back at once, and it prints how many leases they still have
 */
import { createInterface } from 'node:readline';
import type { Lease } from '../../src/fleet/protocol.js';
import { createVoice, keyFrom, resultOf, type Voice, WISH } from './fleet-load.js';

const [mode = '', url = '', guild = '', count = '1', seconds = '1'] = process.argv.slice(2);
const key = keyFrom(process.env.FLOCK_KEY ?? '');
const machines = Array.from({ length: Number(count) }, (_, n) => createVoice(url, guild, `m${n}`, key));
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const session = { protocol: { oldest: 1, newest: 1 }, version: '0', cores: 1, memoryMb: 1024 };

async function leaseFor(machine: Voice): Promise<Lease> {
  for (;;) {
    const { json } = await machine.say('/v1/lease', WISH);
    const [lease] = (json.leases ?? []) as Lease[];
    if (lease) return lease;
    if (json.idle !== 'all_leased' && json.idle !== undefined) throw new Error(`no work: ${JSON.stringify(json)}`);
    await sleep(100);
  }
}

/** Says it until it is heard: a connection that was cut, or not made, is tried again. */
async function insist(
  machine: Voice,
  path: string,
  body: object,
  tries: number,
): Promise<Record<string, unknown> | undefined> {
  for (let n = 0; n < tries; n++) {
    try {
      const { status, json } = await machine.say(path, body);
      if (status === 200) return json;
    } catch {
      // Nobody there yet.
    }
    await sleep(200 + Math.random() * 800);
  }
  return undefined;
}

async function inGroups<T>(all: readonly T[], size: number, run: (one: T, n: number) => Promise<void>): Promise<void> {
  const left = all.map((one, n) => ({ one, n }));
  await Promise.all(
    Array.from({ length: size }, async () => {
      for (let next = left.pop(); next; next = left.pop()) await run(next.one, next.n);
    }),
  );
}

async function pull(): Promise<void> {
  const until = performance.now() + Number(seconds) * 1000;
  let done = 0;
  await Promise.all(
    machines.map(async (machine) => {
      let lease: Lease | undefined = await leaseFor(machine);
      while (performance.now() < until) {
        lease ??= await leaseFor(machine);
        const { json } = await machine.say(`/v1/result/${lease.lease}`, { ...resultOf(lease), next: WISH });
        if (json.verdict === 'accepted') done += 1;
        lease = (json.next as { leases: Lease[] } | undefined)?.leases[0];
      }
    }),
  );
  say(done);
}

const beatOf = ({ lease, attempt, epoch }: Lease) => ({
  leases: [{ lease, attempt, epoch, steps: 1, checks: 1 }],
  state: 'working',
});

async function live(): Promise<void> {
  const told = { beats: 0, ok: 0, results: 0, failed: 0 };
  const leases = new Map<Voice, Lease>();
  await inGroups(machines, 64, async (machine) => void leases.set(machine, await leaseFor(machine)));
  say('ready');
  const count = async (run: () => Promise<void>): Promise<void> =>
    run().catch(() => {
      told.failed += 1;
    });
  const beat = (machine: Voice): Promise<void> =>
    count(async () => {
      const lease = leases.get(machine) ?? (await leaseFor(machine));
      const { json } = await machine.say('/v1/beat', beatOf(lease));
      told.beats += 1;
      if ((json.leases as Record<string, string>)[lease.lease] === 'ok') told.ok += 1;
    });
  const result = (machine: Voice): Promise<void> =>
    count(async () => {
      const lease = leases.get(machine) ?? (await leaseFor(machine));
      const { json } = await machine.say(`/v1/result/${lease.lease}`, { ...resultOf(lease), next: WISH });
      told.results += 1;
      leases.set(machine, (json.next as { leases: Lease[] } | undefined)?.leases[0] ?? (await leaseFor(machine)));
    });
  // Each machine's own minute, spread over all of them.
  machines.forEach((machine, n) => {
    const turn = (): void => void (Math.random() < 0.1 ? result(machine) : beat(machine));
    setTimeout(
      () => {
        turn();
        setInterval(turn, 60_000);
      },
      (60_000 * n) / machines.length,
    );
  });
  process.on('SIGTERM', () => {
    say(told);
    process.exit(0);
  });
}

async function storm(): Promise<void> {
  const leases: Lease[] = [];
  await inGroups(machines, 64, async (machine, n) => {
    leases[n] = await leaseFor(machine);
  });
  say('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    const began = performance.now();
    const kept = await Promise.all(
      machines.map(async (machine, n) => {
        const lease = leases[n];
        const heard = await insist(machine, '/v1/session', session, 60);
        if (!heard || !lease) return false;
        const answer = await insist(machine, '/v1/beat', beatOf(lease), 60);
        return (answer?.leases as Record<string, string> | undefined)?.[lease.lease] === 'ok';
      }),
    );
    say({ kept: kept.filter(Boolean).length, tookMs: Math.round(performance.now() - began) });
  }
  process.exit(0);
}

if (mode === 'pull') await pull();
else if (mode === 'live') await live();
else await storm();
if (mode === 'pull') process.exit(0);
