/**
 * The two jugs of "Die Hard with a Vengeance": one holds three litres, one five; nobody can measure. The claim that the large one
 * never holds exactly four is false, and six moves are the fewest that show it. Shrinkers that only leave steps out
 * rarely get there.
 */
import { parseSuite } from '../suite/parse.js';
import type { Suite } from '../suite/suite.js';
import type { BoundStep, System } from '../types.js';

const TEXT = `
suite: jugs
resources:
  jug: { states: [standing], attributes: { size: 0, litres: 0 } }
given:
  jug: [{ size: 3, id: small }, { size: 5, id: large }]
actions:
  fill: { takes: [jug], when: jug.litres < jug.size, set: { jug.litres: jug.size } }
  empty: { takes: [jug], when: jug.litres > 0, set: { jug.litres: 0 } }
  pour:
    takes: { from: jug, to: jug }
    when: from.litres > 0 and to.litres < to.size
    set:
      from.litres: from.litres - min(from.litres, to.size - to.litres)
      to.litres: to.litres + min(from.litres, to.size - to.litres)
checks:
  never_four: {}
`;

export const jugsSuite = (): Suite => parseSuite(TEXT, { file: 'jugs' });

const SIZE: Readonly<Record<string, number>> = { small: 3, large: 5 };

export function jugsSystem(): System {
  const litres: Record<string, number> = { small: 0, large: 0 };
  const empty = (): void => {
    litres.small = 0;
    litres.large = 0;
  };
  const act = ({ action, takes }: BoundStep): void => {
    const jug = takes.jug?.id ?? '';
    if (action === 'fill') litres[jug] = SIZE[jug] ?? 0;
    if (action === 'empty') litres[jug] = 0;
    if (action !== 'pour') return;
    const from = takes.from?.id ?? '';
    const to = takes.to?.id ?? '';
    const moved = Math.min(litres[from] ?? 0, (SIZE[to] ?? 0) - (litres[to] ?? 0));
    litres[from] = (litres[from] ?? 0) - moved;
    litres[to] = (litres[to] ?? 0) + moved;
  };
  return {
    start: empty,
    act(step) {
      act(step);
      return { states: {} };
    },
    observe: (known) => ({ states: Object.fromEntries(known.map(({ handle }) => [handle, 'standing'])) }),
    check: () => (litres.large === 4 ? 'the large jug holds four litres' : undefined),
    stop: () => ({ leaks: [] }),
    kill: empty,
  };
}
