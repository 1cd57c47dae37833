/** A tiny system in this process: boxes that are open, shut, or gone. Each test gives it one way to be wrong. */
import { parseStep } from '../../../src/woodpecker/step-text.js';
import { parseSuite } from '../../../src/woodpecker/suite/parse.js';
import { type BoundStep, type Known, type Step, type System, SystemRefused } from '../../../src/woodpecker/types.js';

export const BOXES = `
suite: boxes
resources:
  box: { states: [open, shut], limit: 20 }
actions:
  make: { makes: [box] }
  shut: { takes: { box: open }, leaves: { box: shut }, settles: 150ms, refuses: [state, gone] }
  open: { takes: { box: shut }, leaves: { box: open }, refuses: [state, gone] }
  burn: { takes: { box: any }, leaves: { box: gone }, refuses: [gone] }
faults:
  shake: {}
checks:
  tidy: { timeout: 1s }
  settled: { after: [shake], within: 500ms }
  swept: { at: end }
`;

export const boxSuite = (extra = '') => parseSuite(BOXES + extra, { file: 'boxes' });
export const steps = (...lines: string[]): Step[] => lines.map(parseStep);

export interface BoxOptions {
  /** Answers with promises. */
  readonly later?: boolean;
  /** Answers states with each step. */
  readonly tells?: boolean;
}

/** Right unless methods of it are replaced. `states` is the truth, by id. */
export function boxes({
  later = false,
  tells = false,
}: BoxOptions = {}): System & { states: Map<string, string>; calls: string[] } {
  const states = new Map<string, string>();
  const calls: string[] = [];
  let made = 0;
  const say = <T>(value: T): T | Promise<T> => (later ? Promise.resolve(value) : value);
  const seen = (known: readonly Known[]) =>
    Object.fromEntries(known.map(({ handle, id }) => [handle, states.get(id) ?? 'gone']));
  const handles = new Map<string, Known>();

  const system = {
    states,
    calls,
    start: () => {
      calls.push('start');
      return say(undefined);
    },
    act({ action, takes, makes }: BoundStep) {
      calls.push(action);
      const id = takes.box?.id ?? '';
      const ids: Record<string, string> = {};
      if (action === 'make') {
        ids.box = `b-${++made}`;
        states.set(ids.box, 'open');
        if (makes.box) handles.set(makes.box, { handle: makes.box, id: ids.box });
      } else if (action !== 'shake') {
        const now = states.get(id);
        if (now === undefined) throw new SystemRefused(`no box ${id}`);
        if (action === 'open' && now === 'open') throw new SystemRefused(`box ${id} is open`);
        if (action === 'shut' && now === 'shut') throw new SystemRefused(`box ${id} is shut`);
        if (action === 'burn') states.delete(id);
        else states.set(id, action === 'shut' ? 'shut' : 'open');
      }
      return say({ ids, ...(tells ? { states: seen([...handles.values()]) } : {}) });
    },
    observe: (known: readonly Known[]) => {
      calls.push('observe');
      return say({ states: seen(known) });
    },
    check: (
      name: string,
      _known: readonly Known[],
      _timeoutMs: number,
    ): string | undefined | Promise<string | undefined> => {
      calls.push(`check ${name}`);
      return say(undefined);
    },
    stop: () => {
      calls.push('stop');
      states.clear();
      return say({ leaks: [] as string[] });
    },
    kill: () => {
      calls.push('kill');
    },
  };
  return system;
}
