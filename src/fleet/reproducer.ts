/** A finding as the one small file that `flock replay` runs anywhere. */
import { printReproducer } from '../woodpecker/reproducer.js';
import { parseStep } from '../woodpecker/step-text.js';
import type { Finding } from './finding.js';

/** `runs`: how often its steps were run on the machines that saw it, and how often they failed. */
export function reproducerOf(
  finding: Finding,
  { runs, hits }: { readonly runs: number; readonly hits: number },
): string {
  const { suite, digest, ref, bugs, signature, kind, action, check, states, message, trace } = finding;
  return printReproducer({
    suite,
    digest,
    ...(ref === undefined ? {} : { ref }),
    ...(bugs.length > 0 ? { bugs } : {}),
    failure: { signature, kind, action, ...(check === undefined ? {} : { check }), states, message },
    reliability: { hits, tries: runs },
    steps: trace.map((line) => parseStep(line)),
  });
}
