import { appendFileSync } from 'node:fs';
import { chooseView } from '../view/choose.ts';
import { type GatedView, gateOf } from '../view/gate.ts';
import { jsonView } from '../view/json.ts';
import { plainView } from '../view/plain.ts';
import type { View, ViewOptions } from '../view/view.ts';
import type { Call } from './call.ts';

/** The view that the flags, the terminal and the CI ask for; each but the small ones is loaded when it is chosen. */
export async function openView(call: Call): Promise<GatedView> {
  const gate = gateOf(call.out.write);
  const view = await chosenView(call, gate.write);
  return gate.around(view);
}

async function chosenView(call: Call, write: ViewOptions['write']): Promise<View> {
  const { options, surroundings } = call;
  const { environment, stdout } = surroundings;
  const name = chooseView({ output: options.output, json: options.json, terminal: stdout.isTTY === true, environment });
  if (name === 'json') return jsonView({ write });
  const common = { write, paint: await call.paint(), level: options.level };
  switch (name) {
    case 'plain':
      return plainView(common);
    case 'grouped':
      return (await import('../view/grouped.ts')).groupedView(common);
    case 'listr': {
      const { listrView } = await import('../view/listr.ts');
      return listrView({ ...common, columns: () => stdout.columns ?? 80, rows: () => stdout.rows ?? 24, now: Date.now });
    }
    case 'github': {
      const { githubView } = await import('../view/github.ts');
      const { nonce } = await import('../io/io.ts');
      const file = environment.get('GITHUB_STEP_SUMMARY');
      const summary = (markdown: string): void => {
        if (file === undefined) return;
        try {
          appendFileSync(file, markdown);
        } catch (error) {
          call.err.write(`warning: the step summary could not be written: ${(error as Error).message}\n`);
        }
      };
      return githubView({ ...common, summary, token: nonce, repository: environment.get('GITHUB_WORKSPACE') });
    }
  }
}
