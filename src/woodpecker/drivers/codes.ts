/** Numbers of the protocol that drivers need at run time, apart from its schemas: a driver starts once a walk, and soon. */

/** Error codes of a driver's own. Any other code (JSON-RPC's included) says that the driver is broken. */
export const DRIVER_ERRORS = {
  /** The system said no in its own words. Right for a step that had to be refused, a finding for any other. */
  refused: -32001,
  /** The system broke: a crash, an internal error, a job that ended in failure. A finding, whatever the step. */
  failed: -32002,
  /** The system did not answer within the step's `timeoutMs`. */
  timeout: -32003,
  /** The test broke: no connection, disk full, a resource that somebody else took away. Never a finding. */
  broken: -32004,
} as const;

/** JSON-RPC's own: the driver has no such method. Allowed for `observe` and `stop`, which are then skipped. */
export const METHOD_NOT_FOUND = -32601;
