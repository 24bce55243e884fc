import { EXIT } from '../../run/exit-code.ts';
import { listJson, listText } from '../../view/list.ts';
import { isEmpty, listed, nearlyListed, onlySteps } from '../../view/listed.ts';
import { type Call, complain } from '../call.ts';
import { narrowed } from '../narrow.ts';
import { openOrSay } from '../open.ts';

export async function list(call: Call): Promise<number> {
  const { options, columns } = call;
  const opened = await openOrSay(call, options.origin ? { named: [], parsed: true, provenance: true } : { named: [] });
  if (typeof opened === 'number') return opened;
  const { project, provenance } = opened;
  const words = call.words.command?.name === 'list' ? call.words.operands : []; // a run that names no step comes here, too
  let found = listed(project, words);
  if (words.length > 0 && isEmpty(found)) {
    found = nearlyListed(project, words);
    const said = `nothing here has ${words.join(' ')} in it`;
    if (isEmpty(found)) {
      complain(call, { message: said, hint: 'sbx list shows everything' });
      return EXIT.failed;
    }
    call.err.write(`${said}; called nearly so:\n`);
  }
  const steps = found.steps.map(({ id }) => id);
  const left = await narrowed(call, opened, steps);
  if (typeof left === 'number') return left;
  if (left !== steps) found = onlySteps(found, new Set(left));
  if (provenance) {
    const { provenanceJson, provenanceOf, provenanceText } = await import('../../view/provenance.ts');
    const values = words.length === 0 && left === steps ? provenance : provenanceOf(provenance, found);
    call.out.write(options.json ? provenanceJson(values) : provenanceText(values, await call.paint(), columns));
    return EXIT.done;
  }
  const cells = options.level === 'verbose' || words.some((word) => word.includes('@'));
  call.out.write(options.json ? listJson(project, found) : listText(project, found, { cells, paint: await call.paint(), columns }));
  return EXIT.done;
}
