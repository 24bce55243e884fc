import type { FailureCode } from './failure.ts';

/** What a failure means, and what to do about it. */
interface FailureMeaning {
  readonly means: string;
  readonly mend: string;
}

/** One line for each code, for the reference. Not loaded by any command. */
export const FAILURE_MEANINGS: { readonly [code in FailureCode]: FailureMeaning } = {
  'command-failed': { means: 'The command exited with another code than 0.', mend: 'Read its last lines; `sbx replay` shows all of them.' },
  'command-signalled': {
    means: 'A signal ended the command, and not one of sbx.',
    mend: 'KILL often comes from a system that is short of memory.',
  },
  'command-missing': {
    means: 'There is no such program on the PATH, or it is not executable.',
    mend: 'Install it; only variables of the fixed base and declared ones reach a step.',
  },
  'command-too-long': {
    means: 'The words of a command are more than the system can pass on.',
    mend: 'Put them into a file, or write a `shell: sh` step: its text has no such limit.',
  },
  timeout: {
    means: 'The step took longer than its `timeout`, and was ended with all it started.',
    mend: 'Raise `timeout`, or find what hangs.',
  },
  'service-not-ready': {
    means: 'A service was not ready by its deadline, or it cannot be asked whether it is.',
    mend: 'Read its last lines; is what `ready` waits for what it does? Raise `deadline` if it needs more time.',
  },
  'service-ended': {
    means: 'A service ended though nobody told it to. What needs it fails with it.',
    mend: 'Read its last lines: a service must stay in the foreground.',
  },
  'port-in-use': {
    means: 'Something listens already where the service is to be asked whether it is ready.',
    mend: 'End it (`ss -ltnp` names it), or give the service another port.',
  },
  cancelled: { means: 'The run was stopped, by a signal or because another step failed.', mend: 'Run it again.' },
  'output-missing': {
    means: 'The command succeeded and did not make what `outputs` names.',
    mend: 'Correct `outputs`, or use a glob for what is not always made.',
  },
  'output-outside': {
    means: 'An output is a link that leads out of the project.',
    mend: 'Make it a relative link to something in the project, or a copy.',
  },
  'output-special': { means: 'An output is neither file, folder nor link.', mend: 'Leave sockets, pipes and devices out of `outputs`.' },
  'value-missing': {
    means: 'A step did not write a value that it declares, or what it gave to another is not known.',
    mend: 'Write `echo "NAME=text" >>"$SBX_OUTPUT"` in its command; with `--only`, run the step that gives the value once.',
  },
  'value-refused': {
    means:
      'What a step wrote to SBX_OUTPUT cannot be taken: a value that it does not declare, that is no UTF-8, too large, or holds a secret.',
    mend: 'The message says which; what is large belongs into a file among `outputs`.',
  },
  'secret-missing': {
    means: 'The value of a secret is neither in the environment nor in its file.',
    mend: 'Set the variable of its name, or declare its `file`.',
  },
  'secret-unsafe': {
    means: 'The file of a secret can be read by others, is no plain file, or the value cannot be passed on.',
    mend: 'chmod 600 FILE, and own it.',
  },
  'not-confirmed': {
    means: 'The step asks a question by `confirm`, and the answer was not yes, or nobody could give one.',
    mend: '`-y` says yes.',
  },
  'task-refused': {
    means: 'The step cannot be done like this, for instance without a terminal.',
    mend: 'The message says what is in the way.',
  },
  'extension-failed': {
    means: 'A task of an extension says that it failed, or its code, or that of a driver, threw an error.',
    mend: 'The message is that of the extension; where it is no sentence for you, tell its author.',
  },
  unreachable: {
    means: 'The host did not answer, refused the port, or has no such name; or sbx is `--offline`.',
    mend: 'Start the machine; `onUnreachable` of the sandbox says what to do without it.',
  },
  'host-key-unknown': {
    means: 'No known_hosts file has a key of this host.',
    mend: 'Compare the fingerprint with the console of the host, then `sbx trust` with it.',
  },
  'host-key-changed': {
    means: 'The host has another key than the known one: it was made anew, or somebody is in between.',
    mend: 'Compare the fingerprint with the console of the host, then `sbx trust` with it.',
  },
  'host-key-revoked': { means: 'The key of the host is marked @revoked.', mend: 'Do not use the host until it has another key.' },
  'auth-failed': {
    means: 'The host let nobody in: no key or agent that it accepts.',
    mend: 'Does `ssh HOST true` work? The message names what was tried.',
  },
  'link-lost': {
    means: 'The connection broke while it was in use.',
    mend: 'Run again when it is back; `retry` does so by itself. A step that works over there is taken up again by itself within its `grace`.',
  },
  'no-exit-status': {
    means: 'A command on the far side ended without saying how. That is never taken for success.',
    mend: 'Run again; was the machine shut down?',
  },
  'channel-refused': { means: 'The SSH server gives no further channel.', mend: 'Raise MaxSessions in its sshd_config.' },
  'ssh-config': { means: 'The ssh_config cannot be used, or the host is none.', mend: 'Try `ssh -G HOST`.' },
  'far-side-unfit': {
    means: 'The far side lacks what sbx needs, or its login shell ends early.',
    mend: 'It needs POSIX sh, tar, find and sha256sum, and start-up files that do not call exit.',
  },
  'far-side-full': { means: 'The disk of the far side is full.', mend: 'Make room there and run again.' },
  'far-side-answer': { means: 'The far side answered what no far side of sbx answers.', mend: 'Run again; report it if it stays.' },
  'workspace-foreign': {
    means: 'The workspace belongs to another checkout, or has files that sbx did not put there.',
    mend: 'Set `workspace` to a folder of its own, or take it over with `sbx adopt`.',
  },
  'workspace-unsafe': { means: 'The workspace is a link, or belongs to another user.', mend: 'Set `workspace` to a folder of your own.' },
  'sync-changed': { means: 'A file kept changing while it was sent.', mend: 'Run again when it is settled.' },
  'sync-refused': {
    means: 'A sync would have emptied the workspace.',
    mend: 'If that is meant, remove the workspace with a teardown step.',
  },
  'fetch-refused': {
    means: 'What was to be fetched has names, types or sizes that are not taken. Nothing was changed here.',
    mend: 'Name what you want more closely by `from` and `exclude`.',
  },
  'fetch-missing': { means: 'What was to be fetched is not in the workspace.', mend: 'Does the step that makes it stand in `needs`?' },
  'hypervisor-unfit': {
    means: 'A program of the hypervisor is missing where its machines are, or it is too old.',
    mend: 'Install what the message names there; QEMU needs qemu-system, qemu-img and perl.',
  },
  'hypervisor-failed': { means: 'The hypervisor did not do what it was told.', mend: 'Its own words are in the last lines.' },
  'capability-missing': {
    means: 'This hypervisor cannot do what is asked of it, and nothing else is done instead.',
    mend: 'Ask for something else, or use another driver.',
  },
  'appliance-missing': {
    means: 'There is no such OVA or OVF on the computer of the hypervisor.',
    mend: 'The path counts there; was the image built?',
  },
  'appliance-refused': {
    means: 'The OVA or OVF is damaged, is none, or asks for what no appliance may have. Nothing was made.',
    mend: 'Take it from where it was made once more; the message says what is wrong with it.',
  },
  'machine-absent': { means: 'The hypervisor knows no such machine.', mend: 'Import it again.' },
  'machine-foreign': {
    means: 'The machine has not the tag of this owner, or its name is taken by one that has not.',
    mend: 'Nothing was done to it. Choose another name, or remove it by the means of the hypervisor.',
  },
  'machine-busy': {
    means: 'Something else works with the machine: another sbx, or a window of the hypervisor.',
    mend: 'Wait for it, or close it, and run again.',
  },
  'machine-state': { means: 'The machine cannot do this as it is now.', mend: 'The message says what it must be first, off as a rule.' },
  'machine-stuck': {
    means: 'The machine did not come to be what it should within its time, whatever was tried.',
    mend: 'Read the last lines of its serial port; raise the time if it is only slow.',
  },
  'local-io': { means: 'A file or folder here could not be read or written.', mend: 'The message names it: room, permissions?' },
  fault: { means: 'A bug in sbx.', mend: 'Please report it, with the text.' },
};
