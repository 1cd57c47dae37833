/** Asks a second lender where one alone has spoken, before anything is made of it. */
import type { Finding } from '../../finding.js';
import { MOST_WORDS, type Word, wordOf } from '../../rules/words.js';
import type { Findings } from './findings.js';
import { isOpen, type Job, type Jobs } from './jobs.js';

/** What lenders say of a finding on a ref. */
export interface Heard extends Word {
  /** Jobs that told of a failure which the others did not find there. */
  readonly lies: readonly Job[];
}

export interface WordsDeps {
  readonly jobs: Jobs;
  readonly findings: Findings;
  /** Whose machines are there now. */
  readonly lenders: () => readonly string[];
}

export interface Asking {
  readonly purpose: 'base' | 'retest';
  readonly ref: string;
  /** What was asked before is another matter. */
  readonly since?: number;
  /** It was said already: nobody else is asked. */
  readonly settled: boolean;
}

export type Words = ReturnType<typeof createWords>;

export function createWords({ jobs, findings, lenders }: WordsDeps) {
  function look(finding: Finding, { purpose, ref, since = 0, settled }: Asking) {
    const asked = jobs.ofFinding(finding.id, purpose).filter((job) => job.ref === ref && job.madeAt >= since);
    const evidence = findings.evidenceOn(finding.id, purpose, ref, since);
    const answered = new Set(evidence.map(({ lender }) => lender));
    const waits = asked.some(isOpen);
    const nobodyElse =
      settled ||
      answered.size >= MOST_WORDS ||
      // Somebody was asked, the last time, and nobody could.
      asked.some(
        ({ state, candidate }) =>
          candidate === asked.at(-1)?.candidate && (state === 'cancelled' || state === 'parked'),
      ) ||
      lenders().every((lender) => answered.has(lender));
    return { asked, evidence, answered, waits, word: wordOf(evidence, !waits && nobodyElse) };
  }

  return {
    /** Whether nobody who was asked could test that ref. */
    isBroken: (finding: number, purpose: Asking['purpose'], on: string): boolean =>
      jobs.ofFinding(finding, purpose).some(({ state, ref }) => state === 'parked' && ref === on) &&
      findings.evidenceOn(finding, purpose, on).length === 0,

    /** What was asked for last. */
    lastAsked(finding: number, purpose: Asking['purpose']): (Pick<Asking, 'ref'> & { since: number }) | undefined {
      const asked = jobs.ofFinding(finding, purpose);
      const last = asked.at(-1);
      const first = asked.find(({ candidate }) => candidate === last?.candidate);
      return last?.ref === undefined || !first ? undefined : { ref: last.ref, since: first.madeAt };
    },

    /** What is known now, without asking anybody. */
    known: (finding: Finding, asking: Asking): Word => look(finding, asking).word,

    /** What is known now; where that is one lender's word, another is asked. Doing it twice changes nothing. */
    hear(finding: Finding, asking: Asking): Heard {
      const { asked, evidence, answered, waits, word } = look(finding, asking);
      const last = asked.findLast(({ state }) => state === 'done');
      if (last && word.says === 'open' && !waits && evidence.length > 0) {
        const { hunt, purpose, spec, candidate } = last;
        jobs.add({ hunt, purpose, finding: finding.id, spec, candidate, priority: 3, barred: [...answered] });
      }
      const liars = word.says === 'passes' ? evidence.filter(({ hits }) => hits > 0) : [];
      const lies = asked.filter(
        ({ judged, lender }) => judged === 'valid' && liars.some((liar) => liar.lender === lender),
      );
      for (const { id } of lies) jobs.judge(id, 'invalid');
      return { ...word, lies };
    },
  };
}
