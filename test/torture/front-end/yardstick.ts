/** What the work below takes on the computer whose figures are published, in ms of processor time. */
const THERE = 45;
const BAR = 1000;

/** ms of processor time that are spent on finding out: other programs come and go meanwhile, as they do while a file is read. */
const LONG = 500;

/** A second of processor time there, as it is here and now: other programs and other processors make the same work cost more. */
export function limitHere(): number {
  let [spent, rounds] = [0, 0];
  for (; spent < LONG; rounds++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    spent += (user + system) / 1000;
  }
  return BAR * Math.max(1, spent / rounds / THERE);
}

/** Maps, texts and garbage, as a reader of files makes them. */
function work(): number {
  let sum = 0;
  for (let round = 0; round < 20; round++) {
    const names = new Map<string, readonly string[]>();
    for (let n = 0; n < 10_000; n++) names.set(`name-${round}-${n}`, [`a${n}`, `b${n}`]);
    for (const [name, parts] of names) sum += name.length + parts.length;
  }
  return sum;
}
