/** The driver's end of the conversation, for drivers in TypeScript: reads requests, hands them to functions, writes answers. */
import type { Readable, Writable } from 'node:stream';
import { DRIVER_ERRORS, METHOD_NOT_FOUND } from './codes.js';
import type { DriverMethods, Method } from './protocol.js';

type Answer<T> = T | Promise<T>;

/** One function a method. `check`, `observe` and `stop` may be missing; `fault` is answered by `act` unless it is there. */
export type Served = {
  readonly [M in Method]?: (params: Parameters<DriverMethods[M]>[0]) => Answer<ReturnType<DriverMethods[M]>>;
};

/** Thrown by a driver's functions: which of the four errors of the protocol it is. Anything else that they throw is `broken`. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  constructor(
    readonly kind: keyof typeof DRIVER_ERRORS,
    message: string,
  ) {
    super(message);
  }
}

export interface Serving {
  /** A line for the action log of the walk. */
  log(message: string): void;
}

/** Answers until `input` ends. Requests that come in while others are being answered are begun at once. */
export function serve(
  methods: Served,
  { input, output }: { readonly input: Readable; readonly output: Writable },
): Serving {
  const say = (message: object): void => void output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answerTo = async (line: string): Promise<void> => {
    const { id, method, params }: Request = JSON.parse(line);
    try {
      say({ id, result: (await call(methods, method, params)) ?? {} });
    } catch (error) {
      say({ id, error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } });
    }
  };
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) void answerTo(line);
  });
  return { log: (message) => say({ method: 'log', params: { message } }) };
}

/** Flock wrote it: its parameters are what the method is declared to take. */
interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: never;
}

class NoSuchMethod extends Error {}

function call(methods: Served, name: string, params: never): Answer<unknown> {
  if (name === 'fault' && !methods.fault) return call(methods, 'act', params);
  const method = Object.hasOwn(methods, name) ? methods[name as Method] : undefined;
  if (!method) throw new NoSuchMethod(`there is no method ${name}`);
  return method(params);
}

function codeOf(error: unknown): number {
  if (error instanceof NoSuchMethod) return METHOD_NOT_FOUND;
  return DRIVER_ERRORS[error instanceof DriverError ? error.kind : 'broken'];
}
