/** The lender's own terms, in a file on the lent machine. Nobody can override them from elsewhere. */
import { z } from 'zod';

const clockTime = /^([01]\d|2[0-3]):[0-5]\d$/;
const hours = z
  .string('hours look like 22:00-08:00')
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'hours look like 22:00-08:00')
  .refine((span) => new Set(span.split('-')).size === 2, 'hours end at another time than they begin; [] is always')
  .describe('From and to, in `zone`; past midnight is fine');

/** A host, any port or one; or all hosts below a domain. */
const DESTINATION = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*(:\d{1,5})?$/i;

export const policySchema = z.strictObject({
  hours: z.array(hours, 'hours are a list, as [22:00-08:00]').default([]).describe('When it may work; empty: always'),
  zone: z
    .string()
    .refine((zone) => isZone(zone), 'a time zone looks like Asia/Shanghai or UTC')
    .default('UTC'),
  cores: z.int().min(1).default(1).describe('Jobs at a time'),
  memory_mb: z.int().min(64).default(1024).describe('Most memory that jobs may take together'),
  disk_mb: z.int().min(16).default(1024).describe('Most disk that jobs and logs may take together'),
  max_minutes: z.number().positive().max(1440).default(30).describe('Longest job that is taken'),
  suites: z
    .array(z.strictObject({ name: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }))
    .default([])
    .describe('What may run here, pinned: `flock worker accept NAME` adds one'),
  tier: z.enum(['in-process', 'bubblewrap']).default('bubblewrap'),
  network: z
    .union([z.literal('none'), z.array(z.string().regex(DESTINATION))], {
      error: 'network is none, or a list of hosts as [github.com, "*.debian.org:443"]',
    })
    .default('none')
    .describe('bubblewrap: where jobs may connect to; never into a private network, whatever stands here'),
});
export type Policy = z.infer<typeof policySchema>;

function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** To make one costs more than to ask it a thousand times. Throws RangeError for what is no zone. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(zone, clock);
  return clock;
}

const minutesOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
};

/** As a clock on the wall there shows it: 22:05. */
export const timeOfDay = (at: number, zone: string): string => clockOf(zone).format(at);

/** Minutes since midnight in a zone. */
export function minuteOfDay(at: number, zone: string): number {
  const time = timeOfDay(at, zone);
  if (!clockTime.test(time)) throw new RangeError(`not a time of day: ${time}`);
  return minutesOf(time);
}

/** Whether the lender lets the machine work now. */
export function mayWork({ hours: allowed, zone }: Pick<Policy, 'hours' | 'zone'>, at: number): boolean {
  if (allowed.length === 0) return true;
  const now = minuteOfDay(at, zone);
  return allowed.some((span) => {
    const [from = 0, to = 0] = span.split('-').map(minutesOf);
    return from <= to ? now >= from && now < to : now >= from || now < to;
  });
}

/** Minutes until it may work again, at most a day; 0 when it may now. For the lender's eyes and for the length of jobs. */
export function minutesUntil(policy: Pick<Policy, 'hours' | 'zone'>, at: number, wanted: boolean): number {
  for (let minutes = 0; minutes <= 1440; minutes++) {
    if (mayWork(policy, at + minutes * 60_000) === wanted) return minutes;
  }
  return 1440;
}
