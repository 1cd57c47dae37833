/** What a hunt leaves on disk: the log of the walk under way, and for each finding its reproducer and its log. Capped. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../platform/make-folder.js';
import { printReproducer, type Reproducer } from '../reproducer.js';
import type { Suite } from '../suite/suite.js';
import { type Failure, HarnessError } from '../types.js';
import { type ActionLog, createFileLog, noLog } from './action-log.js';
import type { Finding, HuntReport } from './hunt-events.js';
import type { WalkResult } from './run.js';

export interface Keeper {
  /** Where walks are logged. */
  readonly log: ActionLog;
  /** A walk is over: its log may be needed no more. */
  walked(episode: number, result: WalkResult): void;
  /** A failure not seen before: its log is kept before anything else is run. */
  suspect(failure: Failure): void;
  found(suite: Suite, finding: Finding, bugs: readonly string[]): void;
  end(report: HuntReport): void;
}

export const keepNothing: Keeper = {
  log: noLog,
  walked: () => undefined,
  suspect: () => undefined,
  found: () => undefined,
  end: () => undefined,
};

export interface KeepOptions {
  readonly folder: string;
  /** Keep the log of every walk, not only of those that failed. */
  readonly everything: boolean;
}

/** Bytes of one walk's log, and of all logs kept. */
const MOST_LOG = 8 * 1024 * 1024;
const MOST_KEPT = 256 * 1024 * 1024;
/** Logs of walks in which the test broke: the first ones tell. */
const MOST_BROKEN = 10;

/** Writes into `folder`: `walk.log`, `findings/<signature>.yaml` and `.log`, `broken/<episode>.log`, `report.json`. Throws HarnessError. */
export function keepIn({ folder, everything }: KeepOptions): Keeper {
  orBroken(() => makeFolder(join(folder, 'findings')));
  const log = createFileLog(join(folder, 'walk.log'), MOST_LOG);
  let kept = 0;
  let broken = 0;

  return {
    log: {
      before(line) {
        // The first line of a walk: what the last one left was kept, or is not needed.
        if ('walk' in line) log.restart();
        log.before(line);
      },
      after: log.after,
      end: log.end,
    },
    walked(episode, { outcome }) {
      if (outcome === 'error' && broken++ < MOST_BROKEN) keep('broken', String(episode));
      if (everything) keep('walks', String(episode));
    },
    suspect: ({ signature }) => keep('findings', signature),
    found(suite, finding, bugs) {
      orBroken(() =>
        writeFileSync(
          join(folder, 'findings', `${finding.signature}.yaml`),
          printReproducer(reproducerOf(suite, finding, bugs)),
        ),
      );
    },
    end(report) {
      log.close();
      orBroken(() => writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`));
    },
  };

  function keep(where: string, name: string): void {
    kept += log.bytes;
    if (kept > MOST_KEPT) return;
    orBroken(() => {
      makeFolder(join(folder, where));
      copyFileSync(log.path, join(folder, where, `${name}.log`));
    });
  }
}

/** A finding as the small file that others replay. */
export function reproducerOf(suite: Suite, finding: Finding, bugs: readonly string[]): Reproducer {
  const { suite: _, digest: __, ref, ...origin } = finding.origin;
  const { signature, kind, action, check, states, message } = finding.failure;
  return {
    suite: suite.name,
    digest: suite.digest,
    ref,
    bugs: bugs.length > 0 ? bugs : undefined,
    failure: { signature, kind, action, check, states, message },
    reliability: finding.again,
    origin,
    steps: finding.minimal,
  };
}

function orBroken(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new HarnessError(`what was found cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
  }
}
