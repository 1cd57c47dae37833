/** A bot that does nothing but answer: the least that discord.js can do, as a baseline. Started as a process of its own. */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  Client,
  ComponentType,
  Events,
  GatewayIntentBits,
  MessageFlags,
  TextInputStyle,
} from 'discord.js';

const { BARE_API: api, BARE_TOKEN: token } = process.env;
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildScheduledEvents, GatewayIntentBits.GuildMembers],
  ...(api && { rest: { api } }),
});

const NONE = { label: 'None', value: 'none' };
/** As large as the form in which a question is written: what a form costs by itself is no cost of the question. */
const FORM: APIModalInteractionResponseCallbackData = {
  custom_id: 'echo',
  title: 'Echo',
  components: [
    label({ custom_id: 'title', type: ComponentType.TextInput, style: TextInputStyle.Short }),
    label({ custom_id: 'body', type: ComponentType.TextInput, style: TextInputStyle.Paragraph }),
    label({ custom_id: 'version', type: ComponentType.TextInput, style: TextInputStyle.Short, required: false }),
    label({ custom_id: 'subject', type: ComponentType.StringSelect, required: false, options: [NONE] }),
    label({ custom_id: 'file', type: ComponentType.FileUpload, required: false, min_values: 0 }),
  ],
};

function label(component: APIComponentInLabel): APILabelComponent {
  return { type: ComponentType.Label, label: 'Echo', component };
}

client.on(Events.InteractionCreate, (interaction) => {
  if (interaction.isChatInputCommand() && interaction.commandName === 'form') void interaction.showModal(FORM);
  else if (interaction.isChatInputCommand() || interaction.isModalSubmit()) {
    void interaction.reply({ content: 'echo', flags: MessageFlags.Ephemeral });
  }
});
client.once(Events.ClientReady, async ({ application }) => {
  if (process.env.BARE_COMMAND) {
    await application.commands.set(['echo', 'form'].map((name) => ({ name, description: 'Answers.' })));
  }
  process.stdout.write('ready\n');
});
process.on('SIGTERM', () => void client.destroy().then(() => process.exit(0)));
await client.login(token);
