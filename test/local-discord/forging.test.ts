import { InteractionType } from 'discord-api-types/v10';
import { afterEach, expect, it } from 'vitest';
import { connect, type GatewayClient } from '../support/gateway-client.js';
import { startTown, type Town } from '../support/local-discord.js';

let town: Town;
let client: GatewayClient;
afterEach(async () => {
  client.cut();
  await town.local.stop();
});

async function open() {
  town = await startTown();
  client = await connect(`${town.local.url.replace('http', 'ws')}/gateway`);
  client.identify(town.application.token, 1);
  await client.event('GUILD_CREATE');
}

it('sends an interaction as it was made up, and waits for its answer', async () => {
  await open();
  const action = town.local.forge({
    userId: town.ana.id,
    channelId: town.general.id,
    type: InteractionType.ApplicationCommand,
    data: { name: 7, options: 'none' },
    more: { member: null, locale: undefined },
  });
  const told = await client.event('INTERACTION_CREATE');
  expect(told).toMatchObject({ id: action.interactionId, data: { name: 7, options: 'none' }, member: null });
  expect(told).not.toHaveProperty('locale');
  await fetch(`${town.local.apiUrl}/v10/interactions/${told.id}/${told.token}/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 4, data: { content: 'what?' } }),
  });
  expect(await action.outcome).toMatchObject({ kind: 'message', message: { content: 'what?' } });
});

it('sends an event as it was made up', async () => {
  await open();
  town.local.dispatch('GUILD_MEMBER_ADD', { user: 'nobody' });
  expect(await client.event('GUILD_MEMBER_ADD')).toEqual({ user: 'nobody' });
});
