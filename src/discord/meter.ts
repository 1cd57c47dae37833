import { Counter } from 'prom-client';
import type { Metrics } from '../platform/metrics.js';

/** How an interaction ended. `refusal`: a rule said no. `fault`: our mistake. `late`: answered after Discord's 3 s, or not at all. */
export type Outcome = 'ok' | 'refusal' | 'fault' | 'late';

export type Meter = ReturnType<typeof createMeter>;

/** Counts what the Discord layer does. Labels are names that we declared, never anything that people wrote. */
export function createMeter({ registry, answers, answerSeconds }: Metrics) {
  const faults = new Counter({
    name: 'flock_faults_total',
    help: 'Faults, by where they happened.',
    labelNames: ['where'] as const,
    registers: [registry],
  });
  return {
    answered(command: string, outcome: Outcome, milliseconds: number): void {
      answers.inc({ command, outcome });
      answerSeconds.observe({ command }, milliseconds / 1000);
    },
    fault: (where: string): void => faults.inc({ where }),
  };
}
