import { EXIT } from '../../run/exit-code.ts';
import { openOwned } from '../../run/owned.ts';
import { adoptWorkspace } from '../../sync/workspace.ts';
import { confirm } from '../ask.ts';
import { type Call, complain } from '../call.ts';
import { visit } from '../place.ts';
import { checkoutIn } from '../sandboxes.ts';

export async function adopt(call: Call): Promise<number> {
  return await visit(call, call.words.operands[0], async ({ ground, spec, sandbox, session, arrival, signal }) => {
    const { found } = arrival;
    // Where there is nothing of the other name, the one that is declared is meant.
    const taken = found.is === 'absent' ? arrival.taken : undefined;
    const workspace = taken?.workspace ?? arrival.workspace;
    if (found.is === 'ours') {
      for (const note of arrival.notes) call.err.write(`${note}\n`);
      call.out.write(`${workspace} in ${spec.name} belongs to this project already\n`);
      return EXIT.done;
    }
    if (found.is === 'refused' && !found.adoptable) {
      complain(call, found.failure);
      return EXIT.failed;
    }
    const whose = taken && `${workspace} in ${spec.name} belongs to ${taken.owner}`;
    const known = found.is === 'refused' ? found.failure.message : whose;
    if (known !== undefined) {
      call.err.write(`${known}\n`);
      if (!call.options.yes && !(await confirm(call.surroundings, `Take over ${workspace} in ${spec.name}?`))) {
        call.err.write('nothing was changed; without a question: sbx adopt -y\n');
        return EXIT.failed;
      }
    }
    const checkout = checkoutIn(ground);
    const owned = openOwned(ground.io, ground.folders.state);
    const journal = owned.of({
      kind: 'workspace',
      sandbox: spec.name,
      target: sandbox.target,
      root: ground.project.root,
      checkout: checkout.id,
    });
    const adopted = await adoptWorkspace(session, workspace, checkout, journal, signal);
    if (!adopted.ok) {
      complain(call, adopted.error);
      return EXIT.failed;
    }
    call.out.write(`${workspace} in ${spec.name} is the workspace of this project now\n`);
    return EXIT.done;
  });
}
