import { type Command, MANY } from './command.ts';
import { SHOW } from './flags.ts';

/** Commands about sandboxes that sbx creates, keeps and takes away. */
export const CREATED: readonly Command[] = [
  {
    name: 'create',
    operands: '--profile NAME [--input K=V...]',
    least: 0,
    most: 0,
    summary: 'Create a sandbox from a profile',
    about:
      'Makes the sandbox that the profile describes, with the given inputs, and prints how it is reached. Nothing is left of one that could not be made. It lives for the time of the profile, or of --ttl; sbx reap ends it then. With vm-haskell-build: a workspace of its own in a VM that is there. The prefix profile. may be written. Profiles are those in profiles/ of the project, then those of sbx.',
    flags: ['directory', 'file', 'profile', 'input', 'host', 'ttl', 'name', 'json', ...SHOW],
    says: { profile: 'make what the profile NAME describes' },
    examples: [
      ['sbx create --profile vm-haskell-build', 'a workspace in haskell-build, for a day'],
      ['sbx create --profile vm-haskell-build --input tunnel_port=12222 --input repo=. --ttl 2h', 'with the files of this folder in it'],
      ['sbx create --profile vm-haskell-build --json', 'for a program: id, reachability, expires'],
    ],
  },
  {
    name: 'destroy',
    operands: 'ID...',
    least: 1,
    most: MANY,
    names: 'created',
    summary: 'Take created sandboxes away',
    about:
      'Removes the workspace of a sandbox that was attached to, and nothing else there; a machine that was made for it goes whole. What its profile made here (an OVA) stays. ID may be cut short, or be its name. Again after it was killed: it finishes. Where its host is gone for good, --forget reaches nothing: it strikes out what is recorded here, and says what is left there.',
    flags: ['forget', 'json', ...SHOW],
    examples: [
      ['sbx destroy 3f9a', 'the machine that it was attached to stays'],
      ['sbx destroy --forget 3f9a', 'its host is gone for good'],
    ],
  },
  {
    name: 'inspect',
    operands: 'ID',
    least: 1,
    most: 1,
    names: 'created',
    summary: 'Show a created sandbox',
    about: 'Shows its state, inputs, placement, when it ends and how it is reached, as it is recorded. Connects nowhere.',
    flags: ['json', ...SHOW],
    examples: [['sbx inspect 3f9a17c2d04e --json', 'what create printed, as it is now']],
  },
  {
    name: 'ls',
    operands: '',
    least: 0,
    most: 0,
    summary: 'List created sandboxes',
    about: 'One line for each sandbox that was created and not destroyed: id, name, profile, state, how long it lives, where it is.',
    flags: ['json', ...SHOW],
    examples: [['sbx ls', 'the oldest first']],
  },
  {
    name: 'renew',
    operands: 'ID',
    least: 1,
    most: 1,
    names: 'created',
    summary: 'Let a created sandbox live longer',
    about: 'Its life begins anew: as long as before, or as --ttl says.',
    flags: ['ttl', 'json', ...SHOW],
    examples: [['sbx renew 3f9a --ttl 4h', 'four hours from now']],
  },
  {
    name: 'snapshot',
    operands: 'ID NAME',
    least: 2,
    most: 2,
    names: 'created',
    summary: 'Save the machine of a created sandbox',
    about:
      'Saves it as it is, with its memory if it runs, under NAME. One of that name is there already: nothing is done. Only a machine that was made for the sandbox: what was attached to is not ours to save.',
    flags: SHOW,
    examples: [['sbx snapshot 3f9a ready', 'to come back to']],
  },
  {
    name: 'restore',
    operands: 'ID NAME',
    least: 2,
    most: 2,
    names: 'created',
    summary: 'Take the machine of a created sandbox back to what was saved',
    about: 'What ran then goes on running from there.',
    flags: SHOW,
    examples: [['sbx restore 3f9a ready', 'as it was']],
  },
  {
    name: 'reap',
    operands: '[MACHINE...]',
    least: 0,
    most: MANY,
    summary: 'End what has lived too long, and what killed processes left',
    about:
      'Ends created sandboxes whose time is over, undoes what a killed create left and finishes what a killed destroy began. It takes down the containers that killed runs left. Of machines of projects, it ends half-made ones and clones that killed runs left, and stops those that nobody has used for their idle time; it never removes one that is whole. What is not reached is said and left for the next time; nothing that is not ours is touched; two at once are one. MACHINE is the id of a machine of which nothing here knows any more, as sbx doctor names it: that one alone is removed. For cron and systemd: examples/reap. The exit code is 0 whatever could not be ended.',
    flags: ['dry-run', 'json', ...SHOW],
    says: { 'dry-run': 'show what would be ended' },
    examples: [
      ['sbx reap -n', 'what would be ended, and why'],
      ['sbx reap -q', 'silent if there is nothing to do'],
      ['sbx reap 5f3c2a1e-7d4b-4c9a-8e21-0b6d9f4a7c13', 'a machine that was left over, named by sbx doctor'],
    ],
  },
];
