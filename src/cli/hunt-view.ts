/** A hunt on a terminal: one live line that is written over, or plain lines where nobody watches; findings in full. */
import { styleText } from 'node:util';
import type { Finding, HuntEvent, HuntReport, Progress } from '../woodpecker/run/hunt-events.js';
import { checksIn } from '../woodpecker/run/tally.js';
import { printStep } from '../woodpecker/step-text.js';
import type { Failure } from '../woodpecker/types.js';
import type { Terminal } from './index.js';
import { printable } from './printable.js';

export interface HuntView {
  show(event: HuntEvent): void;
}

/** Between two updates of the live line, and between two plain lines of progress, ms. */
const LIVE_MS = 100;
const PLAIN_MS = 10_000;
/** One line up, and empty. So the live line must be one line, however narrow the terminal: it is cut, not wrapped. */
const OVER = '\x1b[1A\x1b[2K';
const cut = (text: string): string => `\x1b[?7l${text}\x1b[?7h`;

/** `where` names a finding's reproducer for the reader. */
export function huntView(terminal: Terminal, now: () => number, where: (finding: Finding) => string): HuntView {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    terminal.interactive ? styleText(format, text, { validateStream: false }) : text;
  let live = false;
  let last = now();

  const line = (text: string) => {
    terminal.out(live ? `${OVER}${text}` : text);
    live = false;
  };
  const progressLine = (progress: Progress, what = '') => {
    const text = oneLine(progress) + what;
    if (terminal.interactive) {
      line(cut(style('dim', text)));
      live = true;
    } else terminal.out(text);
  };

  return {
    show(event) {
      switch (event.event) {
        case 'began': {
          const { strategy, pattern, seed, ref } = event.origin;
          const bugs = event.bugs.length > 0 ? `, with ${event.bugs.join(', ')} switched on` : '';
          const what = pattern === undefined ? strategy : `pattern ${pattern}`;
          line(`${style('bold', event.suite)}${ref ? ` at ${ref}` : ''}: ${what}, seed ${seed}${bugs}`);
          break;
        }
        case 'walked':
          if (now() - last < (terminal.interactive ? LIVE_MS : PLAIN_MS)) break;
          last = now();
          progressLine(event.progress);
          break;
        case 'canary':
          if (!event.caught && !event.masked)
            line(style('red', `BLIND  a planted bug (${event.plant}) was not caught: this hunt can miss anything`));
          break;
        case 'suspected':
          line(style('yellow', `suspected after ${count(event.after)} steps: ${printable(event.failure.message)}`));
          break;
        case 'shrinking':
          if (!terminal.interactive || now() - last < LIVE_MS) break;
          last = now();
          line(cut(style('dim', `  shrinking: ${event.steps} steps after ${event.runs} runs`)));
          live = true;
          break;
        case 'found':
          line(findingText(event.finding, where(event.finding), style));
          break;
        case 'broke':
          line(
            style(
              'magenta',
              `error in ${event.episode < 0 ? 'the walk of a canary' : `walk ${event.episode}`}: ${printable(event.error)}`,
            ),
          );
          break;
        case 'ended':
          line(summary(event.report, style));
          break;
      }
    },
  };
}

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

function oneLine({ steps, tally, coverage, findings, errors, canaries, ms }: Progress): string {
  const rate = ms > 0 ? Math.round((steps * 1000) / ms) : 0;
  const parts = [
    `${count(steps)} steps (${count(rate)}/s)`,
    `${count(checksIn(tally))} checks`,
    `${coverage.transitions}/${coverage.ofTransitions} transitions`,
    plural(findings, 'finding'),
    `canary ${canaries.caught}/${canaries.planted}`,
    time(ms),
  ];
  if (errors > 0) parts.splice(4, 0, plural(errors, 'error'));
  return parts.join(' · ');
}

/** What failed and where; a race is nobody's doing in particular. */
function what({ kind, check, action }: Failure): string {
  if (kind === 'order') return 'race';
  return `${check ? `${kind} ${check}` : kind} at ${action}`;
}

function findingText(
  { signature, failure, minimal, again, foundAfter, origin }: Finding,
  file: string,
  style: Style,
): string {
  const states = Object.entries(failure.states).map(([role, state]) => `${role} ${state}`);
  const head = `FINDING ${signature}  ${what(failure)}${states.length > 0 ? ` (${states.join(', ')})` : ''}`;
  const sure =
    again.hits > 0 ? `came back ${again.hits} of ${again.tries} times` : `did not come back in ${again.tries} tries`;
  return [
    style(['red', 'bold'], head),
    `  ${printable(failure.message)}`,
    `  found after ${count(foundAfter)} steps, in walk ${origin.episode}; ${plural(minimal.length, 'step')}; ${sure}`,
    ...minimal.map((step) => `    ${printable(printStep(step))}`),
    ...(file ? [`  flock replay ${file}`] : []),
  ].join('\n');
}

const ENDINGS = {
  steps: 'all steps taken',
  minutes: 'time is up',
  stopped: 'stopped',
  pattern: 'the pattern is done',
  errors: 'the test broke too often',
  blind: 'the oracle is blind',
} as const satisfies Record<HuntReport['ended'], string>;

function summary(report: HuntReport, style: Style): string {
  const { coverage, tally, list, doubts, errors, walks } = report;
  const verdict =
    report.outcome === 'pass'
      ? style('green', 'no finding')
      : report.outcome === 'fail'
        ? style('red', plural(list.length, 'finding'))
        : style('magenta', report.outcome === 'skipped' ? 'nothing was tested' : 'the test itself broke');
  return [
    `${verdict}: ${ENDINGS[report.ended]}, ${plural(walks, 'walk')}`,
    oneLine(report),
    `checks: ${count(tally.answers)} answers, ${count(tally.states)} states, ${count(tally.suite)} of the suite, ${count(tally.generic)} generic; waited ${plural(tally.waits, 'time')}`,
    `coverage: ${coverage.actions} of ${coverage.ofActions} actions, ${coverage.transitions} of ${coverage.ofTransitions} transitions, ${count(coverage.pairs)} pairs`,
    ...(errors > 0 ? [style('magenta', `${plural(errors, 'walk')} could not be judged: the test itself broke`)] : []),
    ...doubts.map((doubt) => style('red', doubt)),
    ...list.map(({ signature, failure, sightings }) => `${signature}  ${sightings}×  ${printable(failure.message)}`),
  ].join('\n');
}

const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;
const count = (n: number): string => n.toLocaleString('en-US');

function time(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
