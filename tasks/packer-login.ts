import type { Login } from '../lib/packer/given.ts';
import { freshKey } from '../lib/ssh/keys.ts';

/** A key pair that nobody had before, for one build. */
export function freshLogin(): Login {
  const key = freshKey();
  return { private: key.private, public: `ssh-ed25519 ${key.public.toString('base64')} image-build` };
}
