/** One POST over a connection that is kept: fewer bytes and less memory than fetch brings along, on machines that mostly wait. */
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly body: Buffer;
  /** Where a redirection leads. */
  readonly location: string | undefined;
}

export interface Posting {
  readonly headers: OutgoingHttpHeaders;
  readonly timeoutMs: number;
  /** Most bytes of an answer that are read, whoever answers. */
  readonly most: number;
  readonly signal?: AbortSignal;
}

export type Post = (url: URL, body: string, posting: Posting) => Promise<Answered>;

/** A connection that was not used for so long may be closed at the other end, or forgotten on the way; milliseconds. */
const IDLE_MS = 90_000;

/** Rejects where no whole answer came, with the system's own words. Redirections are not followed. */
export function createPost(): Post {
  const plain = new Agent({ keepAlive: true, timeout: IDLE_MS });
  let secure: Agent | undefined;

  /** TLS is loaded by those who speak it. */
  async function agentFor({ protocol }: URL): Promise<Agent> {
    if (protocol !== 'https:') return plain;
    const { Agent: SecureAgent } = await import('node:https');
    secure ??= new SecureAgent({ keepAlive: true, timeout: IDLE_MS });
    return secure;
  }

  return async (url, body, { headers, timeoutMs, most, signal }) => {
    const agent = await agentFor(url);
    const timeout = AbortSignal.timeout(timeoutMs);
    const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const once = (last: boolean): Promise<Answered> =>
      new Promise((resolve, reject) => {
        const call = request(url, { method: 'POST', agent, headers, signal: ended, protocol: url.protocol });
        call.on('response', (response) => void read(response, most).then(resolve, reject));
        call.on('error', (error: NodeJS.ErrnoException) => {
          if (timeout.aborted) reject(new Error('no answer in time'));
          // The other end hung up just then. Said twice it is heard once: its nonce sees to that.
          else if (!last && call.reusedSocket && error.code === 'ECONNRESET') once(true).then(resolve, reject);
          else reject(error);
        });
        call.end(body);
      });
    return once(false);
  };
}

async function read(response: IncomingMessage, most: number): Promise<Answered> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw new Error(`more than ${most} bytes came`);
    parts.push(part);
  }
  const { statusCode: status = 0, headers } = response;
  return { status, body: Buffer.concat(parts), location: headers.location };
}
