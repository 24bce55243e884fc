import { isMap, type Plain } from '../base/plain.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseDocument } from '../config/document.ts';
import type { Failure } from '../model/failure.ts';
import type { Session } from '../model/sandbox.ts';

/** What sbx must know of a compose file before and while it is up; all else is compose's. */
interface ComposeFile {
  /** Those of which a container must be there. */
  readonly services: readonly string[];
  /** Images that are pulled and have no registry in their name. */
  readonly short: readonly { readonly service: string; readonly image: string }[];
}

/** $1: the file. */
const READ = '[ -f "$1" ] || exit 44; head -c 1048576 -- "$1"';
const ABSENT = 44;

/** `path` is absolute, in the place. What of it cannot be read is passed over: compose will say so. */
export async function readComposeFile(session: Session, path: string, signal: AbortSignal): Promise<Result<ComposeFile, Failure>> {
  const end = await session.program(READ, [path], { signal });
  if (!end.ok) return end;
  const { exit, stdout, stderr } = end.value;
  if (!('code' in exit) || exit.code !== 0) {
    const isAbsent = 'code' in exit && exit.code === ABSENT;
    const message = isAbsent ? `there is no ${path}` : `cannot read ${path}: ${stderr.trim()}`;
    return err({
      code: 'task-refused',
      message,
      hint: 'is it sent by the sync that the step needs? `file` counts from the folder of the step',
    });
  }
  return ok(composeFileOf(parseDocument(path, stdout).value?.root));
}

function composeFileOf(root: Plain | undefined): ComposeFile {
  const services = isMap(root) ? root.get('services') : undefined;
  const all = isMap(services) ? [...services].flatMap(([name, service]) => (isMap(service) ? [{ name, service }] : [])) : [];
  const wanted = all.filter(({ service }) => !service.has('profiles') && !isNone(service.get('deploy')) && service.get('scale') !== 0);
  return {
    services: wanted.map(({ name }) => name),
    short: wanted.flatMap(({ name, service }) => {
      const image = service.get('image');
      return typeof image === 'string' && !service.has('build') && isShort(image) ? [{ service: name, image }] : [];
    }),
  };
}

function isNone(deploy: Plain | undefined): boolean {
  return isMap(deploy) && deploy.get('replicas') === 0;
}

/** What a variable stands for is known to compose alone. */
function isShort(image: string): boolean {
  return !image.includes('$') && !/^(localhost\/|[^/]*[.:][^/]*\/|sha256:)/.test(image);
}
