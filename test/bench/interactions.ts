/**
 * How fast interactions are answered: a bare discord.js bot that echoes, against Flock's /help (a read) and /ask (a durable
 * write), each a process of its own, in one local Discord. Each is held against the echo of an interaction of its kind: a
 * command for /help, a filled-in form for /ask. They take turns, so that what else the machine does falls on all. Latency is
 * measured at a steady pace, throughput by as many at once as there is room for, endurance by a thousand a second.
 * Latencies are seen from Discord's side: from sending the interaction to receiving its answer.
 *
 *   npm run bench -- interactions [--seconds 30] [--rounds 5]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median, percentile, remark, report } from '../support/report.js';
import { startVillage, type Village } from '../support/village.js';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, rounds: { type: 'string' } } });
const SECONDS = Number(values.seconds ?? 30);
const ROUNDS = Number(values.rounds ?? 5);
/** Of each kind, taking turns. */
const IN_A_ROUND = 100;
/** Between one interaction and the next while latency is measured: a busy evening, not a flood. Milliseconds. */
const PAUSE_MS = 10;
/** Interactions under way at once when throughput is measured. */
const AT_ONCE = 32;
const THROUGHPUT_MS = 3_000;
const PER_SECOND = 1_000;
/** Of a hundred interactions in the sustained stream, so many belong to questions: opening the modal, sending it. */
const QUESTIONS_IN_100 = 10;
const LATE_MS = 3_000;

/**
 * One interaction from start to first answer: how long that took, in milliseconds; never answered is Infinity. A form is
 * filled in for `thinkMs`.
 */
type Act = (village: Village, thinkMs?: number) => Promise<number>;

const echo: Act = (village) => village.took(village.next().command(village.channel, 'echo'));
const help: Act = (village) => village.took(village.next().command(village.channel, 'help'));
/** The submission only: opening the form is no write. */
const submit =
  (command: 'form' | 'ask'): Act =>
  async (village, thinkMs = 0) => {
    const person = village.next();
    const opened = await person.command(village.channel, command).outcome;
    if (opened.kind === 'failed') return Number.POSITIVE_INFINITY;
    if (opened.kind !== 'modal') throw new Error(`/${command} was answered with ${JSON.stringify(opened)}`);
    if (thinkMs > 0) await pause(thinkMs);
    return village.took(person.submit(opened.modal, village.question()));
  };
const form = submit('form');
const ask = submit('ask');

const acts = { echo, help, form, ask };
const names = ['echo', 'help', 'form', 'ask'] as const;
/** What each is held against. */
const BASELINES = { help: 'echo', ask: 'form' } as const;

const village = await startVillage({ people: 1_500 });
try {
  await round(50);
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round(IN_A_ROUND));
  const p = (part: number, name: keyof typeof acts) => median(rounds.map((took) => percentile(took[name], part)));
  const compare = (metric: string, part: number, ours: keyof typeof BASELINES) =>
    report({ bench: 'interactions', metric, value: p(part, ours), unit: 'ms', baseline: p(part, BASELINES[ours]) });
  compare('read.p50', 0.5, 'help');
  compare('read.p99', 0.99, 'help');
  compare('write.p50', 0.5, 'ask');
  compare('write.p99', 0.99, 'ask');

  const rates = { echo: [] as number[], help: [] as number[], form: [] as number[], ask: [] as number[] };
  for (let round = 0; round < 3; round += 1) {
    for (const name of names) rates[name].push(await throughput(acts[name]));
  }
  const rate = (metric: string, ours: keyof typeof BASELINES) => {
    const [value, baseline] = [median(rates[ours]), median(rates[BASELINES[ours]])];
    report({ bench: 'interactions', metric, value, unit: 'per second', baseline });
  };
  rate('read.throughput', 'help');
  rate('write.throughput', 'ask');

  const isQuestion = (index: number) => index % 100 < QUESTIONS_IN_100 / 2;
  const bare = await sustained((index) => (isQuestion(index) ? form : echo));
  const ours = await sustained((index) => (isQuestion(index) ? ask : help));
  report({ bench: 'interactions', metric: 'sustained.late', value: ours.late, unit: 'answers', baseline: bare.late });
  remark(`sustained: ${ours.sent} sent, ${ours.perSecond} a second, p50 ${ours.p50} ms, p99 ${ours.p99} ms`);
  remark(`bare:      ${bare.sent} sent, ${bare.perSecond} a second, p50 ${bare.p50} ms, p99 ${bare.p99} ms`);
} finally {
  await village.stop();
}

/** One of each after the other, so many times: a slow moment of the machine falls on all of them. */
async function round(count: number) {
  const took = { echo: [] as number[], help: [] as number[], form: [] as number[], ask: [] as number[] };
  for (let index = 0; index < count; index += 1) {
    for (const name of names) {
      took[name].push(await acts[name](village, PAUSE_MS));
      await pause(PAUSE_MS);
    }
  }
  return took;
}

async function throughput(act: Act): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() - startedAt < THROUGHPUT_MS) {
      await act(village);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done / ((performance.now() - startedAt) / 1000);
}

/** Sends at a steady pace, however slow the answers are. */
async function sustained(choose: (index: number) => Act) {
  const under: Promise<void>[] = [];
  const took: number[] = [];
  const startedAt = performance.now();
  let sent = 0;
  let index = 0;
  while (performance.now() - startedAt < SECONDS * 1000) {
    const due = ((performance.now() - startedAt) / 1000) * PER_SECOND;
    while (sent < due) {
      const act = choose(index);
      index += 1;
      // A form is two interactions: one that opens it, one that sends it.
      sent += act === ask || act === form ? 2 : 1;
      under.push(act(village).then((ms) => void took.push(ms)));
    }
    await pause(2);
  }
  await Promise.all(under);
  return {
    sent,
    late: took.filter((ms) => ms > LATE_MS).length,
    perSecond: Math.round(sent / ((performance.now() - startedAt) / 1000)),
    p50: percentile(took, 0.5).toFixed(2),
    p99: percentile(took, 0.99).toFixed(2),
  };
}
