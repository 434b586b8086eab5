// The same conversation through fetch with the types that openapi-typescript made: tsx with_types.ts URL TOKEN.

import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './types';

const [baseUrl, token] = process.argv.slice(2);
const desk = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

const ticket = (title: string, priority: string): components['schemas']['TicketInput'] => ({
  type: 'incident',
  contract: 'dap-example',
  organisation: 'ipo',
  title,
  channel: 'phone',
  priority,
  service: 'cloud',
  requester: { name: 'Anna de Boer', email: 'anna@ipo.example' },
});
function good<T>(answer: { data?: T; error?: unknown }): T {
  assert.ok(answer.data, JSON.stringify(answer.error));
  return answer.data;
}

const made = async (body: components['schemas']['TicketInput'], key: string) =>
  good(await desk.POST('/tickets', { body, params: { header: { 'Idempotency-Key': key } } }));
const first = await made(ticket('Mail hapert', 'p2'), 'types-1');
const second = await made(ticket('Printer hapert', 'p2'), 'types-2');

const page = good(await desk.GET('/tickets', { params: { query: { pageSize: 1, priority: 'p2' } } }));
const cursor = page.nextCursor ?? undefined;
assert.ok(cursor);
const next = good(await desk.GET('/tickets', { params: { query: { pageSize: 1, priority: 'p2', cursor } } }));
assert.deepEqual([...page.items, ...next.items].map((item) => item.id).sort(), [first.id, second.id].sort());

const params = { path: { ref: first.number } };
const text = 'Wij kijken ernaar.';
const message = good(await desk.POST('/tickets/{ref}/messages', { params, body: { visibility: 'public', body: text } }));
assert.equal(message.body, text);
const move = { to: 'in_progress', reason: 'In behandeling.' };
assert.equal(good(await desk.POST('/tickets/{ref}/transitions', { params, body: move })).state, 'active');
assert.equal(good(await desk.GET('/tickets/{ref}/clocks', { params })).items.length, 2);

const { error } = await desk.POST('/tickets', { body: ticket('', 'urgent') });
assert.equal(error?.status, 400);
assert.ok(error.errors.some((problem) => problem.pointer === '/title'));

console.log('typescript, types: every answer was as the document says');
