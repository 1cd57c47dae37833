/**
 * How the named bugs of the simulated cloud are found, cut and repeated, and that there is nothing to find without them; writes the
 * tables of docs/bugs.md and docs/bugs.zh-CN.md.
 *
 *   npm run bench -- bugs [--seeds 21] [--calm 200000] [--only w7,canary] [--dry]
 *
 * Every hunt is one of the default strategy, in this process, until the first finding. `--calm`: steps without a bug, over all strategies
 * and one and two lanes. `--dry` writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSimulator } from '../../data/suites/cloud/simulator.js';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import type { Finding } from '../../src/woodpecker/run/hunt-events.js';
import { STRATEGIES } from '../../src/woodpecker/types.js';
import { CLOUD_BUGS, type CloudBug } from '../support/cloud-bugs.js';
import { huntIn } from '../support/hunting.js';
import { median, percentile, remark, report } from '../support/report.js';
import { servedSystem } from '../support/served-system.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '21' },
    calm: { type: 'string', default: '200000' },
    only: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});
const SEEDS = Number(values.seeds);
const CALM = Number(values.calm);
/** A hunt that takes longer has not found it. */
const MOST = 50_000;
const only = values.only?.split(',');

/** Between these the documents hold what was measured. */
const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

const { suite } = openSuite(shipped('suites', 'cloud'));
const open = () => servedSystem(createSimulator());

interface Row {
  readonly bug: string;
  readonly found: readonly Finding[];
}

const rows: Row[] = [];
for (const [bug, known] of Object.entries(CLOUD_BUGS)) {
  if (only && !only.includes(bug)) continue;
  const row = { bug, found: await huntFor(bug, known) };
  rows.push(row);
  tell(row, known);
}
const calm = CALM > 0 ? await walkCalmly() : undefined;
if (!values.dry && !only) for (const language of ['en', 'zh'] as const) write(language);

async function huntFor(bug: string, known: CloudBug): Promise<Finding[]> {
  const lanes = known.lanes ?? 1;
  const found: Finding[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { list } = await huntIn(suite, open, { bugs: [bug], lanes, seed, steps: MOST, untilFound: true });
    if (list[0]) found.push(list[0]);
  }
  return found;
}

function tell({ bug, found }: Row, { least }: CloudBug): void {
  const line = (metric: string, unit: string, value: number, baseline: number): void =>
    report({ bench: 'bugs', metric: `${bug}.${metric}`, value, unit, baseline });
  line('found', 'share', found.length / SEEDS, 1);
  line('find.median', 'steps', median(found.map(({ foundAfter }) => foundAfter)), suite.exit.steps ?? MOST);
  line('length.median', 'steps', median(found.map(({ minimal }) => minimal.length)), least);
  line(
    'shrink.median',
    'steps',
    median(found.map(({ shrinkSteps }) => shrinkSteps)),
    median(found.map(({ foundAfter }) => foundAfter)),
  );
}

/** Walks without a bug. Returns the steps, the checks and the alarms. */
async function walkCalmly() {
  const sum = { steps: 0, checks: 0, alarms: 0 };
  const kinds = STRATEGIES.flatMap((strategy) => [
    { strategy, lanes: 1 as const },
    { strategy, lanes: 2 as const },
  ]);
  for (const kind of kinds) {
    const { steps, tally, list, errors } = await huntIn(suite, open, {
      ...kind,
      seed: 1,
      steps: Math.ceil(CALM / kinds.length),
    });
    sum.steps += steps;
    sum.checks += tally.answers + tally.states + tally.suite + tally.generic;
    sum.alarms += list.length + errors;
    for (const { failure } of list) remark(`false alarm by ${kind.strategy}: ${failure.message}`);
  }
  report({ bench: 'bugs', metric: 'calm.steps', value: sum.steps, unit: 'steps', baseline: CALM });
  report({ bench: 'bugs', metric: 'calm.alarms', value: sum.alarms, unit: 'alarms', baseline: 0 });
  return sum;
}

function write(language: 'en' | 'zh'): void {
  const path = join(packageRoot, 'docs', language === 'en' ? 'bugs.md' : 'bugs.zh-CN.md');
  const text = readFileSync(path, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [, after = ''] = rest.split(END);
  writeFileSync(path, `${before}${BEGIN}\n${table(language)}\n${END}${after}`);
  remark(`wrote ${path}`);
}

function table(language: 'en' | 'zh'): string {
  const head = {
    en: [
      'bug',
      'shows as',
      `found (of ${SEEDS} hunts)`,
      'steps to find it: median (p90)',
      'steps after shrinking: median (fewest possible)',
      'steps run to shrink: median',
      'came back',
    ],
    zh: [
      '缺陷',
      '表现为',
      `找到（${SEEDS} 次捉虫）`,
      '找到所需步数：中位数（p90）',
      '缩减后的步数：中位数（理论最少）',
      '缩减所用步数：中位数',
      '重现',
    ],
  }[language];
  const lines = rows.map(({ bug, found }) => {
    const { kind, least } = CLOUD_BUGS[bug] ?? { kind: '', least: 0 };
    const finds = found.map(({ foundAfter }) => foundAfter);
    const again = found.reduce(
      (sum, one) => ({ hits: sum.hits + one.again.hits, tries: sum.tries + one.again.tries }),
      { hits: 0, tries: 0 },
    );
    return [
      `\`${bug}\``,
      kind,
      String(found.length),
      `${number(median(finds))} (${number(percentile(finds, 0.9))})`,
      `${number(median(found.map(({ minimal }) => minimal.length)))} (${least})`,
      number(median(found.map(({ shrinkSteps }) => shrinkSteps))),
      `${Math.round((100 * again.hits) / Math.max(1, again.tries))} %`,
    ];
  });
  const rule = head.map((_, i) => (i < 2 ? '---' : '--:'));
  const markdown = [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  if (!calm) return markdown;
  const { steps, checks, alarms } = calm;
  const summary = {
    en: `Without a bug: ${number(steps)} steps over all strategies, in one lane and in two, ${number(checks)} checks, ${alarms} alarms.`,
    zh: `不打开任何缺陷：全部策略、单路与双路共 ${number(steps)} 步，${number(checks)} 次检查，误报 ${alarms} 次。`,
  }[language];
  return `${markdown}\n\n${summary}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
