/** Asks a second lender where one alone has spoken, before anything is made of it. */
import type { Finding } from '../../finding.js';
import { MOST_WORDS, type Word, wordOf } from '../../rules/words.js';
import type { Findings } from './findings.js';
import { isOpen, type Job, type Jobs, type NewJob } from './jobs.js';

/** What lenders say of a finding on a ref. */
export interface Heard extends Word {
  /** Jobs that told of a failure which the others did not find there. */
  readonly lies: readonly Job[];
}

export interface WordsDeps {
  readonly now: () => number;
  readonly jobs: Jobs;
  readonly findings: Findings;
  /** Whose machines are there now. */
  readonly lenders: () => readonly string[];
}

export interface Asking {
  readonly purpose: 'base' | 'retest';
  readonly ref: string | undefined;
  /** What was asked before is another matter. */
  readonly since?: number;
  /** Hunts met it there: that counts, too. */
  readonly seen?: boolean;
  /** It was said already: nobody else is asked. */
  readonly settled: boolean;
}

/** The job that another lender gets. */
export type Again = Pick<NewJob, 'hunt' | 'spec'>;

export type Words = ReturnType<typeof createWords>;

export function createWords({ now, jobs, findings, lenders }: WordsDeps) {
  function look(finding: Finding, { purpose, ref, since = 0, seen = false, settled }: Asking) {
    const asked = jobs.ofFinding(finding.id, purpose).filter((job) => job.ref === ref && job.madeAt >= since);
    const evidence = [
      ...findings.evidenceOn(finding.id, purpose, ref, since),
      ...(seen ? findings.evidenceOn(finding.id, 'seen', ref, since) : []),
    ];
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
    isBroken: (finding: number, { purpose, ref, since = 0 }: Pick<Asking, 'purpose' | 'ref' | 'since'>): boolean =>
      jobs
        .ofFinding(finding, purpose)
        .some((job) => job.state === 'parked' && job.ref === ref && job.madeAt >= since) &&
      findings.evidenceOn(finding, purpose, ref, since).length === 0,

    /** What was asked for last. */
    lastAsked(finding: number, purpose: Asking['purpose']): { ref: string; since: number } | undefined {
      const asked = jobs.ofFinding(finding, purpose);
      const last = asked.at(-1);
      const first = asked.find(({ candidate }) => candidate === last?.candidate);
      return last?.ref === undefined || !first ? undefined : { ref: last.ref, since: first.madeAt };
    },

    /** What is known now, without asking anybody. */
    known: (finding: Finding, asking: Asking): Word => look(finding, asking).word,

    /** What is known now; where that is one lender's word, another is asked to do `again`. Doing it twice changes nothing. */
    hear(finding: Finding, asking: Asking, again: Again): Heard {
      const { asked, evidence, answered, waits, word } = look(finding, asking);
      if (word.says === 'open' && !waits && evidence.length > 0) {
        const candidate = asked.at(-1)?.candidate ?? String(now());
        const job = { ...again, purpose: asking.purpose, finding: finding.id, candidate, priority: 3 };
        jobs.add({ ...job, barred: [...answered] });
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
