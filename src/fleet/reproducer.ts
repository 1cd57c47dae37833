/** A finding as one small file that `flock replay` runs anywhere. */
import { stringify } from 'yaml';
import type { Finding } from './finding.js';

export function printReproducer(finding: Finding): string {
  const { id, suite, digest, ref, seed, bugs, signature, kind, action, check, message, rate, trace } = finding;
  const head = `# Finding #${id}. Run it: flock replay finding-${id}.yaml\n`;
  return (
    head +
    stringify(
      {
        suite,
        digest,
        ...(ref === undefined ? {} : { ref }),
        seed,
        ...(bugs.length > 0 ? { bugs: [...bugs] } : {}),
        signature,
        failure: { kind, action, ...(check === undefined ? {} : { check }), message },
        reliability: rate,
        steps: [...trace],
      },
      { lineWidth: 0 },
    )
  );
}
