import type { Json } from '../base/json.ts';
import { FORMAT_PATTERNS } from './formats.ts';
import { sandboxfileFields, sandboxfileShape } from './sandboxfile.ts';
import { isLiteral, type MapShape, type ObjectShape, type Shape, type StringShape } from './shape.ts';
import { stepFields } from './step.ts';

// The published schema, for editors. Knows shapes and the declarations of tasks, no document.

/** What the schema needs to know of a task. */
export interface TaskShape {
  readonly name: string;
  readonly summary: string;
  readonly fields: ObjectShape['fields'];
  readonly requires?: readonly string[];
  readonly refuses?: readonly string[];
}

type Schema = { readonly [key: string]: Json };

const DEFAULT_TASK = stepFields.task.default;
const EXPRESSION: Schema = { $ref: '#/definitions/expression' };
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
        steps: stepsSchema('part-of-step'),
        profiles: { ...mapSchema(profiles, objectSchema(overlay)), description: profiles.description },
      },
      sandboxfileShape.required,
    ),
    ...either({ required: ['use'] }, {}, { properties: { steps: stepsSchema('step') } }),
    definitions: {
      expression: { type: 'string', pattern: '\\$\\{\\{', description: 'An expression.' },
      step: {
        ...either({ required: ['task'] }, {}, { $ref: `#/definitions/task-${DEFAULT_TASK}` }),
        allOf: [
          { $ref: '#/definitions/part-of-step' },
          ...tasks.map(({ name, requires = [] }) => either(isOf(name), { required: requires })),
        ],
      },
      'part-of-step': partOfStep(tasks),
      ...Object.fromEntries(tasks.map((task) => [`task-${task.name}`, taskSchema(task)])),
      ...Object.fromEntries(Object.entries(stepFields).map(([key, shape]) => [`step-${key}`, schemaOf(shape)])),
    },
  };
}

function stepsSchema(definition: 'step' | 'part-of-step'): Schema {
  const { steps } = sandboxfileFields;
  return { ...mapSchema(steps, { $ref: `#/definitions/${definition}` }), description: steps.description };
}

/** A step whose task may be named in another file: its keys are those of the task, or of any. */
function partOfStep(tasks: readonly TaskShape[]): Schema {
  const names = tasks.map(({ name }) => name);
  const { description } = stepFields.task;
  const ofAny = Object.assign({}, ...tasks.map(({ fields }) => propertiesOf(fields)));
  return {
    type: 'object',
    description: sandboxfileFields.steps.of.description,
    properties: { task: { description, default: DEFAULT_TASK, enum: names } },
    allOf: tasks.map(({ name }) => either({ required: ['task'], ...isOf(name) }, { $ref: `#/definitions/task-${name}` })),
    ...either({ required: ['task'] }, {}, objectSchema({ ...ofAny, ...commonProperties() })),
  };
}

/** Also where no task is named, for that of the default. */
function isOf(task: string): Schema {
  return { properties: { task: { const: task } }, ...(task === DEFAULT_TASK ? {} : { required: ['task'] }) };
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

/** The schema of one value. Nothing is added where an expression is text like any other. */
function schemaOf(shape: Shape): Schema {
  const about: Schema = {
    description: shape.description,
    ...('default' in shape && shape.default !== undefined ? { default: shape.default } : {}),
    ...(shape.examples === undefined ? {} : { examples: shape.examples }),
  };
  const exact = exactSchema(shape);
  const isOpen = isLiteral(shape) || shape.kind === 'any-of' || shape.kind === 'scalar' || isFreeText(shape);
  return isOpen ? { ...exact, ...about } : { anyOf: [exact, EXPRESSION], ...about };
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
      return { type: ['string', 'number', 'boolean'] };
    case 'list': {
      const items = schemaOf(shape.of);
      const list = { type: 'array', items };
      return shape.single ? { anyOf: [list, items] } : list;
    }
    case 'map':
      return mapSchema(shape, schemaOf(shape.of));
    case 'object':
      return objectSchema(propertiesOf(shape.fields), shape.required);
    case 'any-of':
      return { anyOf: shape.of.map(schemaOf) };
  }
}

/** Unquoted numbers and truth values are taken for text, where text like theirs fits. */
function textSchema(shape: StringShape): Schema {
  if (shape.enum) return { enum: shape.enum };
  const pattern = patternOf(shape);
  const fits = (text: string): boolean => pattern === undefined || new RegExp(pattern).test(text);
  return {
    type: ['string', ...(fits('1') ? ['number'] : []), ...(fits('true') ? ['boolean'] : [])],
    ...(pattern === undefined ? {} : { pattern }),
    ...(shape.literal && fits('${{ x }}') ? { not: EXPRESSION } : {}),
  };
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

function objectSchema(properties: Schema, required: readonly string[] = []): Schema {
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    patternProperties: { '^x-': {} },
    additionalProperties: false,
  };
}

function either(condition: Schema, yes: Schema, no?: Schema): Schema {
  return { if: condition, [THEN]: yes, ...(no === undefined ? {} : { else: no }) };
}
