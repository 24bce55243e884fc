// What the page shows: the JSON that stands in it.
export const data = JSON.parse(document.getElementById('data').textContent);
export const { steps, run } = data;
export const byId = new Map(steps.map((step) => [step.id, step]));
export const dependents = new Map(steps.map(({ id }) => [id, []]));
for (const step of steps) for (const id of [...step.needs, ...step.after]) dependents.get(id)?.push(step.id);
export const critical = new Set(run?.critical.steps);

/** What draws the row and the node of a step. */
export const rows = new Map();
export const nodes = new Map();
