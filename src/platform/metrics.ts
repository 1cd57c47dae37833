import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OutboxStats } from './outbox.js';

export type AnswerOutcome = 'ok' | 'refused' | 'fault';
export type DeliveryOutcome = 'delivered' | 'retried' | 'parked';

export interface MetricsSources {
  readonly openGuildFiles: () => number;
  readonly outbox: () => OutboxStats;
  readonly now: () => number;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** What `GET /metrics` shows. The registry belongs to one app: two in a process do not share counts. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  new Gauge({
    name: 'flock_event_loop_lag_seconds',
    help: 'Longest delay of the event loop since the last look.',
    registers,
    collect() {
      this.set(delay.max / 1e9);
      delay.reset();
    },
  });
  new Gauge({
    name: 'flock_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  return {
    registry,
    answers: new Counter({
      name: 'flock_answers_total',
      help: 'Interactions answered, by command and outcome: ok, refused by a rule, or our fault.',
      labelNames: ['command', 'outcome'] as const,
      registers,
    }),
    answerSeconds: new Histogram({
      name: 'flock_answer_seconds',
      help: 'From the arrival of an interaction to its first answer.',
      labelNames: ['command'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
      registers,
    }),
    deliveries: new Counter({
      name: 'flock_deliveries_total',
      help: 'Attempts to deliver effects, by kind and outcome.',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    unhandled: new Counter({
      name: 'flock_unhandled_rejections_total',
      help: 'Promises that were rejected and nobody minded.',
      registers,
    }),
    timerFaults: new Counter({ name: 'flock_timer_faults_total', help: 'Timers whose handler threw.', registers }),

    /** Adds the gauges that are read from the app's state when somebody looks. */
    watch({ openGuildFiles, outbox, now }: MetricsSources): void {
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
      gauge('flock_guild_files_open', 'Guild files that are open now.', openGuildFiles);
      gauge('flock_outbox_pending', 'Effects that wait to be delivered.', () => outbox().pending);
      gauge('flock_outbox_parked', 'Effects that were given up and wait for staff.', () => outbox().parked);
      gauge('flock_outbox_oldest_seconds', 'Age of the oldest effect that waits.', () => {
        const { oldest } = outbox();
        return oldest === undefined ? 0 : Math.max(0, now() - oldest) / 1000;
      });
    },

    stop(): void {
      delay.disable();
      registry.clear();
    },
  };
}
