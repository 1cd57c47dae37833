import type { ApiErrorCode } from './protocol.js';

/** What each refusal of the worker API is, and the HTTP status that goes with it. */
export const API_ERRORS = {
  bad_request: [400, 'The request does not fit the protocol.'],
  bad_code: [403, 'This code is wrong, used or out of date. Ask for a new one with /machine lend.'],
  key_taken: [
    409,
    'This machine is enrolled here already. Take it back first (/machine withdraw), or make a new key (flock worker leave).',
  ],
  bad_signature: [401, 'The signature does not fit this call.'],
  clock_off: [401, "This machine's clock is off by more than two minutes."],
  replayed: [401, 'This call was heard before.'],
  unknown_machine: [401, 'No such machine is enrolled here.'],
  withdrawn: [403, 'This machine was withdrawn.'],
  too_old: [426, 'This worker is too old for the coordinator. Upgrade it.'],
  too_new: [426, 'This worker is newer than the coordinator. Use the version that the coordinator has.'],
  too_large: [413, 'The request is too large.'],
  too_many: [429, 'Too many tries. Wait a while.'],
  too_many_machines: [403, 'This lender has as many machines as one member may lend.'],
  not_found: [404, 'There is no such thing.'],
  not_yours: [403, 'This lease is not held by this machine.'],
  unavailable: [503, 'The coordinator cannot answer at the moment.'],
} as const satisfies Record<ApiErrorCode, readonly [status: number, message: string]>;

/** The coordinator said no to a worker. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;

  constructor(readonly code: ApiErrorCode) {
    super(API_ERRORS[code][1]);
    this.status = API_ERRORS[code][0];
  }
}
