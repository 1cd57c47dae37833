/** A driver's functions as a system in this process: the same code as behind the pipe, at the pace of function calls. */
import { DriverError, type Served } from '../../src/woodpecker/drivers/serve.js';
import {
  type ActAnswer,
  type BoundStep,
  HarnessError,
  StepTimeout,
  type System,
  SystemFailed,
  SystemRefused,
} from '../../src/woodpecker/types.js';

/** `folder` is what the driver may write into. */
export function servedSystem(methods: Required<Omit<Served, 'fault'>>, folder = ''): System {
  return {
    start: (options) => said(async () => void (await methods.start({ protocol: 1, folder, ...options }))),
    act: (step: BoundStep): Promise<ActAnswer> => said(async () => methods.act(step)),
    observe: (known) => said(async () => methods.observe({ known })),
    check: (name, known, timeoutMs) =>
      said(async () => {
        const verdict = await methods.check({ name, known, timeoutMs });
        return verdict.ok ? undefined : verdict.message;
      }),
    stop: (known) => said(async () => ({ leaks: (await methods.stop({ known })).leaks ?? [] })),
    kill: () => undefined,
  };
}

const ERRORS = { refused: SystemRefused, failed: SystemFailed, timeout: StepTimeout, broken: HarnessError } as const;

async function said<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new ERRORS[error.kind](error.message);
  }
}
