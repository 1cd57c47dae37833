import { DefaultRestOptions, type RESTOptions } from 'discord.js';

/** Resolves when all that was committed is on the disk; undefined when it is. */
export type Settled = () => Promise<void> | undefined;

/**
 * How a REST client sends: not before what it tells of is on the disk. Whatever a request takes to be made ready is done
 * meanwhile.
 */
export function onceSettled(settled: Settled): RESTOptions['makeRequest'] {
  const { makeRequest } = DefaultRestOptions;
  return async (url, init) => {
    await settled();
    return makeRequest(url, init);
  };
}
