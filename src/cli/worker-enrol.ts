/** `flock worker enroll` and `accept`: the two things that a lender does once. */
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { guildOfCode } from '../fleet/codes.js';
import { PROTOCOL } from '../fleet/protocol.js';
import { systemClock } from '../platform/clock.js';
import { isLoopback, nameOfHost } from '../platform/loopback.js';
import { version } from '../platform/version.js';
import { createClient, enrol, Unreachable } from '../worker/client.js';
import type { WorkerHome } from '../worker/home.js';
import { policySchema } from '../worker/policy.js';
import { sandboxes } from '../worker/sandbox.js';
import { type Terminal, UsageError } from './index.js';
import { shown } from './worker-status.js';

export const facts = () => ({
  version,
  cores: os.availableParallelism(),
  memoryMb: Math.max(1, Math.floor(os.totalmem() / 1024 / 1024)),
});

/** Throws UsageError where the machine is not enrolled, HomeError where its files are damaged. */
export function clientOf(home: WorkerHome) {
  const enrolled = home.enrolled();
  if (!enrolled) throw new UsageError('this machine is not enrolled: /machine lend in Discord gives the line to paste');
  const { privateKey: key } = home.key();
  const { url, machine } = enrolled;
  return createClient({ url, machine, key, now: systemClock.now, newNonce: randomUUID });
}

/** Without what no path needs. Throws UsageError for what is no URL that a machine should call. */
function addressOf(text: string, insecure: boolean): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? URL.parse(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new UsageError(`${JSON.stringify(text)} is no URL of a coordinator; it looks like https://flock.example.org`);
  if (url.protocol === 'http:' && !insecure && !isLoopback(nameOfHost(url)))
    throw new UsageError(
      `nothing encrypts what is said to ${url.host}: whoever is on the way could hand this machine jobs of their own. ` +
        'Use its https URL; or, where the network itself is safe, add --insecure',
    );
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

export async function enrolHere(
  [url, said]: readonly string[],
  { insecure, home, terminal }: { insecure: boolean; home: WorkerHome; terminal: Terminal },
): Promise<number> {
  if (url === undefined || said === undefined)
    throw new UsageError('name the URL and the code that /machine lend gave');
  const address = addressOf(url, insecure);
  const code = said.trim().toUpperCase();
  if (guildOfCode(code) === undefined)
    throw new UsageError(`${JSON.stringify(said)} is no code; /machine lend gives one like 7LP9-ABCD-EFGH-JKMN-PQRS`);
  const known = home.enrolled();
  if (known) {
    terminal.err(`This machine is enrolled as ${known.alias} at ${known.url}. To enrol it anew: flock worker leave`);
    return 1;
  }
  const tiers = sandboxes();
  const walled = tiers.includes('bubblewrap');
  // Before the code is used up: a folder that cannot be written is told now. With the same key the same code is answered the
  // same: whatever was lost on the way, the line can be pasted once more.
  const { publicKey } = home.key();
  const fresh = !home.hasPolicy();
  if (fresh) home.setPolicy(policySchema.parse({ tier: walled ? 'bubblewrap' : 'in-process' }));
  const about = { publicKey, ...facts(), os: `${os.type()} ${os.release()}`.slice(0, 64), arch: os.arch() };
  const { machine, alias } = await enrol(address, { code, ...about, sandboxes: tiers }).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error;
    throw new Unreachable(`${error.message}. The same line works again, for as long as its code is good.`);
  });
  home.setEnrolled({ url: address, machine, alias });
  terminal.out(`Enrolled as ${alias}. Your terms are in ${home.policyFile}.`);
  if (fresh && !walled)
    terminal.out(
      'bubblewrap does not work here, so jobs will run with your own rights and your network (tier: in-process). ' +
        'To shut them in: apt install bubblewrap, then `tier: bubblewrap` in your terms.',
    );
  terminal.out('Next: flock worker accept   (which suites may run here), then flock worker run');
  return 0;
}

/** Without a name: shows what is approved. With one: pins its digest in the policy. */
export async function accept([name]: readonly string[], home: WorkerHome, terminal: Terminal): Promise<number> {
  const { suites } = await clientOf(home).session({ protocol: { ...PROTOCOL }, ...facts() });
  const accepted = new Set(home.policy().suites.map(({ digest }) => digest));
  if (name === undefined) {
    if (suites.length === 0) terminal.out('No suite is approved in this community yet.');
    for (const suite of suites)
      terminal.out(`${accepted.has(suite.digest) ? '✓' : ' '} ${suite.name}  ${suite.digest}`);
    return 0;
  }
  const wanted = suites.filter((suite) => suite.name === name || suite.digest === name);
  if (wanted.length === 0) {
    const there = suites.map((suite) => suite.name).join(', ');
    terminal.err(
      `No approved suite is called ${shown(name)}. ${there === '' ? 'None is approved yet.' : `There are: ${there}`}`,
    );
    return 1;
  }
  const fresh = wanted.filter(({ digest }) => !accepted.has(digest)).map(({ name, digest }) => ({ name, digest }));
  if (fresh.length > 0) home.acceptSuites(fresh);
  for (const suite of wanted) terminal.out(`✓ ${suite.name}  ${suite.digest}`);
  return 0;
}
