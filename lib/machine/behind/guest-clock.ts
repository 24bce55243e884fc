import type { Clock } from '../../model/io.ts';
import type { Session } from '../../model/sandbox.ts';

/** $1: seconds since 1970. A clock that is nearly right is left to the guest, which may have a better source. */
const SET = `ahead=$(($(date +%s) - $1))
[ "$ahead" -gt 5 ] || [ "$ahead" -lt -5 ] || exit 0
sudo=; [ "$(id -u)" = 0 ] || sudo='sudo -n'
$sudo date -u -s "@$1" >/dev/null 2>&1`;

/**
 * The clock of a guest that goes on from a saved state stands where it was saved, whoever restored it. One that cannot be told the time goes on all the same: that
 * files arrive later than what was there before does not hang on its clock.
 */
export async function setClock(session: Session, clock: Pick<Clock, 'now'>, signal: AbortSignal): Promise<void> {
  await session.program(SET, [String(Math.round(clock.now() / 1000))], { signal });
}
