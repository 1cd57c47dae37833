import { Counter, Histogram, type Registry } from 'prom-client';

/** How an interaction ended. `refusal`: a rule said no. `fault`: our mistake. `late`: answered after Discord's 3 s, or not at all. */
export type Outcome = 'ok' | 'refusal' | 'fault' | 'late';

export type Meter = ReturnType<typeof createMeter>;

/** Counts what the Discord layer does. Labels are names that we declared, never anything that people wrote. */
export function createMeter(registry: Registry) {
  const registers = [registry];
  const answers = new Counter({
    name: 'flock_answers_total',
    help: 'Interactions by command and how they ended',
    labelNames: ['command', 'outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'flock_answer_seconds',
    help: 'From receiving an interaction to its first answer',
    labelNames: ['command'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers,
  });
  const faults = new Counter({
    name: 'flock_faults_total',
    help: 'Faults by where they happened',
    labelNames: ['where'] as const,
    registers,
  });
  return {
    answered(command: string, outcome: Outcome, milliseconds: number): void {
      answers.inc({ command, outcome });
      seconds.observe({ command }, milliseconds / 1000);
    },
    fault: (where: string): void => faults.inc({ where }),
  };
}
