/** How a person uses applications: commands, menus, buttons, selects and modals. */
import {
  type APIButtonComponent,
  type APISelectMenuComponent,
  ApplicationCommandType,
  ButtonStyle,
  ComponentType as C,
  InteractionType,
  ApplicationCommandOptionType as Option,
} from 'discord-api-types/v10';
import { type Place, placeOf } from '../access.js';
import type { Action, Actor, MessageAt, Upload } from '../actor.js';
import { fail, invalid } from '../errors.js';
import type { Interactions } from '../interactions/index.js';
import type { Interaction } from '../interactions/live.js';
import { createResolving } from '../interactions/resolved.js';
import type { Application, Attachment, Command, Id, Message } from '../model.js';
import { isSelect } from '../validate/component-shapes.js';
import { visitComponents } from '../validate/components.js';
import type { World } from '../world.js';
import { readFields } from './modal-fields.js';
import { findUser } from './naming.js';
import { pickChatCommand, pickMenuCommand } from './offers.js';
import { readPicks } from './picks.js';
import { type OptionData, readOptions, readPartialOptions, type Typing } from './typed-options.js';

export interface InteractingDeps {
  readonly world: World;
  readonly interactions: Interactions;
  /** Keeps a file that only the application of an interaction sees. */
  upload(file: Upload): Attachment;
  /** A message on the person's screen. Refuses: unknownMessage, missingAccess. */
  messageFor(userId: Id, at: MessageAt): Message;
}

type Interacting = Pick<
  Actor,
  'command' | 'autocomplete' | 'userMenu' | 'messageMenu' | 'press' | 'select' | 'submit' | 'dismiss'
>;

export function createInteracting(deps: InteractingDeps, userId: Id): Interacting {
  const { world, interactions } = deps;
  const { commands } = interactions;

  const typingAt = (place: Place, application: Application): Typing => ({
    world,
    place,
    userId,
    resolving: createResolving(world, place, userId, application),
    upload: deps.upload,
  });

  /** Sends a command, or what is typed of it so far. */
  function use(
    type: InteractionType,
    place: Place,
    application: Application,
    command: Command,
    typing: Typing,
    rest: { options?: OptionData[]; target_id?: Id },
    target: Interaction['target'] = {},
  ): Action {
    const { resolved } = typing.resolving;
    const data = {
      id: command.id,
      name: command.name,
      type: command.type,
      ...(command.guild_id && { guild_id: command.guild_id }),
      ...rest,
      ...(resolved && { resolved }),
    };
    const path = pathOf(command.name, rest.options);
    const asked = { type, application, userId, place, data, target, command: path };
    return actionOf(interactions.ask({ ...asked, source: undefined, openedBy: undefined }));
  }

  /** Uses a component of a message. */
  function touch(at: MessageAt, find: (message: Message) => Component, values?: readonly string[]): Action {
    const message = deps.messageFor(userId, at);
    const place = placeOf(world, userId, message.channel_id);
    const component = find(message);
    if (component.disabled) invalid(customIdOf(component), 'COMPONENT_DISABLED', 'This component is disabled.');
    const application = world.applications.get(message.application_id ?? '') ?? applicationOf(world, message.author_id);
    const typing = typingAt(place, application);
    const picked = component.type === C.Button ? {} : { values: readPicks(typing, component, values ?? []) };
    const { resolved } = typing.resolving;
    const data = {
      custom_id: customIdOf(component),
      component_type: component.type,
      id: component.id,
      ...picked,
      ...(resolved && { resolved }),
    };
    const type = InteractionType.MessageComponent;
    return actionOf(
      interactions.ask({ type, application, userId, place, data, source: message, target: {}, openedBy: undefined }),
    );
  }

  return {
    command(channelId, path, options = {}, of) {
      const place = placeOf(world, userId, channelId);
      const picked = pickChatCommand(world, commands, place, path, of);
      const typing = typingAt(place, picked.application);
      const given = readOptions(typing, picked, options);
      return use(InteractionType.ApplicationCommand, place, picked.application, picked.command, typing, {
        options: given,
      });
    },

    autocomplete(channelId, path, focused, options = {}, of) {
      const place = placeOf(world, userId, channelId);
      const picked = pickChatCommand(world, commands, place, path, of);
      const typing = typingAt(place, picked.application);
      const given = readPartialOptions(typing, picked, options, focused);
      const type = InteractionType.ApplicationCommandAutocomplete;
      return use(type, place, picked.application, picked.command, typing, { options: given });
    },

    userMenu(channelId, name, typed, of) {
      const place = placeOf(world, userId, channelId);
      const { application, command } = pickMenuCommand(world, commands, place, ApplicationCommandType.User, name, of);
      const target = findUser(world, place, typed) ?? fail('unknownUser');
      const typing = typingAt(place, application);
      typing.resolving.user(target);
      const type = InteractionType.ApplicationCommand;
      return use(type, place, application, command, typing, { target_id: target }, { userId: target });
    },

    messageMenu(at, name, of) {
      const message = deps.messageFor(userId, at);
      const place = placeOf(world, userId, message.channel_id);
      const { application, command } = pickMenuCommand(
        world,
        commands,
        place,
        ApplicationCommandType.Message,
        name,
        of,
      );
      const typing = typingAt(place, application);
      typing.resolving.message(message);
      const type = InteractionType.ApplicationCommand;
      return use(type, place, application, command, typing, { target_id: message.id }, { messageId: message.id });
    },

    press: (at, button) => touch(at, (message) => findButton(message, button)),
    select: (at, customId, values) => touch(at, (message) => findSelect(message, customId), values),

    submit(modal, fields) {
      const id = typeof modal === 'string' ? modal : modal.id;
      const { modal: shown, openedBy } = interactions.modals.get(userId, id);
      const place = placeOf(world, userId, openedBy.channelId);
      const typing = typingAt(place, openedBy.application);
      const components = readFields(typing, shown.data, fields);
      interactions.modals.close(userId, id);
      const { resolved } = typing.resolving;
      const data = { custom_id: shown.data.custom_id, components, ...(resolved && { resolved }) };
      const { application, source } = openedBy;
      const type = InteractionType.ModalSubmit;
      return actionOf(interactions.ask({ type, application, userId, place, data, source, target: {}, openedBy }));
    },

    dismiss: (modal) => void interactions.modals.close(userId, typeof modal === 'string' ? modal : modal.id),
  };
}

/** A command's name with the group and subcommand that were chosen: `question close`. */
function pathOf(name: string, options: readonly OptionData[] | undefined): string {
  const branch = options?.find(({ type }) => type === Option.Subcommand || type === Option.SubcommandGroup);
  return branch ? `${name} ${pathOf(branch.name, branch.options)}` : name;
}

type Component = APIButtonComponent | APISelectMenuComponent;

const customIdOf = (component: Component): string => ('custom_id' in component ? component.custom_id : '');

const actionOf = ({ id, outcome, settled }: Interaction): Action => ({ interactionId: id, outcome, settled });

function applicationOf(world: World, botId: Id): Application {
  for (const application of world.applications.values()) if (application.bot_id === botId) return application;
  return fail('unknownApplication');
}

/** By custom_id, or else by label. Refuses: a button that is not there, a link. */
function findButton(message: Message, wanted: string): Component {
  const buttons: APIButtonComponent[] = [];
  visitComponents(message.components, (node) => {
    // The kind was checked when the message was sent.
    if (node.type === C.Button) buttons.push(node as object as APIButtonComponent);
  });
  const button =
    buttons.find((one) => customIdOf(one) === wanted) ??
    buttons.find((one) => 'label' in one && one.label === wanted) ??
    invalid('custom_id', 'COMPONENT_UNKNOWN', `There is no button "${wanted}".`);
  if (button.style === ButtonStyle.Link || button.style === ButtonStyle.Premium)
    invalid('custom_id', 'COMPONENT_UNKNOWN', 'This button tells no application.');
  return button;
}

function findSelect(message: Message, customId: string): Component {
  let found: APISelectMenuComponent | undefined;
  visitComponents(message.components, (node) => {
    if (isSelect(node.type) && node.custom_id === customId) found = node as object as APISelectMenuComponent;
  });
  return found ?? invalid('custom_id', 'COMPONENT_UNKNOWN', `There is no select "${customId}".`);
}
