// Rows to choose from: the newest that a person reads by the API's lists, a page of each.
import { clientOf, TIME } from './ui.js';

const FEW = 20;
/** So many chats and documents are looked into. */
const DEEP = 5;

const page = async (session, path) => (await session.get(`${path}${path.includes('?') ? '&' : '?'}limit=${FEW}`)).data.items;
const all = async pages => (await Promise.all(pages)).flat();
const newest = rows => rows.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1)).slice(0, DEEP);
const scoped = (what, ...scopes) => session => all(scopes.filter(scope => session.user || scope === 'public').map(scope => page(session, `/${what}?scope=${scope}`)));
const chats = scoped('chats', 'mine', 'organization', 'public');
const documents = scoped('documents', 'mine', 'organization');
const inChats = what => async session => all(newest(await chats(session)).map(({ id }) => page(session, `/chats/${id}/${what}`)));
const own = what => async session => (session.user ? page(session, `/me/${what}`) : []);
const ofOrganization = what => async session => (session.user?.organization ? page(session, `/organizations/${session.user.organization.id}/${what}`) : []);

/** How to list rows of a table; of a table that is not here, the API has no list. */
export const LISTS = {
  AuditEvent: own('audit'),
  Chat: chats,
  CreditEntry: own('credits'),
  Document: documents,
  Invitation: ofOrganization('invitations'),
  Message: inChats('messages'),
  Organization: async ({ user }) => (user?.organization ? [user.organization] : []),
  Role: ofOrganization('roles'),
  Stream: inChats('streams'),
  Suggestion: async session => all(newest(await documents(session)).map(({ id, createdAt }) => page(session, `/documents/${id}/suggestions?at=${createdAt}`))),
  User: async ({ user }) => (user ? [user] : []),
  Vote: inChats('votes'),
  accounts: own('accounts'),
  sessions: own('sessions'),
};

/** The primary key as the monitor takes it: its values, separated by commas. */
export const keyOf = (table, row) => `${{ Document: `${row.id},${row.createdAt}`, accounts: `${row.provider},${row.id}` }[table] ?? row.id}`;

/** What a person knows a row by. */
export const labelOf = row => `${row.title ?? row.email ?? row.name ?? row.parts?.map(part => part?.text ?? '').join(' ') ?? row.suggestedText
  ?? row.value ?? row.action ?? row.reason ?? (row.client && clientOf(row.client)) ?? row.provider ?? row.state ?? row.id}`;

/** The same, with the time where several rows of a list are known by it. */
export function labelled(rows) {
  const labels = Map.groupBy(rows, labelOf);
  return row => `${labelOf(row).slice(0, 60)}${labels.get(labelOf(row)).length > 1 && row.createdAt ? `, ${TIME.format(new Date(row.createdAt))}` : ''}`;
}
