#!/usr/bin/env node
'use strict';
// dist/sbx.cjs. Says why on a Node or a system where sbx cannot run (so: old syntax down to `start`), then loads the chunks with V8's code cache.
// V8 checks neither its cache nor more of a source than its length, and crashes on damage: each file of the cache carries checksums of both.
var wanted = [20, 19];
var found = process.versions.node.split('.').map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  process.stderr.write(
    'sbx needs Node ' + wanted.join('.') + ' or newer; this is ' + process.versions.node + ' (' + process.execPath + ')\n',
  );
  process.exit(70);
} else if (process.platform === 'win32') {
  process.stderr.write('sbx does not run on Windows itself: run it in WSL2 (https://learn.microsoft.com/windows/wsl/install)\n');
  process.exit(70);
} else start();

function start() {
  const fs = require('node:fs');
  const vm = require('node:vm');
  const path = require('node:path');
  const CHUNKS = path.join(__dirname, 'chunks');
  const MAGIC = 0x31786273; // sbx1
  const OWN = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOFOLLOW; // a pipe or a link to a device in its place
  const HEAD = 24; // magic, checksum of all after it, checksum and length of the source, length of the verbs, nothing
  const isCaching = process.execArgv.length === 0 && !process.env.NODE_V8_COVERAGE && process.env.SBX_CODE_CACHE !== 'off';
  const isLearning = process.env.SBX_CODE_CACHE === 'learn'; // the build: every command adds the functions that it uses
  const crc32 = isCaching ? require('node:zlib').crc32 : undefined;
  const verb = (/^-{0,2}[a-z]{1,16}$/.exec(process.argv[2] || '') || ['none'])[0];
  const version = [process.versions.v8, process.arch, isCaching ? crc32(process.env.NODE_OPTIONS || '').toString(36) : ''].join('-');
  const folders = isCaching ? [path.join(__dirname, 'code', version), ownCache(version)] : [];
  const loaded = new Map();
  const programs = new Map();
  const unsaved = [];

  spareEngine();
  showSources();
  process.on('exit', save);
  begin().then(undefined, (error) => {
    process.stderr.write(`sbx: a fault of sbx, please report it: ${(error && error.stack) || error}\n`);
    process.exit(70); // what the fault left open, a connection say, must not keep it alive
  });

  async function begin() {
    let main;
    try {
      main = load('./main.cjs/main.cjs').main;
    } catch (error) {
      if (!error || error.syscall === undefined) throw error;
      process.stderr.write(`sbx: ${error.message}\n`); // what this computer refuses is no fault
      process.exit(1);
    }
    await main(process, path.dirname(__dirname), (url) => import(url));
  }

  function load(name) {
    const known = loaded.get(name);
    if (known) return known.exports;
    if (!programs.has(name)) read(name.split('/')[1]);
    const module = { exports: {} };
    loaded.set(name, module);
    programs.get(name)(module.exports, requireFrom, module, path.join(CHUNKS, name), CHUNKS);
    return module.exports;
  }

  /** A file of chunks: the function of one, or an object of several by their names, ./FILE/CHUNK. */
  function read(name) {
    const file = path.join(CHUNKS, name);
    const bytes = fs.readFileSync(file);
    const check = isCaching ? crc32(bytes) : 0;
    const cached = cachedCode(name, bytes.length, check);
    const script = new vm.Script(bytes.latin1Slice(), {
      filename: file,
      cachedData: cached ? cached.code : undefined,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const isKnown = cached !== undefined && !script.cachedDataRejected;
    const verbs = isKnown ? cached.verbs : [];
    const isNew = !verbs.includes(verb) && verbs.length < 32;
    if (isCaching && (!isKnown || isNew || isLearning))
      unsaved.push({ name, script, length: bytes.length, check, verbs: isNew ? [...verbs, verb] : verbs });
    const made = script.runInThisContext();
    for (const [of, program] of typeof made === 'function' ? [[`./${name}`, made]] : Object.entries(made)) programs.set(of, program);
  }

  function requireFrom(name) {
    return name.startsWith('./') ? load(name) : require(name);
  }

  /** What a former run kept of this very source; undefined if there is nothing or it is damaged. */
  function cachedCode(name, length, check) {
    for (const folder of folders) {
      let bytes;
      try {
        bytes = fs.readFileSync(path.join(folder, name), { flag: OWN });
      } catch {
        continue;
      }
      if (bytes.length < HEAD || bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(8) !== check || bytes.readUInt32LE(12) !== length)
        continue;
      if (bytes.readUInt32LE(4) !== crc32(bytes.subarray(8))) continue;
      const code = HEAD + bytes.readUInt32LE(16);
      return { verbs: bytes.latin1Slice(HEAD, code).trim().split(' '), code: bytes.subarray(code) };
    }
    return undefined;
  }

  /** After the run, when V8 knows which functions are used. Whatever goes wrong here is no concern of the user's. */
  function save() {
    for (const { name, script, length, check, verbs } of unsaved) {
      try {
        const code = script.createCachedData();
        const said = verbs.join(' ');
        const head = Buffer.alloc(HEAD + Math.ceil(said.length / 8) * 8, ' ');
        head.writeUInt32LE(MAGIC, 0);
        head.writeUInt32LE(check, 8);
        head.writeUInt32LE(length, 12);
        head.writeUInt32LE(head.length - HEAD, 16);
        head.writeUInt32LE(0, 20);
        head.write(said, HEAD, 'latin1');
        head.writeUInt32LE(crc32(code, crc32(head.subarray(8))), 4);
        if (!folders.some((folder) => keep(folder, name, [head, code]))) return;
      } catch {
        return;
      }
    }
  }

  function keep(folder, name, parts) {
    const temporary = path.join(folder, `.${name}-${process.pid}`);
    try {
      if (!makeFolder(folder)) return false;
      fs.writeFileSync(temporary, Buffer.concat(parts), { flag: 'wx' });
      fs.renameSync(temporary, path.join(folder, name));
      return true;
    } catch (error) {
      if (error.code !== 'EACCES' && error.code !== 'EROFS') fs.rmSync(temporary, { force: true });
      return false;
    }
  }

  /** At most three levels: mkdir -p of Node spins for ever in some file systems. */
  function makeFolder(folder) {
    if (fs.existsSync(folder)) return true;
    const missing = [folder, path.dirname(folder), path.dirname(path.dirname(folder))];
    if (!fs.existsSync(path.dirname(missing[2]))) return false;
    for (const one of missing.reverse()) {
      try {
        fs.mkdirSync(one, { mode: folder === folders[0] ? 0o755 : 0o700 });
      } catch (error) {
        if (error.code !== 'EEXIST') return false;
      }
    }
    return true;
  }

  /** For where dist is not the user's own, as after a global installation by root. */
  function ownCache(version) {
    const home = process.env.XDG_CACHE_HOME || (process.env.HOME ? path.join(process.env.HOME, '.cache') : '');
    return path.isAbsolute(home) ? path.join(home, 'sbx', 'code', version) : path.join(__dirname, 'code', version);
  }

  /**
   * Tells V8 that the work ahead is wide and short (docs/decisions/0037). Before anything is loaded, and for every command: V8 counts its flags into the code
   * that it keeps, and takes none that was kept under others. Other versions know other flags, and say so on standard error: they are left alone.
   */
  function spareEngine() {
    const nursery = ['--semi-space-growth-factor=1', '--no-parallel-scavenge'];
    const byCount = ['--invocation-count-for-turbofan=30000', '--invocation-count-for-maglev=4000', ...nursery];
    const flags = { 20: ['--interrupt-budget=1000000', ...nursery], 22: byCount, 24: byCount }[found[0]] || [];
    for (const flag of flags) require('node:v8').setFlagsFromString(flag);
  }

  /** Traces name the sources. Looked up only when a trace is read. */
  function showSources() {
    const maps = new Map();
    const mapOf = (file) => {
      if (!maps.has(file)) {
        let map;
        try {
          map = new (require('node:module').SourceMap)(JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')));
        } catch {} // the trace then names the chunk
        maps.set(file, map);
      }
      return maps.get(file);
    };
    const shown = (frame) => {
      const text = String(frame);
      const file = frame.getFileName();
      if (!file || !file.startsWith(CHUNKS)) return text;
      const map = mapOf(file);
      const entry = map && map.findEntry(frame.getLineNumber() - 1, frame.getColumnNumber() - 1);
      if (!entry || !entry.originalSource) return text;
      return text.replace(
        `${file}:${frame.getLineNumber()}:${frame.getColumnNumber()}`,
        `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
      );
    };
    Error.prepareStackTrace = (error, frames) => {
      let head;
      try {
        head = Error.prototype.toString.call(error);
      } catch {
        head = 'Error';
      }
      return [head, ...frames.map((frame) => `    at ${shown(frame)}`)].join('\n');
    };
  }
}
