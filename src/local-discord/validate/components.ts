/** Components of a message, of either version, and of a modal. */
import {
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
  ButtonStyle,
  ComponentType as C,
} from 'discord-api-types/v10';
import { z } from 'zod';
import type { FormErrors } from '../errors.js';
import { limits } from '../limits.js';
import { allowed, defaults, isSelect, shapes } from './component-shapes.js';
import { isKnownEmoji } from './emoji.js';
import { lengthOf, parseInto, text } from './form.js';

const most = limits.component;
type Node = Record<string, unknown> & { type: number; id?: number };

interface Walk {
  readonly errors: FormErrors;
  readonly row: readonly C[];
  readonly customIds: Set<string>;
  readonly ids: Set<number>;
  readonly unnumbered: Node[];
  count: number;
  textLength: number;
}

/** Reads the components of a message; `v2` where it carries IS_COMPONENTS_V2. What is wrong goes to `errors`. */
export function readComponents(value: unknown, errors: FormErrors, v2: boolean): APIMessageTopLevelComponent[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    errors.add('components', 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    return [];
  }
  if (!v2 && value.length > most.rows)
    errors.add('components', 'BASE_TYPE_MAX_LENGTH', `Must be ${most.rows} or fewer in length.`);
  const walk = newWalk(errors, allowed.messageRow);
  const nodes = readList(walk, value, 'components', v2 ? allowed.v2 : allowed.legacy);
  if (walk.count > most.total)
    errors.add(
      'components',
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      `The total number of components cannot exceed ${most.total}`,
    );
  if (walk.textLength > most.textDisplay)
    errors.add(
      'components',
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `The total size of displayable text exceeds the maximum size of ${most.textDisplay}`,
    );
  number(walk);
  return nodes as APIMessageTopLevelComponent[];
}

const modalForm = z.object({
  title: text(1, limits.modal.title),
  custom_id: text(1, most.customId),
  components: z.array(z.unknown()).min(1).max(limits.modal.components),
});

/** Reads a modal as an interaction's answer carries it, under `data`. */
export function readModal(value: unknown, errors: FormErrors): APIModalInteractionResponseCallbackData | undefined {
  const form = parseInto(modalForm, value, errors, 'data');
  if (!form) return undefined;
  const walk = newWalk(errors, allowed.modalRow);
  const components = readList(walk, form.components, 'data.components', allowed.modal);
  number(walk);
  const modal: Record<string, unknown> = { ...form, components };
  return modal as typeof modal & APIModalInteractionResponseCallbackData;
}

function newWalk(errors: FormErrors, row: readonly C[]): Walk {
  return { errors, row, customIds: new Set(), ids: new Set(), unnumbered: [], count: 0, textLength: 0 };
}

function readList(walk: Walk, values: readonly unknown[], path: string, kinds: readonly C[]): Node[] {
  const nodes: Node[] = [];
  values.forEach((value, index) => {
    const node = read(walk, value, `${path}.${index}`, kinds);
    if (node) nodes.push(node);
  });
  return nodes;
}

function read(walk: Walk, value: unknown, path: string, kinds: readonly C[]): Node | undefined {
  const { errors } = walk;
  if (typeof value !== 'object' || value === null || !('type' in value)) {
    errors.add(`${path}.type`, 'BASE_TYPE_REQUIRED', 'This field is required');
    return undefined;
  }
  const type = value.type;
  const shape = typeof type === 'number' && kinds.includes(type) ? shapes[type] : undefined;
  if (typeof type !== 'number' || !shape) {
    errors.add(`${path}.type`, 'UNION_TYPE_CHOICES', `Value of field "type" must be one of (${kinds.join(', ')}).`);
    return undefined;
  }
  walk.count += 1;
  const form = parseInto(shape, value, errors, path);
  if (!form) return undefined;
  const node: Node = { type, ...defaults[type] };
  for (const [key, part] of Object.entries(form)) if (part !== null && part !== undefined) node[key] = part;

  if (node.id) {
    if (walk.ids.has(node.id)) errors.add(`${path}.id`, 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
    walk.ids.add(node.id);
  } else walk.unnumbered.push(node);
  const customId = node.custom_id;
  if (typeof customId === 'string') {
    if (walk.customIds.has(customId))
      errors.add(`${path}.custom_id`, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
    walk.customIds.add(customId);
  }
  checkKind(walk, node, path);
  readChildren(walk, node, value, path);
  return node;
}

function readChildren(walk: Walk, node: Node, value: object, path: string): void {
  const { errors } = walk;
  const children = 'components' in value && Array.isArray(value.components) ? value.components : undefined;
  const list = (kinds: readonly C[], limit: number) => {
    if (!children || children.length === 0) {
      errors.add(`${path}.components`, 'BASE_TYPE_REQUIRED', 'This field is required');
      return;
    }
    if (children.length > limit)
      errors.add(`${path}.components`, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${limit} in length.`);
    node.components = readList(walk, children, `${path}.components`, kinds);
  };
  const one = (key: 'accessory' | 'component', kinds: readonly C[]) => {
    const child = read(walk, key in value ? Reflect.get(value, key) : undefined, `${path}.${key}`, kinds);
    if (child) node[key] = child;
  };
  if (node.type === C.ActionRow) {
    list(walk.row, walk.row === allowed.modalRow ? 1 : most.buttonsInRow);
    const row = Array.isArray(node.components) ? node.components : [];
    if (row.length > 1 && row.some((child) => isSelect(child.type)))
      errors.add(
        `${path}.components.1`,
        'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
        'The specified component exceeds the maximum width',
      );
  } else if (node.type === C.Container) list(allowed.container, most.total);
  else if (node.type === C.Section) {
    list(allowed.section, most.sectionTexts);
    one('accessory', allowed.accessory);
  } else if (node.type === C.Label) one('component', allowed.label);
}

/** Rules that reach over several fields of one component. */
function checkKind(walk: Walk, node: Node, path: string): void {
  const { errors } = walk;
  if (node.type === C.TextDisplay && typeof node.content === 'string') walk.textLength += lengthOf(node.content);
  if (node.type === C.Button) {
    const missing = (key: string, code: string, what: string) => {
      if (!node[key]) errors.add(`${path}.${key}`, code, `A ${what} is required`);
    };
    if (node.style === ButtonStyle.Link) missing('url', 'BUTTON_COMPONENT_URL_REQUIRED', 'url');
    else if (node.style === ButtonStyle.Premium) missing('sku_id', 'BUTTON_COMPONENT_SKU_ID_REQUIRED', 'sku id');
    else {
      missing('custom_id', 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'custom id');
      if (node.url) errors.add(`${path}.url`, 'BUTTON_COMPONENT_URL_FORBIDDEN', 'A url may not be set on this button');
    }
    if (node.style === ButtonStyle.Link && node.custom_id)
      errors.add(
        `${path}.custom_id`,
        'BUTTON_COMPONENT_CUSTOM_ID_FORBIDDEN',
        'A custom id may not be set on this button',
      );
    if (node.style !== ButtonStyle.Premium && !node.label && !node.emoji)
      errors.add(`${path}.label`, 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  if (!isKnownEmoji(node.emoji)) errors.add(`${path}.emoji.name`, 'COMPONENT_INVALID_EMOJI', 'Invalid emoji');
  if (Array.isArray(node.options)) {
    const seen = new Set<string>();
    node.options.forEach((option: { value: string; emoji?: unknown }, index) => {
      if (!isKnownEmoji(option.emoji))
        errors.add(`${path}.options.${index}.emoji.name`, 'COMPONENT_INVALID_EMOJI', 'Invalid emoji');
      if (seen.has(option.value))
        errors.add(
          `${path}.options.${index}.value`,
          'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
          'The specified option value is already used',
        );
      seen.add(option.value);
    });
  }
  const { min_values: least, max_values: highest } = node;
  if (typeof least === 'number' && typeof highest === 'number' && least > highest)
    errors.add(`${path}.min_values`, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${highest}.`);
  if (node.type === C.File && !mediaUrl(node.file).startsWith('attachment://'))
    errors.add(`${path}.file.url`, 'URL_TYPE_INVALID_SCHEME', 'Scheme must be attachment');
}

const mediaUrl = (media: unknown): string =>
  typeof media === 'object' && media !== null && 'url' in media && typeof media.url === 'string' ? media.url : '';

/** Gives every component without an id the next free one, in the order they stand. */
function number({ ids, unnumbered }: Walk): void {
  let next = 1;
  for (const node of unnumbered) {
    while (ids.has(next)) next += 1;
    node.id = next;
    next += 1;
  }
}

/** Calls `visit` for every component of a message, nested ones included. */
export function visitComponents(components: readonly unknown[], visit: (node: Node) => void): void {
  for (const component of components) {
    if (!isNode(component)) continue;
    visit(component);
    if (Array.isArray(component.components)) visitComponents(component.components, visit);
    if (component.accessory) visitComponents([component.accessory], visit);
    if (component.component) visitComponents([component.component], visit);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'number';

/** Text that a message shows through its components: for mentions. */
export function textOf(components: readonly unknown[]): string {
  const texts: string[] = [];
  visitComponents(components, (node) => {
    if (node.type === C.TextDisplay && typeof node.content === 'string') texts.push(node.content);
  });
  return texts.join('\n');
}
