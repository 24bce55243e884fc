import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { neutral } from '../../view/neutral.ts';
import { rows } from '../../view/rows.ts';
import { type Call, complain } from '../call.ts';
import { visit } from '../place.ts';
import { addressOf } from '../sandbox/address.ts';

/** What else is worth knowing of a computer; each line by itself, whatever is missing there. */
const ASK = `uname -srm
printf '%s\\n' "$(nproc 2>/dev/null || echo '?') processors, load $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo '?')"
df -hP "$1" 2>/dev/null | sed -n '2s/^[^ ]* *\\([^ ]*\\) *\\([^ ]*\\) *\\([^ ]*\\).*/\\3 of \\1 free/p'`;

export async function vmInfo(call: Call): Promise<number> {
  return await visit(call, call.words.operands[0], async ({ ground, spec, sandbox, arrival, session, signal }) => {
    const folder = arrival.found.is === 'ours' ? arrival.workspace : '.';
    const [asked, at] = await Promise.all([session.program(ASK, [folder], { signal }), addressOf(spec, sandbox, ground, signal)]);
    if (!asked.ok || !at.ok) {
      for (const one of [asked, at]) if (!one.ok) complain(call, one.error);
      return EXIT.unreachable;
    }
    const [system = '', load = '', disk = ''] = new TextDecoder().decode(asked.value.stdout).split('\n');
    const { probes } = arrival.seen;
    const workspace = arrival.found.is === 'ours' ? arrival.workspace : `${arrival.workspace} (not made yet)`;
    const address = at.value === undefined ? '' : `${at.value.user}@${at.value.host}:${at.value.port}`;
    const { target = sandbox.target, why: chosen = '' } = sandbox.chosen?.() ?? {};
    const facts = {
      sandbox: spec.name,
      kind: spec.kind,
      target,
      chosen,
      address,
      ssh: session.carrier ?? '',
      workspace,
      system,
      load,
      disk,
    };
    if (call.options.json) call.out.write(documentOf('vm-info', 1, { ...facts, probes }));
    else {
      const table = [...Object.entries(facts), ...Object.entries(probes)].filter(([, value]) => value !== '');
      call.out.write(
        `${rows(
          table.map(([name, value]) => [name, neutral(value.split('\n')[0] ?? '')]),
          call.columns,
        ).join('\n')}\n`,
      );
    }
    for (const note of arrival.notes) call.err.write(`warning: ${note}\n`);
    return EXIT.done;
  });
}
