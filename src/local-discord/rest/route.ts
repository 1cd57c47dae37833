/** A REST route as data: where it stands and what it does with a parsed request. */
import type { Application, Id } from '../model.js';
import type { Upload } from '../validate/message.js';

/** A request, parsed. */
export interface Asking {
  /** Undefined on routes that a token in the path opens. */
  readonly application: Application | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly Upload[];
  /** `X-Discord-Locale`. */
  readonly locale: string | undefined;
  /** `X-Audit-Log-Reason`. */
  readonly reason?: string | undefined;
}

export interface Reply {
  readonly status: number;
  /** JSON; nothing with 204. */
  readonly body?: unknown;
  /** With 429: seconds. A client that is not told how long to wait asks again at once. */
  readonly retryAfter?: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RestRoute {
  readonly method: Method;
  /** Below /api/v10, with `:name` for parameters. */
  readonly path: string;
  /** Whether the bot's token is needed; else the path's own token opens it, or everyone may. */
  readonly authorised: boolean;
  /** Of several routes of one shape, the first that serves the request runs. */
  serves?(asking: Asking): boolean;
  run(asking: Asking): Reply;
}

/** A request of a bot that is logged in; `by` is its user. */
export interface BotAsking extends Asking {
  readonly application: Application;
  readonly by: Id;
}

/** A route for bots. What it returns is the JSON of a 200; nothing is a 204; a Status says otherwise. */
export function bot(method: Method, path: string, run: (asking: BotAsking) => object | undefined): RestRoute {
  return {
    method,
    path,
    authorised: true,
    run(asking) {
      if (!asking.application) return { status: 401 };
      return reply(run({ ...asking, application: asking.application, by: asking.application.bot_id }));
    },
  };
}

/** A route that needs no bot's token. */
export function open(method: Method, path: string, run: (asking: Asking) => object | undefined): RestRoute {
  return { method, path, authorised: false, run: (asking) => reply(run(asking)) };
}

/** A body with another status than 200. */
export class Status {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}

const reply = (result: object | undefined): Reply =>
  result === undefined
    ? { status: 204 }
    : result instanceof Status
      ? { status: result.status, body: result.body }
      : { status: 200, body: result };
