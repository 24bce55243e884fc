import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const SBX = resolve('node_modules/sandboxfile/dist/sbx.cjs');

/** A project that finds this package as if it were installed there. */
function inProject(sandboxfile, use) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    writeFileSync(join(folder, 'Sandboxfile.yaml'), `version: 1\nextensions: ./extension/dist/index.js\n${sandboxfile}`);
    symlinkSync(process.cwd(), join(folder, 'extension'));
    writeFileSync(join(folder, 'a.txt'), 'a\n');
    use(folder, (...args) => execFileSync(process.execPath, [SBX, ...args], { cwd: folder, encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('checksums are written once, and anew when a file changes', () => {
  inProject('steps:\n  sums: { task: checksums, files: a.txt }\n', (folder, sbx) => {
    assert.match(sbx('run', 'sums'), /1 succeeded/);
    assert.match(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'), /^[0-9a-f]{64} {2}a\.txt\n$/);
    assert.match(sbx('run', 'sums'), /fresh/);
    writeFileSync(join(folder, 'a.txt'), 'b\n');
    assert.match(sbx('plan', 'sums'), /inputs changed: a\.txt/);
  });
});
