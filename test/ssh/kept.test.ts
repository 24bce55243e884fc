import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce } from '../../lib/io/io.ts';
import { ownerTag } from '../../lib/ssh/patience.ts';
import { claim, connected, withFar } from '../contract/places.ts';

// What is kept on the far side, and was damaged there or led elsewhere.

const { signal } = new AbortController();
const [GOOD, WITHOUT_MARK, OTHER_MARK, UNREADABLE] = [nonce(), nonce(), nonce(), nonce()];

/** $1 owner, $2 ... names and first lines of what is kept. */
const MAKE = `
mkdir -p ~/precious && echo work >~/precious/file && cd ~/precious || exit 1
printf '%s\\n' $2 run step boot '0 0' >job
mkdir -p ~/.sbx/runs/$1 && cd ~/.sbx/runs/$1 && ln -s ~/precious ${nonce()} || exit 1
kept() { mkdir $1 && printf '%s\\n' "$2" run step boot '0 0' >$1/job; }
kept $2 $2; kept $3 ''; kept $4 e; mkdir $5`;

test('kept work that was damaged is not followed and goes with the next run; what a link leads to is left alone', () =>
  withFar({}, async (far) => {
    const program = async (text: string, args: readonly string[] = []): Promise<string> => {
      let out = '';
      await using session = await connected(far.sandbox());
      const stdout = (chunk: Uint8Array): void => {
        out += Buffer.from(chunk).toString();
      };
      const ended = await session.program(text, args, { signal, stdout });
      assert.equal(ended.ok && ended.value.exit, { code: 0 });
      return out;
    };
    const owner = ownerTag('test');
    await program(MAKE, [owner, GOOD, WITHOUT_MARK, OTHER_MARK, UNREADABLE]);
    await using looking = await connected(far.sandbox());
    const listed = await looking.works?.list(signal);
    assert.equal(listed?.ok && listed.value.map(({ tree, state }) => [tree, state]), [[GOOD, 'gone']]);
    await using _ = await connected(far.sandbox({ claim: claim() }));
    assert.is(await program('cat ~/precious/file; ls ~/.sbx/runs/"$1" | wc -l', [owner]), 'work\n1\n', 'the link itself');
  }));

test.run();
