/** What a job came to, so that it can be told: in the protocol's words, and within its limits. */
import { z } from 'zod';
import { MAX_BODY, resultRequest } from '../fleet/protocol.js';

export const performedSchema = resultRequest.omit({ attempt: true, epoch: true, nonce: true, next: true });

/** What a job came to, before the fence is put on it. */
export type Performed = z.input<typeof performedSchema>;

/** What is put around it takes so much, at most; bytes. */
const AROUND = 32 * 1024;

const fits = (performed: Performed): boolean => Buffer.byteLength(JSON.stringify(performed)) <= MAX_BODY - AROUND;

/**
 * Leaves out what there is no room for: coverage first, then failures, but never the first. A result that would be refused whole
 * breaks every machine that comes to it; said to be an error of the test, it breaks none.
 */
export function fitted(performed: Performed): Performed {
  const { coverage, sightings } = performed;
  let told: Performed = performed;
  if (!fits(told)) told = { ...told, coverage: { ...coverage, pairs: [] } };
  if (!fits(told)) told = { ...told, coverage: { ...coverage, pairs: [], transitions: [] } };
  for (let left = sightings.length - 1; left > 0 && !fits(told); left--)
    told = { ...told, sightings: sightings.slice(0, left) };
  const parsed = performedSchema.safeParse(told);
  if (parsed.success && fits(told)) return told;
  const why = parsed.success
    ? 'it is larger than what a machine may say'
    : z.prettifyError(parsed.error).slice(0, 1000);
  const nothing = { actions: {}, transitions: [], pairs: [] };
  return {
    ...told,
    outcome: 'error',
    error: `what came of it cannot be told: ${why}`,
    sightings: [],
    coverage: nothing,
  };
}
