/**
 * The written form of a suite: what a person puts into `suite.yaml`. Short forms stand beside long ones, so that simple
 * things stay simple; `compile.ts` turns them all into one typed form. `data/suites/example/suite.yaml` explains each.
 */
import { z } from 'zod';

/** What machines tell each other has room for so much. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const MOST_TEXT = 2000;
/** What is written out as code for each must not nest deeper than an engine reads. */
const MOST_STATES = 500;
const name = z
  .string()
  .regex(NAME, 'a name has lower-case letters (a to z), digits and _, starts with a letter, and is no longer than 64');
const record = <T extends z.ZodType>(value: T) => z.record(name, value);
const oneOrMany = <T extends z.ZodType>(value: T) => z.union([value, z.array(value)]);

const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h)$/, 'a duration is a number and ms, s, m or h: 500ms, 30s, 5m')
  .describe('A duration: 500ms, 30s, 5m, 1h');
const expression = z
  .string()
  .min(1)
  .max(MOST_TEXT)
  .describe('An expression over roles and parameters: volume.snapshots > 0');
const scalar = z.union([z.number(), z.boolean(), z.string().max(MOST_TEXT)]);
const command = z.union([z.string().min(1), z.array(z.string()).min(1)]);

const attribute = z
  .union([z.number(), z.boolean(), z.string(), z.array(name).min(1)])
  .describe('The value it starts with; a list names all values that it may have, the first is where it starts');

const link = z.union([
  name,
  z.array(name).min(1),
  z.strictObject({
    to: oneOrMany(name).describe('The type, or the types, that the link may point to'),
    as: name.optional().describe('What the other side calls the resources that point to it; default: type + s'),
  }),
]);

const resource = z.strictObject({
  about: z.string().optional(),
  states: z
    .array(name)
    .min(1)
    .max(MOST_STATES)
    .describe('The first is where a resource starts. Every type also has `gone`.'),
  final: z.array(name).optional().describe('States that nothing leaves and that do not count towards the limit'),
  limit: z.int().positive().optional().describe('Most that may exist at once'),
  attributes: record(attribute).optional(),
  links: record(link).optional(),
  observe: command.optional().describe('Shell suites: prints the state of the resource $id, or gone'),
  list: command.optional().describe('Shell suites: prints the ids of all that exist, one a line'),
});

const take = z.union([
  z.string(),
  z.array(z.string()).min(1),
  z.strictObject({ type: name.optional(), state: oneOrMany(name).optional() }),
]);

const make = z.union([
  z.string(),
  z.strictObject({
    type: name.optional(),
    state: expression.optional(),
    set: record(scalar).optional().describe('Attributes and links of what is made'),
  }),
]);

const bound = z.union([z.int(), expression]);
const param = z
  .union([
    z.strictObject({ int: z.tuple([bound, bound]).describe('Both ends belong to it, and are tried more often') }),
    z.strictObject({ enum: z.array(scalar).min(1) }),
    z.strictObject({
      text: z.strictObject({
        min: z.int().nonnegative().optional(),
        max: z.int().positive().max(MOST_TEXT).optional(),
        kind: z.enum(['plain', 'name', 'unicode', 'hostile']).optional(),
      }),
    }),
    z.strictObject({ bool: z.literal(true) }),
    z.strictObject({ size: z.tuple([z.string(), z.string()]).describe('Bytes, with k, M, G, T: [1M, 64G]') }),
  ])
  .describe('How a value is made up: int, enum, text, bool or size');

const cascade = z.strictObject({
  each: z.string().describe('What it happens to: vm.volumes (all that link to the vm), or a type'),
  where: oneOrMany(expression).optional().describe('Only those; each of them is called `it`'),
  leaves: expression.optional(),
  set: z
    .record(z.string().regex(/^(it\.)?[a-z][a-z0-9_]*$/, 'write attribute, or it.attribute'), scalar)
    .optional()
    .describe('Attributes and links of each: { vm: none }, or { it.vm: none }'),
  deep: z.boolean().optional().describe('Goes on along the same link from each that it found: a tree'),
});

const refusal = z.union([
  z.literal('auto'),
  z
    .array(
      z.union([
        z.enum(['auto', 'state', 'gone', 'when']),
        z.strictObject({ args: record(scalar).describe('Values that must be refused') }),
      ]),
    )
    .min(1),
]);

const action = z.strictObject({
  about: z.string().optional(),
  takes: z.union([z.array(name), record(take)]).optional(),
  when: oneOrMany(expression).optional().describe('All of these must hold'),
  params: record(param).optional(),
  makes: z.union([z.array(name), record(make)]).optional(),
  leaves: record(expression).optional().describe('The state after it, by role; `gone` deletes'),
  set: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'write role.attribute'), scalar)
    .optional()
    .describe('Attributes and links after it: { volume.vm: vm, jug.litres: 0 }'),
  also: z
    .union([cascade, z.array(cascade)])
    .optional()
    .describe('What happens to others, in this order'),
  weight: z.number().nonnegative().optional().describe('How often it is chosen, beside the others; default 1'),
  timeout: duration.optional(),
  settles: duration.optional().describe('How long the system may take until it shows the new states'),
  refuses: refusal.optional().describe('Illegal uses that the system must refuse; they are tried on purpose'),
  alone: z.boolean().optional().describe('Never runs beside another action'),
  run: command.optional().describe('Shell suites: the command'),
});

const check = z.strictObject({
  about: z.string().optional(),
  run: command.optional().describe('Shell: exit 0 when it holds; else what it printed is the message'),
  of: name.optional().describe('Gets the resources of this type alone'),
  state: oneOrMany(name).optional().describe('… and in these states'),
  after: z.array(name).optional().describe('Only after these actions'),
  every: z.int().positive().optional().describe('Only after every n-th step; default 1'),
  at: z.enum(['step', 'end']).optional().describe('After steps (default), or once, when the walk ends'),
  within: duration.optional().describe('It may take this long to hold; default: at once'),
  timeout: duration.optional(),
});

const stage = z.union([z.string(), z.strictObject({ run: command, timeout: duration.optional() })]);

export const suiteSchema = z.strictObject({
  suite: name.describe('The name of the suite'),
  about: z.string().optional(),
  driver: z
    .union([command, z.strictObject({ run: command, start_timeout: duration.optional() })])
    .optional()
    .describe('A program that lives as long as a walk and speaks JSON-RPC over stdio; without it, actions are shell'),
  environment: z
    .strictObject({
      pass: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).optional(),
      set: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).optional(),
    })
    .optional()
    .describe('The variables that commands see: `pass` from the caller, `set` here. PATH and a HOME are always there.'),
  set_up: stage.optional().describe('Runs before each walk'),
  tear_down: stage.optional().describe('Runs after each walk, whatever happened'),
  defaults: z
    .strictObject({ timeout: duration.optional(), settles: duration.optional(), refuses: refusal.optional() })
    .optional(),
  resources: record(resource),
  given: record(z.union([z.int().positive(), z.array(record(scalar))])).optional(),
  actions: record(action),
  faults: record(action).optional(),
  checks: record(check).optional(),
  patterns: z.record(z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/), z.array(z.string()).min(1)).optional(),
  walk: z
    .strictObject({
      length: z.int().min(1).max(200).optional().describe('Most steps in an episode; default 200'),
      illegal: z.number().min(0).max(0.9).optional().describe('Share of steps that must be refused; default 0.05'),
      faulty: z.number().min(0).max(0.9).optional().describe('Share of steps that are faults; default 0.05'),
    })
    .optional(),
  exit: z
    .strictObject({
      steps: z.int().positive().optional(),
      minutes: z.number().positive().optional(),
      when: oneOrMany(expression).optional().describe('Ends a walk: count(vm.running) >= 10'),
    })
    .optional(),
  bugs: record(z.string()).optional().describe('Bugs that the driver can switch on, and what each is'),
});

export type SuiteSource = z.infer<typeof suiteSchema>;
export type ActionSource = z.infer<typeof action>;
export type ResourceSource = z.infer<typeof resource>;
export type CheckSource = z.infer<typeof check>;
export type CascadeSource = z.infer<typeof cascade>;
export type ParamSource = z.infer<typeof param>;
export type Scalar = z.infer<typeof scalar>;
export type StageSource = z.infer<typeof stage>;
export type Command = z.infer<typeof command>;

/** The schema that editors understand (draft 2020-12): completion and errors while a suite is being written. */
export function suiteJsonSchema(): object {
  return {
    ...z.toJSONSchema(suiteSchema, { target: 'draft-2020-12', io: 'input' }),
    $id: 'https://flock.dev/suite.schema.json',
    title: 'Flock suite',
  };
}
