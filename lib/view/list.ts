import type { Param, Project, SandboxSpec, Step } from '../model/project.ts';
import { LOCAL } from '../model/project.ts';
import { documentOf } from './document.ts';
import type { Paint } from './paint.ts';
import { rows } from './rows.ts';

/** The steps, sandboxes and parameters of a project. `columns` of the terminal, undefined where the text goes elsewhere. */
export function listText(project: Project, paint: Paint, columns?: number): string {
  const steps = [...project.steps.values()].map((step) => [
    { text: [step.id, ...(step.aliases ?? [])].join(', '), paint: paint.name },
    step.sandbox === LOCAL ? '' : step.sandbox,
    whatOf(step) + (project.default.includes(step.id) ? ' (default)' : ''),
  ]);
  const sandboxes = [...project.sandboxes.values()].filter(({ name }) => name !== LOCAL);
  const lines = [paint.bold(`Steps of ${project.name}:`), ...rows(steps, columns)];
  if (steps.length === 0) lines.push('  none');
  if (sandboxes.length > 0) {
    const table = sandboxes.map((sandbox) => [{ text: sandbox.name, paint: paint.name }, placeOf(sandbox)]);
    lines.push('', paint.bold('Sandboxes:'), ...rows(table, columns));
  }
  if (project.params.size > 0) {
    const table = [...project.params].map(([name, param]) => [
      { text: name, paint: paint.name },
      paramText(param),
      param.description ?? '',
    ]);
    lines.push('', paint.bold('Parameters:'), ...rows(table, columns));
  }
  return `${lines.join('\n')}\n`;
}

export function listJson(project: Project): string {
  return documentOf('list', 1, {
    project: project.name,
    file: project.file,
    default: project.default,
    steps: [...project.steps.values()].map(({ id, aliases, task, sandbox, needs, after, description, script, interactive }) => ({
      id,
      ...(aliases === undefined ? {} : { aliases }),
      task,
      sandbox,
      needs,
      after,
      ...(description === undefined ? {} : { description }),
      ...(script === undefined ? {} : { run: script.source }),
      interactive,
    })),
    sandboxes: [...project.sandboxes.values()].map(({ name, kind, host }) => ({ name, kind, ...(host === undefined ? {} : { host }) })),
    params: [...project.params].map(([name, { type, value, description }]) => ({
      name,
      type,
      value,
      ...(description === undefined ? {} : { description }),
    })),
  });
}

function whatOf(step: Step): string {
  if (step.description !== undefined) return step.description;
  const [first = '', ...more] = (step.script?.source ?? step.task).trim().split('\n');
  return more.length > 0 ? `${first} …` : first;
}

function placeOf({ kind, host }: SandboxSpec): string {
  return host === undefined ? kind : `${kind} ${host}`;
}

function paramText({ value, enum: choices }: Param): string {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? 'must be given');
  return choices ? `${text} (one of ${choices.map(String).join(', ')})` : text;
}
