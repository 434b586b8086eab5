// A conversation with a desk through the SDK that @hey-api/openapi-ts made: tsx with_sdk.ts URL TOKEN.

import assert from 'node:assert/strict';
import { createClient } from './sdk/client';
import {
  createTicket,
  createTicketMessage,
  createTicketTransition,
  listTicketClocks,
  listTickets,
  type TicketInput,
} from './sdk';

const [baseUrl, token] = process.argv.slice(2);
const client = createClient({ baseUrl, auth: token });

const ticket = (title: string, priority: string): TicketInput => ({
  type: 'incident',
  contract: 'dap-example',
  organisation: 'ipo',
  title,
  channel: 'phone',
  priority,
  service: 'cloud',
  requester: { name: 'Anna de Boer', email: 'anna@ipo.example' },
});
const made = async (body: TicketInput, key: string) => {
  const answer = await createTicket({ client, body, headers: { 'Idempotency-Key': key }, throwOnError: true });
  return answer.data;
};

const first = await made(ticket('Mail hapert', 'p3'), 'sdk-1');
const again = await made(ticket('Mail hapert', 'p3'), 'sdk-1');
assert.equal(again.id, first.id, 'a repeat is the same ticket');
const second = await made(ticket('Printer hapert', 'p3'), 'sdk-2');

const page = await listTickets({ client, query: { pageSize: 1 }, throwOnError: true });
assert.ok(page.data.nextCursor);
const next = await listTickets({ client, query: { pageSize: 1, cursor: page.data.nextCursor }, throwOnError: true });
assert.deepEqual([...page.data.items, ...next.data.items].map((item) => item.id).sort(), [first.id, second.id].sort());
assert.equal(next.data.nextCursor ?? null, null);

const path = { ref: first.number };
const text = 'Wij kijken ernaar.';
const message = await createTicketMessage({ client, path, body: { visibility: 'public', body: text }, throwOnError: true });
assert.equal(message.data.body, text);

const moved = await createTicketTransition({
  client,
  path,
  body: { to: 'in_progress', reason: 'In behandeling.' },
  throwOnError: true,
});
assert.equal(moved.data.state, 'active');

const clocks = await listTicketClocks({ client, path, throwOnError: true });
assert.deepEqual(clocks.data.items.map((clock) => clock.kind).sort(), ['resolution', 'response']);

const refused = await createTicket({ client, body: ticket('', 'urgent') });
assert.equal(refused.error?.status, 400);
const pointers = refused.error.errors.map((error) => error.pointer);
assert.ok(pointers.includes('/title') && pointers.includes('/priority'), pointers.join());

console.log('typescript, SDK: every answer was as the document says');
