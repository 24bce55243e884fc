import { STORE_DEFAULTS } from '../../config/project.ts';
import { EXIT } from '../../run/exit-code.ts';
import { collectStore } from '../../run/store-gc.ts';
import { storeStats, verifyStore } from '../../run/store-verify.ts';
import { cacheJson, statsText, sweptText, verifiedText } from '../../view/cache.ts';
import { SILENT } from '../../view/sink.ts';
import { type Call, complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { open } from '../open.ts';

/** Looks after the store of this user. Needs no project; in one, its bounds count. */
export async function cache(call: Call): Promise<number> {
  const { surroundings, words, options, out } = call;
  const [which, ...more] = words.operands;
  if (which === 'ls' || which === 'show' || which === 'rm') {
    const needs = which === 'show' ? 'a STEP or a KEY' : 'at least one STEP or KEY';
    if ((which !== 'ls' && more.length === 0) || (which === 'show' && more.length > 1))
      return refuse(call, `sbx cache ${which} needs ${needs}`);
    if (options.dryRun && which !== 'rm') return refuse(call, `sbx cache ${which} has no flag --dry-run`);
    return (await import('./cache-successes.ts')).cacheSuccesses(call, which, more);
  }
  if (more[0] !== undefined) return refuse(call, `sbx cache ${which} does not take "${more[0]}"`);
  if (options.dryRun) return refuse(call, `sbx cache ${which} has no flag --dry-run`);
  const io = effectsOf(surroundings);
  const folder = foldersOf(surroundings.environment, '/').cache;
  const bounds = await boundsOf(call);
  switch (which) {
    case 'stats': {
      const stats = { ...storeStats(io.files, folder), ...bounds };
      out.write(options.json ? cacheJson('stats', stats) : statsText(stats));
      return EXIT.done;
    }
    case 'verify': {
      const { damaged, incomplete, ...counts } = verifyStore(io, folder);
      const verified = { ...counts, damaged: [...damaged, ...incomplete] };
      out.write(options.json ? cacheJson('verify', verified) : verifiedText(verified));
      return verified.damaged.length === 0 ? EXIT.done : EXIT.failed;
    }
    default: {
      const collected = collectStore(io, folder, bounds);
      if (!collected.ok) {
        complain(call, collected.error);
        return EXIT.failed;
      }
      const swept = { ...collected.value, left: collected.value.left.bytes };
      out.write(options.json ? cacheJson('gc', swept) : sweptText(swept));
      return EXIT.done;
    }
  }
}

async function boundsOf(call: Call): Promise<{ readonly maxSize: number; readonly maxAge: number }> {
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  const settings = opening.is === 'open' ? opening.opened.project.cache : STORE_DEFAULTS;
  return { maxSize: call.options.maxSize ?? settings.maxSize, maxAge: call.options.maxAge ?? settings.maxAge };
}
