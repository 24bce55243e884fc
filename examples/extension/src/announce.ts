import { defineTask, type TaskDefinition } from 'sandboxfile';

/** Makes no files, so it runs every time that it is asked for. */
export const announce: TaskDefinition = defineTask({
  name: 'announce',
  summary: 'Posts a text to an address, for example to a channel of a chat.',
  example: `tell:
  task: announce
  needs: [sums]
  url: https://chat.example.org/hooks/releases
  text: "hello is out: \${{ steps.sums.outputs.first }}"`,
  fields: {
    url: { kind: 'string', required: true, description: 'Where it is posted.', pattern: '^https?://.+', called: 'a web address' },
    text: { kind: 'string', required: true, description: 'What is posted.', takes: ['text'] },
  },
  plan: ({ fields: { url } }) => ({ title: `post to ${new URL(url).host}` }),
  async run({ fields: { url, text }, note, signal }) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ text }), signal });
    if (!answer.ok) return { failed: `${url} answered ${answer.status}`, hint: 'Is the address still right?' };
    note(`posted: ${text}`);
    return undefined;
  },
});
