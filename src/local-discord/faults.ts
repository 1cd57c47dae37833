/** Things that go wrong on demand: what Discord and the network do on a bad day, for tests and for trying out. */

/** What goes wrong. `lose-response` makes the change, then cuts the line before the answer. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly body?: object }
  /** Waits, in milliseconds, then answers as usual. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** 429 with `retry_after` in seconds. */
  | { readonly kind: 'rate-limit'; readonly retryAfter: number; readonly global?: boolean }
  /** Cuts the line before anything is done. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'lose-response' };

/** A request, as a fault may look at it. */
export interface FaultCall {
  readonly method: string;
  /** Below /api/v10: `/channels/1/messages`. */
  readonly path: string;
  readonly body: unknown;
}

export interface Fault {
  /**
   * Which requests: method and path, `POST /channels/:channel/messages`; `:name` or `*` stands for one part of the
   * path, `**` for any number. A RegExp is tried on the same text. Without it: every request.
   */
  readonly on?: string | RegExp;
  readonly when?: (call: FaultCall) => boolean;
  /** How many requests pass first; 0 by default. */
  readonly after?: number;
  /** How many requests are hit; 1 by default. */
  readonly times?: number;
  readonly trouble: Trouble;
}

export interface ArmedFault {
  /** How many requests were hit so far. */
  readonly hits: number;
  remove(): void;
}

export interface Faults {
  add(fault: Fault): ArmedFault;
  /** Removes all. */
  clear(): void;
  /** What goes wrong with this request, if anything; counts it. */
  strike(call: FaultCall): Trouble | undefined;
}

export function createFaults(): Faults {
  const armed = new Set<{ fault: Fault; pattern: RegExp | undefined; passed: number; hits: number }>();
  return {
    add(fault) {
      const entry = { fault, pattern: patternOf(fault.on), passed: 0, hits: 0 };
      armed.add(entry);
      return {
        get hits() {
          return entry.hits;
        },
        remove: () => void armed.delete(entry),
      };
    },
    clear: () => armed.clear(),
    strike(call) {
      if (armed.size === 0) return undefined;
      const line = `${call.method} ${call.path}`;
      for (const entry of armed) {
        const { fault, pattern } = entry;
        if (entry.hits >= (fault.times ?? 1)) continue;
        if (pattern && !pattern.test(line)) continue;
        if (fault.when && !fault.when(call)) continue;
        if (entry.passed < (fault.after ?? 0)) {
          entry.passed += 1;
          continue;
        }
        entry.hits += 1;
        return fault.trouble;
      }
      return undefined;
    },
  };
}

function patternOf(on: Fault['on']): RegExp | undefined {
  if (on === undefined || on instanceof RegExp) return on;
  const source = on
    .split(/(\*\*|\*|:[A-Za-z_]+)/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*' || part.startsWith(':')) return '[^/]+';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
