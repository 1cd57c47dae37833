/** One worker at a time in a home: whoever runs there holds a name of the system's, which ends with the process, however it ends. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';

/** In Linux's abstract namespace: no file, so that nothing is left behind by SIGKILL. Elsewhere there is no such thing. */
const nameOf = (home: string): string | undefined =>
  process.platform === 'linux'
    ? `\0flock-worker-${createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 32)}`
    : undefined;

/** Takes a home for this process. False where another has it. */
export async function holdHome(home: string): Promise<boolean> {
  const name = nameOf(home);
  if (name === undefined) return true;
  const server = createServer((asker) => asker.destroy());
  server.unref();
  try {
    server.listen(name);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Whether a worker runs in a home; undefined where this system cannot tell. */
export async function isHeld(home: string): Promise<boolean | undefined> {
  const name = nameOf(home);
  if (name === undefined) return undefined;
  const socket = connect(name);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
