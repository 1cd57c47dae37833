/** A bot that does nothing but answer: the least that discord.js can do, as a baseline. Started as a process of its own. */
import { Client, Events, GatewayIntentBits, MessageFlags } from 'discord.js';

const { BARE_API: api, BARE_TOKEN: token } = process.env;
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildScheduledEvents, GatewayIntentBits.GuildMembers],
  ...(api && { rest: { api } }),
});

client.on(Events.InteractionCreate, (interaction) => {
  if (interaction.isChatInputCommand()) {
    void interaction.reply({ content: `echo ${interaction.commandName}`, flags: MessageFlags.Ephemeral });
  }
});
client.once(Events.ClientReady, async ({ application }) => {
  if (process.env.BARE_COMMAND) await application.commands.set([{ name: 'echo', description: 'Answers.' }]);
  process.stdout.write('ready\n');
});
process.on('SIGTERM', () => void client.destroy().then(() => process.exit(0)));
await client.login(token);
