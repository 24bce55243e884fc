import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { followStrace } from '../../lib/io/strace/follow.ts';
import { straceCall, straceLine } from '../../lib/io/strace/line.ts';

function follow(lines: readonly string[], cwd = '/p') {
  const following = followStrace(cwd);
  for (const line of lines) following.line(line);
  const { living } = following;
  const { touched, gaps } = following.result();
  const short = [...touched].map(([path, one]) => {
    const marks = [one.read && 'r', one.asked && 'a', one.wrote && 'w', one.gone && 'g', one.executed && 'x', one.listed && 'l']
      .filter(Boolean)
      .join('');
    return `${path} ${marks}${one.names.map((name) => ` <${name}`).join('')}`;
  });
  return { short, gaps, ended: following.ended, living };
}

test('a line of strace: escaped bytes, quotes, brackets and blanks in names, descriptors with their paths', () => {
  const call = straceCall(
    'openat(AT_FDCWD</p/a, b)>, "n\\n\\303\\251\\"\\\\q>, (", O_RDONLY|O_CLOEXEC) = 3</p/n\\n\\303\\251\\"\\\\q\\76, (>',
  );
  assert.equal(call, {
    name: 'openat',
    args: [{ plain: 'AT_FDCWD', path: '/p/a, b)' }, { plain: '', text: 'n\né"\\q>, (' }, { plain: 'O_RDONLY|O_CLOEXEC' }],
    result: { plain: '3', path: '/p/n\né"\\q>, (' },
  });
  assert.is(straceCall('stat("x", 0x7ff) = -1 ENOENT (No such file or directory)')?.result, undefined);
  assert.equal(straceCall('fork() = 12')?.args, []);
  assert.is(
    straceCall('clone3({flags=CLONE_VM|CLONE_FS, exit_signal=0}, 88)    = 7')?.args[0]?.plain,
    '{flags=CLONE_VM|CLONE_FS, exit_signal=0}',
  );
  for (const torn of ['', 'openat(', 'openat(AT_FDCWD</p', 'openat(AT_FDCWD, "x', 'read', 'x(1) '])
    assert.is(straceCall(torn), undefined, torn);
  assert.equal(straceLine('12    +++ killed by SIGKILL +++'), { is: 'ended', pid: 12 });
  assert.is(straceLine('strace: something else'), undefined);
});

test('unfinished and resumed lines of processes that run side by side are put together', () => {
  const { short, ended } = follow([
    '1 execve("/bin/sh", 0x1, 0x2) = 0',
    '1 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>',
    '2 chdir("/p/sub") = 0', // heard before its parent knows it
    '2 openat(AT_FDCWD, "in", O_RDONLY <unfinished ...>',
    '1 <... clone resumed>, child_tidptr=0x7) = 2',
    '1 unlink("x" <unfinished ...>',
    '2 <... openat resumed>) = 3',
    '1 <... unlink resumed>) = 0',
    '2 openat(AT_FDCWD, "out", O_WRONLY|O_CREAT|O_TRUNC, 0666 <unfinished ...>',
    '2 <... openat resumed>) = -1 EACCES (Permission denied)',
    '2 +++ exited with 0 +++',
    '1 newfstatat(AT_FDCWD, "seen", 0x7, 0) = 0',
    '1 +++ exited with 0 +++',
  ]);
  assert.equal(short, ['/bin/sh rx', '/p/sub/in r', '/p/x g', '/p/seen a']);
  assert.is(ended, true);
});

test('the folder of a process: inherited by a child, shared by threads (CLONE_FS), taken over by an exec in a thread', () => {
  const { short } = follow([
    '1 fork() = 2',
    '1 chdir("a") = 0',
    '1 open("one", O_RDONLY) = 3',
    '2 open("two", O_RDONLY) = 3',
    '2 clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD}, 88) = 3',
    '3 fchdir(5</q>) = 0',
    '2 open("../three", O_RDONLY) = 3',
    '3 execve("/bin/true", 0x1, 0x2 <pid changed to 2 ...>',
    '2 +++ superseded by execve in pid 3 +++',
    '2 <... execve resumed>) = 0',
    '2 rename("b", "c") = 0',
    '2 +++ exited with 0 +++',
    '1 fork() = 2', // the same id once more
    '2 open("four", O_RDONLY) = 3',
  ]);
  assert.equal(short, ['/p/a/one r', '/p/two r', '/three r', '/bin/true rx', '/q/b rg', '/q/c w', '/p/a/four r']);
});

test('what a command has written itself it does not read; what it moves or removes is gone', () => {
  const { short, gaps } = follow([
    '1 openat(AT_FDCWD</p>, "t/a", O_WRONLY|O_CREAT, 0666) = 3</p/t/a>',
    '1 openat(AT_FDCWD</p>, "t/a", O_RDONLY) = 3</p/t/a>',
    '1 rename("t", "u") = 0',
    '1 openat(AT_FDCWD</p>, "v", O_RDWR|O_CREAT|O_EXCL, 0666) = 3</p/v>',
    '1 unlinkat(AT_FDCWD</p>, "v", 0) = 0',
    '1 unlinkat(AT_FDCWD</p>, "t", AT_REMOVEDIR) = 0',
    '1 openat(AT_FDCWD</p>, "link", O_RDONLY) = 3</p/real>',
    '1 openat(AT_FDCWD</p>, "db", O_RDWR) = 3</p/db>',
    '1 linkat(AT_FDCWD</p>, "src", AT_FDCWD</p>, "copy", 0) = 0',
    '1 symlinkat("anything", AT_FDCWD</p>, "l") = 0',
    '1 utimensat(3</p/db>, NULL, NULL, 0) = 0',
    '1 openat(AT_FDCWD</p>, ".", O_RDONLY|O_DIRECTORY) = 3</p>',
    '1 io_uring_setup(8, 0x1) = 4<anon_inode:[io_uring]>',
  ]);
  assert.equal(short, ['/p/t/a wg', '/p/u/a w', '/p/v wg', '/p/real r </p/link', '/p/db rw', '/p/src r', '/p/copy w', '/p/l w', '/p a']);
  assert.equal(gaps, ['a process used io_uring: what it did by that is not seen']);
  assert.equal(follow(['1 fork() = 2', '9 open("x", O_RDONLY) = 3']).gaps, ['a process was seen of which it is not known who started it']);
});

test('folders that are listed, but for those that it made; what goes on in the background is not seen', () => {
  const { short, gaps, living } = follow([
    '1 clone(flags=SIGCHLD) = 2',
    '1 getdents64(3</p/src>, 0x5 /* 3 entries */, 32768) = 80',
    '1 mkdir("made", 0777) = 0',
    '1 getdents(4</p/made>, 0x5 /* 2 entries */, 32768) = 48',
    '1 +++ killed by SIGKILL +++',
    '2 openat(AT_FDCWD</p>, "late", O_WRONLY|O_CREAT, 0666 <unfinished ...>',
  ]);
  assert.equal(short, ['/p/src l']);
  assert.equal([living, gaps], [[2], ['it left processes in the background: what they did after its end is not seen']]);
});

test.run();
