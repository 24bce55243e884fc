// What tests of packer-build have in common: the file builder of Packer, where no machine is needed.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { execute } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { findProgram, leftOut, needing } from '../rig/needing.ts';
import type { TestProject } from '../rig/project.ts';

/** Debian's 1.6.6 has its builders built in; later ones must download them first. */
export const withPacker = await withFolder(async (home) => {
  if (!findProgram('packer')) return needing('packer');
  const { stdout } = await execute('packer', ['version'], { cwd: home, home, env: { CHECKPOINT_DISABLE: '1' } });
  return /v1\.6\./.test(stdout) ? test : leftOut(`${stdout.trim()} has no builders without a download`);
});

export const VARIABLES = `variable "output_directory" {
  type = string
}
variable "text" {
  type    = string
  default = "plain"
}
variable "login" {
  type      = string
  default   = "of-nobody"
  sensitive = true
}
`;

/** A template of one file; `last` runs here once it is made. */
export function template({ last = 'true', target = '${var.output_directory}/a b.ova', more = '' } = {}): string {
  return `${VARIABLES}${more}
source "file" "one" {
  content = "\${var.text}\\n"
  target  = "${target}"
}
build {
  sources = ["source.file.one"]
  provisioner "shell-local" {
    inline = [${JSON.stringify(last)}]
  }
}
`;
}

export function sandboxfile(steps: { readonly [name: string]: string }, before = ''): string {
  const all = Object.entries(steps).map(([name, keys]) => `  ${name}: { ${keys} }\n`);
  return `version: 1\n${before}steps:\n${all.join('')}`;
}

export const BUILD = 'task: packer-build, template: image/one.pkr.hcl, to: build/image';

export function stages({ root }: TestProject): readonly string[] {
  return existsSync(join(root, '.sbx/stage')) ? readdirSync(join(root, '.sbx/stage')) : [];
}
