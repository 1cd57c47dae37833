/** What virsh says went wrong, in libvirt's own words: a refusal, a failure, or a test that broke. */

/** A command that did not succeed. */
export interface Trouble {
  readonly kind: 'refused' | 'failed' | 'broken';
  /** Every line that virsh called an error, in one. */
  readonly message: string;
}

/** The connection or this machine gave way: says nothing about libvirt. */
const BROKEN = [
  /failed to connect to the hypervisor/i,
  /no valid connection/i,
  /Disconnected from/i,
  /End of file while reading data/i,
  /Cannot recv data|unable to connect to (?:server|socket)/i,
  /No space left on device/i,
  /Permission denied|authentication (?:failed|unavailable)/i,
  /unknown command|doesn't support option/i,
];

/** libvirt's words for a request that does not fit, by its error codes; then virsh's own, said before it asks libvirt. */
const REFUSED = [
  /Requested operation is not valid/i,
  /not found/i,
  /invalid argument/i,
  /unsupported configuration/i,
  /unsupported flags/i,
  /not supported by the connection driver/i,
  /Operation not supported/i,
  /No such file or directory/i,
  /failed to get (?:domain|network|pool|vol|snapshot)/i,
  /Domain is already active/i,
  /Refusing to undefine/i,
  /is not active/i,
];

/**
 * How the test driver says no to suspending, resuming and shutting down what is in another state: by the code of an internal
 * error. Taken for a refusal, as it is meant, except where the code itself is what is asked (docs/findings-libvirt.md).
 */
const REFUSED_AMISS = /internal error: domain '[^']*' not (?:running|paused)/;

/** What is wrong with an answer; undefined where the command succeeded. `strictly`: by libvirt's code and nothing else. */
export function troubleIn(output: string, strictly = false): Trouble | undefined {
  const said = output
    .split('\n')
    .filter((line) => line.startsWith('error: '))
    .map((line) => line.slice('error: '.length).trim());
  if (said.length === 0) return undefined;
  const message = said.join(': ');
  const fits = (words: readonly RegExp[]) => words.some((word) => word.test(message));
  if (fits(BROKEN)) return { kind: 'broken', message };
  // "internal error", "operation failed", and words that nobody foresaw: libvirt broke rather than said no.
  const refused = fits(REFUSED) || (!strictly && REFUSED_AMISS.test(message));
  return { kind: refused ? 'refused' : 'failed', message };
}
