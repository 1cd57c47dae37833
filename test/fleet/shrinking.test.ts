import { describe, expect, it } from 'vitest';
import { openShrinker, type ShrinkSession } from '../../src/fleet/shrinking.js';
import { shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';

const { suite } = openSuite(shipped('suites', 'cloud'));

/** Fails where a volume is attached, detached, and its VM rebooted afterwards; some noise around it. */
const trace = [
  'create_network -> network#1',
  'create_vm name="a" -> vm#1 root=volume#1',
  'create_vm name="b" -> vm#2 root=volume#2',
  'create_volume name="c" -> volume#3',
  'stop_vm vm#2',
  'attach_volume volume#3 vm#1',
  'create_snapshot volume#3 -> snapshot#1',
  'detach_volume volume#3',
  'create_group -> group#1',
  'reboot_vm vm#1',
];
const fails = (lines: readonly string[]): boolean => {
  const order = ['attach_volume', 'detach_volume', 'reboot_vm'].map((name) =>
    lines.findIndex((line) => line.startsWith(name)),
  );
  return order.every((at, i) => at >= 0 && at > (order[i - 1] ?? -1));
};
const start = () => openShrinker({ suite, trace, action: 'reboot_vm', rate: 1 });
const answer = (session: ShrinkSession, { key, trace: lines }: { key: string; trace: readonly string[] }) =>
  session.answer(key, { runs: 1, hits: fails(lines) ? 1 : 0, at: lines.length - 1 });

/** Machines that all take one candidate, and answer the last one first. */
function shrink(width: number): string[] {
  const session = start();
  for (let wanted = session.wanted(width); wanted.length > 0; wanted = session.wanted(width)) {
    for (const one of wanted.toReversed()) answer(session, one);
  }
  return [...session.best];
}

describe('shrinking over many machines', () => {
  const alone = shrink(1);

  it('ends with the steps that matter', () => {
    expect(alone.map((line) => line.split(' ')[0])).toEqual([
      'create_vm',
      'create_volume',
      'attach_volume',
      'detach_volume',
      'reboot_vm',
    ]);
  });

  it.each([2, 5, 16])('ends with the same steps on %d machines, in whatever order they answer', (width) => {
    expect(shrink(width)).toEqual(alone);
  });

  it('goes on after a restart from the answers alone', () => {
    const first = start();
    const known: [string, boolean][] = [];
    for (let n = 0; n < 4; n++) {
      const [one] = first.wanted(3);
      if (!one) break;
      answer(first, one);
      known.push([one.key, fails(one.trace)]);
    }
    const second = start();
    for (const [key, hit] of known) second.answer(key, { runs: 1, hits: hit ? 1 : 0, at: undefined });
    expect(second.best).toEqual(first.best);
    for (let wanted = second.wanted(1); wanted.length > 0; wanted = second.wanted(1))
      for (const one of wanted) answer(second, one);
    expect(second.best).toEqual(alone);
  });
});
