import type { Json } from '../base/json.ts';
import { FORMAT_PATTERNS, formatProblem } from './formats.ts';
import { sandboxfileFields, sandboxfileShape } from './sandboxfile.ts';
import { isLiteral, type MapShape, type ObjectShape, type Shape, type StringShape } from './shape.ts';
import { stepFields } from './step.ts';

// The published schema, for editors. Knows shapes and the declarations of tasks, no document.

/** What the schema needs to know of a task. */
interface TaskShape {
  readonly name: string;
  readonly summary: string;
  readonly fields: ObjectShape['fields'];
  readonly requires?: readonly string[];
  readonly refuses?: readonly string[];
}

type Schema = { readonly [key: string]: Json };

const DEFAULT_TASK = stepFields.task.default;
const EXPRESSION: Schema = { $ref: '#/definitions/expression' };
/** Editors show it in place of the pattern; no keyword of draft-07. */
const SAYS = 'patternErrorMessage';
/** Linters take an object with this key for a promise. */
const THEN = 'then';

/**
 * The schema of a Sandboxfile (draft-07). It takes every file that sbx takes; what it cannot tell (names that refer to something, values behind
 * expressions, globs and paths) is left to sbx. A file without `use` has whole steps, one with it may have parts of them.
 */
export function jsonSchemaOf(tasks: readonly TaskShape[]): Schema {
  const { fields } = sandboxfileShape;
  const { profiles } = fields;
  const overlay = { ...propertiesOf(profiles.of.fields), steps: stepsSchema('part-of-step') };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'sandboxfile.schema.json',
    title: 'Sandboxfile',
    description: sandboxfileShape.description,
    ...objectSchema(
      {
        ...propertiesOf(fields),
        steps: { type: 'object', description: fields.steps.description, examples: fields.steps.examples },
        profiles: { ...mapSchema(profiles, objectSchema(overlay)), description: profiles.description },
      },
      sandboxfileShape.required,
    ),
    ...either({ required: ['use'] }, { properties: { steps: stepsSchema('part-of-step') } }, { properties: wholeParts(tasks) }),
    definitions: {
      expression: { type: 'string', pattern: '\\$\\{\\{' },
      step: {
        title: 'step',
        ...stepSchema(tasks, { $ref: `#/definitions/task-${DEFAULT_TASK}` }),
        allOf: tasks.flatMap((task) => [keysOf(task), either(isOf(task), { required: task.requires ?? [] })]),
      },
      'part-of-step': {
        title: 'step',
        ...stepSchema(
          tasks,
          objectSchema({ ...Object.assign({}, ...tasks.map(({ fields }) => propertiesOf(fields))), ...commonProperties() }),
        ),
        allOf: tasks.map(keysOf),
      },
      ...Object.fromEntries(tasks.map((task) => [`task-${task.name}`, taskSchema(task)])),
      ...Object.fromEntries(Object.entries(stepFields).map(([key, shape]) => [`step-${key}`, schemaOf(shape)])),
      'step-task': { description: stepFields.task.description, default: DEFAULT_TASK, enum: tasks.map(({ name }) => name) },
    },
  };
}

/** Where no recipe may have said the rest. */
function wholeParts(tasks: readonly TaskShape[]): Schema {
  const tunnel = tasks.find(({ name }) => name === 'tunnel');
  return { steps: stepsSchema('step'), tunnels: { additionalProperties: { required: tunnel?.requires ?? [] } } };
}

function stepsSchema(definition: 'step' | 'part-of-step'): Schema {
  const { steps } = sandboxfileFields;
  return { ...mapSchema(steps, { $ref: `#/definitions/${definition}` }), description: steps.description };
}

/** A step whose keys are those of its task; where it names none, `others`. */
function stepSchema(tasks: readonly TaskShape[], others: Schema): Schema {
  return {
    type: 'object',
    description: sandboxfileFields.steps.of.description,
    properties: { task: { enum: tasks.map(({ name }) => name) } },
    ...either({ type: 'object', required: ['task'] }, {}, others),
  };
}

/** The keys of the task, for a step that names it. */
function keysOf(task: TaskShape): Schema {
  return either({ ...isOf(task), required: ['task'] }, { $ref: `#/definitions/task-${task.name}` });
}

/** Also where no task is named, for that of the default. */
function isOf({ name }: TaskShape): Schema {
  return { type: 'object', properties: { task: { const: name } }, ...(name === DEFAULT_TASK ? {} : { required: ['task'] }) };
}

function taskSchema({ summary, fields, refuses }: TaskShape): Schema {
  return { description: summary, ...objectSchema({ ...propertiesOf(fields), ...commonProperties(refuses) }) };
}

function commonProperties(refuses: readonly string[] = []): Schema {
  const keys = Object.keys(stepFields).filter((key) => !refuses.includes(key));
  return Object.fromEntries(keys.map((key) => [key, { $ref: `#/definitions/step-${key}` }]));
}

function propertiesOf(fields: ObjectShape['fields']): Schema {
  return Object.fromEntries(Object.entries(fields).map(([field, shape]) => [field, schemaOf(shape)]));
}

/** The schema of one value, with what is to be said of it. */
function schemaOf(shape: Shape): Schema {
  return {
    ...valueSchema(shape),
    description: shape.description,
    ...('default' in shape && shape.default !== undefined ? { default: shape.default } : {}),
    ...(shape.examples === undefined ? {} : { examples: shape.examples }),
  };
}

/**
 * Says nothing of the value: an editor would show what is said of the form that fits, and not what is said of the key. No expression is added where one is
 * text like any other.
 */
function valueSchema(shape: Shape): Schema {
  const exact = exactSchema(shape);
  const isOpen = isLiteral(shape) || shape.kind === 'any-of' || shape.kind === 'scalar' || isFreeText(shape);
  return isOpen ? exact : { anyOf: [exact, EXPRESSION] };
}

function exactSchema(shape: Shape): Schema {
  switch (shape.kind) {
    case 'string':
      return textSchema(shape);
    case 'boolean':
      return { type: 'boolean' };
    case 'integer': {
      const { minimum, maximum } = shape;
      if (minimum !== undefined && minimum === maximum) return { const: minimum };
      return { type: 'integer', ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
    }
    case 'scalar':
      return { type: ['string', 'number', 'boolean'], ...(shape.literal ? { not: EXPRESSION } : {}) };
    case 'list': {
      const items = schemaOf(shape.of);
      const list = { type: 'array', items };
      return shape.single ? { anyOf: [list, valueSchema(shape.of)] } : list;
    }
    case 'map':
      return mapSchema(shape, schemaOf(shape.of));
    case 'object':
      return objectSchema(propertiesOf(shape.fields), shape.required, shape.others);
    case 'any-of':
      return { anyOf: shape.of.map(valueSchema) };
  }
}

/** Unquoted numbers and truth values are taken for text, where text like theirs fits. */
function textSchema(shape: StringShape): Schema {
  if (shape.enum) return { enum: shape.enum };
  const pattern = patternOf(shape);
  const fits = (text: string): boolean => pattern === undefined || new RegExp(pattern).test(text);
  return {
    type: [
      'string',
      ...(fits('1') ? ['number'] : []),
      ...(fits('true') && shape.format !== 'name' && shape.format !== 'step' ? ['boolean'] : []),
    ],
    ...(pattern === undefined ? {} : { pattern, [SAYS]: sayOf(shape) }),
    ...(shape.literal && fits('${{ x }}') ? { not: EXPRESSION } : {}),
  };
}

function sayOf({ called, format }: StringShape): string {
  const wanted = called ?? `a ${format ?? 'text of another form'}`;
  const hint = format === undefined ? undefined : formatProblem(format, '')?.hint;
  return `This is not ${wanted}.${hint === undefined ? '' : ` ${hint}`}`;
}

function isFreeText(shape: Shape): boolean {
  return shape.kind === 'string' && shape.enum === undefined && patternOf(shape) === undefined;
}

function patternOf({ pattern, format }: StringShape): string | undefined {
  return pattern ?? (format && FORMAT_PATTERNS[format]);
}

function mapSchema({ format, bare }: MapShape, of: Schema): Schema {
  const name = FORMAT_PATTERNS[format].replace('^', '^(?!x-)');
  const value = bare ? { anyOf: [of, { type: 'null' }] } : of;
  return { type: 'object', patternProperties: { [name]: value, '^x-': {} }, additionalProperties: false };
}

function objectSchema(properties: Schema, required: readonly string[] = [], others?: Shape): Schema {
  const fields = Object.keys(properties).join('|');
  const other = others && { [FORMAT_PATTERNS.name.replace('^', `^(?!x-)(?!(${fields})$)`)]: schemaOf(others) };
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    patternProperties: { ...other, '^x-': {} },
    additionalProperties: false,
  };
}

function either(condition: Schema, yes: Schema, no?: Schema): Schema {
  return { if: condition, [THEN]: yes, ...(no === undefined ? {} : { else: no }) };
}
