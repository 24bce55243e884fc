import { dirname } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { realFiles } from '../../io/io.ts';
import type { Failure } from '../../model/failure.ts';
import type { OpenDriver } from '../../model/machine.ts';
import { DRIVERS } from '../../schema/machine.ts';
import type { Call } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { loadWith } from '../open.ts';
import { readSandboxfile } from '../read-file.ts';

interface Named {
  readonly driver: string;
  /** The Sandboxfile or profile that named it, absolute, and the folder that its extensions count from. Absent: nobody wrote that down. */
  readonly file: string | undefined;
  readonly folder: string;
}

type Drivers = ReadonlyMap<string, OpenDriver>;

/** Those of the extensions of a file, for whoever has nothing but a record of a machine. Their code is run only where one is needed, and the file is this user's own. */
export async function driversOf(call: Call, { driver, file, folder }: Named): Promise<Result<Drivers, Failure>> {
  if (Object.hasOwn(DRIVERS, driver)) return ok(new Map());
  const no = (why: string): Result<Drivers, Failure> => {
    const hint = 'put it back, or remove the machine where it is; `sbx destroy --forget` strikes out what is recorded of a created sandbox';
    return err({ code: 'capability-missing', message: `the driver ${driver} is of an extension: ${why}`, hint });
  };
  if (file === undefined) return no('nothing says of which');
  const bytes = readSandboxfile(file, file, realFiles);
  if ('code' in bytes) return no(bytes.message);
  // Whoever can write it could have us run what he likes: the state folder is ours for certain.
  const { uid } = realFiles.statSync(foldersOf(call.surroundings.environment, '/').state);
  const foreign = [file, dirname(file), folder].find((path) => !isOwn(path, uid));
  if (foreign !== undefined) return no(`${foreign} is not this user's own, so what it names is not run`);
  const { host: _, ...options } = call.options;
  const asked: Call = { ...call, options: { ...options, set: [], profiles: [], local: false } };
  const read = (path: string, shown: string) => readSandboxfile(path, shown, realFiles);
  const { checked } = await loadWith(asked, { named: [] }, { root: folder, file, shown: file, bytes, files: realFiles, read });
  const { drivers } = checked.kinds;
  return drivers.has(driver) ? ok(drivers) : no(`${file} names none any more that has it`);
}

/** Of the user, or of root, and not for all to write. */
function isOwn(path: string, uid: number): boolean {
  const { uid: of, mode } = realFiles.statSync(path);
  return (of === uid || of === 0) && (mode & 0o002) === 0;
}
