import { API, type DriverDefinition, type Extension, type ProfileDefinition, type TaskDefinition } from './extension/definition.ts';
import type { Fields } from './extension/field.ts';

// The public entry of the package, for authors of extensions. These functions check types and do nothing: whoever has no package to import them from writes the same
// objects, with `api: 1`.

/** The default export of an extension. */
export function defineExtension(extension: Omit<Extension, 'api'>): Extension {
  return { api: API, ...extension };
}

export function defineTask<const F extends Fields>(task: TaskDefinition<F>): TaskDefinition<F> {
  return task;
}

export function defineDriver(driver: DriverDefinition): DriverDefinition {
  return driver;
}

export function defineProfile(profile: ProfileDefinition): ProfileDefinition {
  return profile;
}

export type { Result } from './base/result.ts';
export type {
  DriverDefinition,
  DriverOptions,
  Ended,
  ExecOptions,
  Extension,
  PlannedStep,
  ProfileDefinition,
  TaskDefinition,
  TaskPlan,
  TaskResult,
  TaskScope,
} from './extension/definition.ts';
export type { Field, Fields, ValuesOf } from './extension/field.ts';
export type { Failure } from './model/failure.ts';
export type * from './model/machine.ts';
