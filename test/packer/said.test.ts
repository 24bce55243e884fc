import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Listener } from '../../lib/packer/said.ts';
import { complaintOf } from '../../lib/packer/words.ts';

/** What is heard of the text, given whole and byte by byte. */
function heard(text: string) {
  const both = [Number.MAX_SAFE_INTEGER, 1].map((size) => {
    let shown = '';
    const listener = new Listener((piece) => {
      shown += piece;
    });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) listener.hear(bytes.subarray(at, at + size));
    return { ...listener.end(), shown };
  });
  assert.equal(both[0], both[1], 'however it comes');
  return both[0] as (typeof both)[0];
}

test('what people read loses its marks: commas, line breaks, an empty target', () => {
  const { shown } = heard(
    '1795318877,,ui,message,    file.one: a%!(PACKER_COMMA)b\n1795318878,,ui,say,\\n==> Wait completed\\n\n1: no message\n2,x,ui,say,größer\n',
  );
  assert.is(shown, '    file.one: a,b\n\n==> Wait completed\n1: no message\ngrößer\n');
});

test('files of artifacts, each once, whatever they are called', () => {
  const { files } = heard(
    [
      '1,qemu.a,artifact-count,2',
      '1,qemu.a,artifact,0,builder-id,transcend.qemu',
      '1,qemu.a,artifact,0,files-count,2',
      '1,qemu.a,artifact,0,file,0,out/a%!(PACKER_COMMA) b.ova',
      '1,qemu.a,artifact,0,file,1,out/ü',
      '1,qemu.a,artifact,1,file,0,out/ü',
      '1,qemu.a,artifact,0,end',
      '1,,ui,say,artifact%!(PACKER_COMMA)0%!(PACKER_COMMA)file%!(PACKER_COMMA)0%!(PACKER_COMMA)x',
    ].join('\n'),
  );
  assert.equal(files, ['out/a, b.ova', 'out/ü']);
});

test('why builds failed, and a last line without an end', () => {
  const { errors, complaints } = heard(
    '1,,error-count,1\n1,,ui,error,\\n==> Some builds failed\n1,null.n,error,Script exited with 3\n1,,error,no space left',
  );
  assert.equal(errors, ['null.n: Script exited with 3', 'no space left']);
  assert.equal(complaints, ['\n==> Some builds failed']);
});

test('a line without an end is bounded', () => {
  const sizes: number[] = [];
  const listener = new Listener((text) => void sizes.push(text.length));
  for (let i = 0; i < 40; i++) listener.hear(Buffer.alloc(32 * 1024, 'x'));
  listener.end();
  assert.ok(Math.max(...sizes) <= 97 * 1024, String(sizes));
  assert.ok(listener.end().text.length <= 256 * 1024);
});

test('a complaint about a template: file and line first, warnings left out', () => {
  const text =
    'Warning: A checksum of none\n\n  on q.pkr.hcl line 5:\n  (source code not available)\n\nError: Unsupported block type\n\n  on two/plugins.pkr.hcl line 5, in packer:\n   5:   required_plugins {\n\nBlocks of type "required_plugins"\nare not expected here.\n\nError: Other\n\n';
  assert.is(
    complaintOf({ complaints: [text] }),
    'two/plugins.pkr.hcl line 5: Unsupported block type: Blocks of type "required_plugins" are not expected here. (and 1 more)',
  );
  const counted =
    "Error: 1 error(s) occurred:\n\n* Output directory 'x' already exists. It must not exist.\n\n  on q.pkr.hcl line 5:\n  (no source)\n\n";
  assert.is(complaintOf({ complaints: [counted] }), "q.pkr.hcl line 5: Output directory 'x' already exists. It must not exist.");
  assert.is(complaintOf({ complaints: ['Warning: only this\n\n'] }), undefined);
});

test.run();
