import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDeliveryRest } from '../../src/discord/delivery-rest.js';
import { restEndpoint } from '../support/rest-endpoint.js';

let endpoint: Awaited<ReturnType<typeof restEndpoint>>;

beforeEach(async () => {
  endpoint = await restEndpoint(() => ({ status: 200, body: { id: '1' } }));
});
afterEach(() => endpoint.close());

const restThat = (settled: () => Promise<void> | undefined) =>
  createDeliveryRest({ api: endpoint.api, token: 'test-token', settled });

it('sends nothing before what it tells of is on the disk', async () => {
  let reachDisk: () => void = () => {};
  let asked: () => void = () => {};
  const waits = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const disk = new Promise<void>((resolve) => {
    reachDisk = resolve;
  });
  const sending = restThat(() => {
    asked();
    return disk;
  }).post('/channels/1/messages', { body: { content: 'done' } });
  await waits;
  // Another request of the same process comes and goes meanwhile: this one would have, too.
  await restThat(() => undefined).get('/users/@me');
  expect(endpoint.asked.map(({ path }) => path)).toEqual(['/users/@me']);
  reachDisk();
  await sending;
  expect(endpoint.asked.map(({ path }) => path)).toEqual(['/users/@me', '/channels/1/messages']);
});

it('sends nothing of what the disk refused', async () => {
  const sending = restThat(() => Promise.reject(new Error('the disk is full'))).post('/channels/1/messages');
  await expect(sending).rejects.toThrow('the disk is full');
  expect(endpoint.asked).toEqual([]);
});
