/** ZStack's error codes: which say no, which say that it broke, and which say nothing about it. */
import { DriverError } from '../../../src/woodpecker/drivers/serve.js';

/** As the API gives it; `cause` is the error below it. */
export interface ErrorCode {
  readonly code?: string;
  readonly description?: string;
  readonly details?: string;
  readonly cause?: ErrorCode;
}

/** Sessions, accounts, access keys: the test may not do what it wants to. */
const BROKEN = /^ID\./;
const TIMEOUT = 'SYS.1001';
/** What stands in the chain when ZStack looked at a request and would not have it: a wrong state, something unknown, a bad value. */
const REFUSED = new Set(['VM.1010', 'SYS.1003', 'SYS.1005', 'SYS.1007']);
/** "Operation error": what ZStack says of most requests that do not fit, and also on top of what broke below. */
const OPERATION = 'SYS.1006';

/** The chain, from what was asked down to what went wrong first. */
function chain(error: ErrorCode): ErrorCode[] {
  const all: ErrorCode[] = [];
  for (let at: ErrorCode | undefined = error; at && all.length < 20; at = at.cause) all.push(at);
  return all;
}

export function driverErrorOf(error: ErrorCode): DriverError {
  const links = chain(error);
  const last = links.at(-1);
  const message = `${last?.code ?? 'no code'}: ${last?.details ?? last?.description ?? 'no words'}`;
  const codes = links.map(({ code = '' }) => code);
  if (codes.some((code) => BROKEN.test(code))) return new DriverError('broken', message);
  if (codes.includes(TIMEOUT)) return new DriverError('timeout', message);
  const said = codes.some((code) => REFUSED.has(code)) || codes.every((code) => code === OPERATION);
  return new DriverError(said ? 'refused' : 'failed', message);
}
