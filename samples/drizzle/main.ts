// Reads and writes every table of schema.ts under row-level security, with the application's own queries, as people of
// the demo world; deletes what it wrote. Prints a line a table.
//   POSTGRES_API_URL=postgresql://rlschat_api:…@host/database npm start [address of the API]
import assert from "node:assert/strict";
import { and, asc, count, desc, eq, gt, gte, inArray, sql } from "drizzle-orm";
import { as, connect, SessionEnded, signIn, signOut, type Person, type Tx } from "./identity.js";
import {
  accounts, chat, document, message, organization, role, sessions, stream, suggestion, user, verificationToken, vote,
} from "./schema.js";

const api = (process.argv[2] ?? "http://127.0.0.1:5080").replace(/\/$/, "");
const database = connect(process.env.POSTGRES_API_URL ?? assert.fail("POSTGRES_API_URL is not set"));
const demo = (name: string, place: string) => signIn(api, `${name}@${place}`, `${name}-demo-1`);

try {
  // Ana administers Acme, Ben and Cleo are members; Dan administers Globex; Eve is in no organization.
  const ana = await demo("ana", "acme.example");
  const ben = await demo("ben", "acme.example");
  const cleo = await demo("cleo", "acme.example");
  const dan = await demo("dan", "globex.example");
  const eve = await demo("eve", "example.org");

  const chatId = await chats(ben, cleo, dan);
  const messageId = await messages(ben, dan, chatId);
  await votes(ben, cleo, dan, chatId, messageId);
  await streams(ben, dan, chatId);
  await deletesChat(ben, chatId);
  await suggestions(ben, dan, await documents(ben, dan));
  await roles(ana, ben, dan);
  await organizations(eve, dan);
  await users(ben, dan);
  await signInTables(ben);
} finally {
  await database.close();
}

async function chats(owner: Person, colleague: Person, stranger: Person) {
  const createdAt = new Date();
  const [saved] = await as(database, owner, (tx) =>
    tx.insert(chat).values({ createdAt, title: "Drizzle", userId: owner.uid }).returning());
  assert.deepEqual(saved, { id: saved.id, createdAt, title: "Drizzle", userId: owner.uid, visibility: "private" });
  const mine = eq(chat.id, saved.id);
  await isHidden(stranger, chat, mine, { title: "Mine now" });
  await denied(stranger, (tx) => tx.insert(chat).values({ createdAt, title: "In another's name", userId: owner.uid }));

  await as(database, owner, async (tx) => {
    await tx.update(chat).set({ visibility: "public" }).where(mine);
    const page = await tx.select().from(chat).where(eq(chat.userId, owner.uid)).orderBy(desc(chat.createdAt)).limit(10);
    assert.equal(page.find(({ id }) => id === saved.id)?.visibility, "public");
  });
  // A public chat is everybody's to read and nobody else's to change.
  for (const anybody of [stranger, null]) {
    assert.equal((await as(database, anybody, (tx) => tx.query.chat.findFirst({ where: mine })))?.title, "Drizzle");
  }

  assert.equal((await as(database, stranger, (tx) => tx.update(chat).set({ title: "x" }).where(mine).returning())).length, 0);
  await as(database, owner, (tx) => tx.update(chat).set({ visibility: "private" }).where(mine));

  // Without a where: the organization's chats for a colleague, which another organization's people don't see.
  const titles = async (who: Person) => (await as(database, who, (tx) => tx.select().from(chat))).map(({ title }) => title);
  assert.ok((await titles(colleague)).includes("Plans for the spring"));
  assert.ok(!(await titles(stranger)).includes("Plans for the spring"));
  console.log("Chat");
  return saved.id;
}

async function messages(owner: Person, stranger: Person, chatId: string) {
  const parts = [{ type: "text", text: "What's 1 + 1? 🙂" }, { type: "tool", input: { nested: [null, true, 1.5, "\"q\""] } }];
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second, 123));
  const saved = await as(database, owner, (tx) => tx.insert(message).values([
    { chatId, role: "user", parts, attachments: [], createdAt: at(1) },
    { chatId, role: "assistant", parts: [], attachments: [{ url: "https://example.org/a.png" }], createdAt: at(2) },
    { chatId, role: "user", parts: [], attachments: [], createdAt: at(3) },
  ]).returning());
  const inChat = eq(message.chatId, chatId);
  const read = () => as(database, owner, (tx) => tx.select().from(message).where(inChat).orderBy(asc(message.createdAt)));
  assert.deepEqual(await read(), saved);
  assert.deepEqual(saved[0].parts, parts);
  assert.deepEqual(saved[0].createdAt, at(1));
  await isHidden(stranger, message, inChat, { parts: [] });
  await denied(stranger, (tx) =>
    tx.insert(message).values({ chatId, role: "user", parts: [], attachments: [], createdAt: at(4) }));

  await as(database, owner, async (tx) => {
    await tx.update(message).set({ parts: [...parts, 2] }).where(eq(message.id, saved[0].id));
    // deleteMessagesByChatIdAfterTimestamp
    const late = await tx.select({ id: message.id }).from(message).where(and(inChat, gte(message.createdAt, at(2))));
    assert.equal(late.length, 2);
    await tx.delete(vote).where(and(eq(vote.chatId, chatId), inArray(vote.messageId, late.map(({ id }) => id))));
    await tx.delete(message).where(and(inChat, inArray(message.id, late.map(({ id }) => id))));
    // getMessageCountByUserId
    const [{ written }] = await tx.select({ written: count(message.id) }).from(message)
      .innerJoin(chat, eq(message.chatId, chat.id))
      .where(and(eq(chat.userId, owner.uid), eq(message.role, "user"), inChat, gte(message.createdAt, at(0))));
    assert.equal(written, 1);
  });
  assert.deepEqual((await read()).map((row) => row.parts), [[...parts, 2]]);
  console.log("Message");
  return saved[0].id;
}

async function votes(owner: Person, colleague: Person, stranger: Person, chatId: string, messageId: string) {
  // voteMessage: updates the vote that is there, or inserts one.
  const cast = (value: string) => as(database, owner, async (tx) => {
    const [existing] = await tx.select().from(vote).where(eq(vote.messageId, messageId));
    return existing
      ? tx.update(vote).set({ value }).where(and(eq(vote.messageId, messageId), eq(vote.userId, owner.uid)))
      : tx.insert(vote).values({ chatId, messageId, userId: owner.uid, value });
  });
  await cast("up");
  await cast("down");
  const [upserted] = await as(database, owner, (tx) => tx.insert(vote)
    .values({ messageId, userId: owner.uid, value: "up" })
    .onConflictDoUpdate({ target: [vote.messageId, vote.userId], set: { value: "up" } })
    .returning());
  const inChat = eq(vote.chatId, chatId);
  assert.deepEqual(await as(database, owner, (tx) => tx.select().from(vote).where(inChat)), [upserted]);
  assert.ok(Math.abs(upserted.createdAt.getTime() - Date.now()) < 600_000, "defaultNow() is not UTC");
  await isHidden(stranger, vote, inChat, { value: "down" });
  await denied(stranger, (tx) => tx.insert(vote).values({ messageId, userId: stranger.uid, value: "up" }));
  await denied(owner, (tx) => tx.insert(vote).values({ messageId, userId: colleague.uid, value: "up" }));
  assert.equal((await as(database, owner, (tx) => tx.delete(vote).where(inChat).returning())).length, 1);
  console.log("Vote");
}

async function streams(owner: Person, stranger: Person, chatId: string) {
  const inChat = eq(stream.chatId, chatId);
  const opened = await as(database, owner, (tx) => tx.insert(stream).values({ chatId, createdAt: new Date() }).returning());
  assert.deepEqual(await as(database, owner, (tx) => tx.select().from(stream).where(inChat)), opened);
  await isHidden(stranger, stream, inChat);
  await denied(stranger, (tx) => tx.insert(stream).values({ chatId, createdAt: new Date() }));
  // Chunks and the end of a stream come by functions and over HTTP.
  await denied(owner, (tx) => tx.update(stream).set({ createdAt: new Date() }).where(inChat));
  assert.equal((await as(database, owner, (tx) => tx.delete(stream).where(inChat).returning())).length, 1);
  console.log("Stream");
}

// deleteChatById
async function deletesChat(owner: Person, chatId: string) {
  await as(database, owner, async (tx) => {
    await tx.delete(vote).where(eq(vote.chatId, chatId));
    await tx.delete(message).where(eq(message.chatId, chatId));
    await tx.delete(stream).where(eq(stream.chatId, chatId));
    assert.equal((await tx.delete(chat).where(eq(chat.id, chatId)).returning()).length, 1);
  });
}

async function documents(owner: Person, stranger: Person) {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second, 9));
  const [first] = await as(database, owner, (tx) =>
    tx.insert(document).values({ createdAt: at(1), title: "Draft", userId: owner.uid }).returning());
  assert.deepEqual([first.kind, first.content], ["text", null]);
  const { id } = first;
  const versions = eq(document.id, id);
  // saveDocument: each change is a new version.
  await as(database, owner, (tx) => tx.insert(document).values(
    [2, 3].map((second) => ({ id, createdAt: at(second), title: "Draft", content: "…", kind: "code" as const, userId: owner.uid }))));
  // Its constraints on owners are deferrable, so what is there already is asked for by the key.
  await as(database, owner, (tx) => tx.insert(document).values({ ...first, title: "Again" })
    .onConflictDoNothing({ target: [document.id, document.createdAt] }));
  await denied(owner, (tx) => tx.update(document).set({ title: "Final" }).where(versions));
  await isHidden(stranger, document, versions);
  await denied(stranger, (tx) => tx.insert(document).values({ id, createdAt: at(4), title: "Mine", userId: stranger.uid }));

  await as(database, owner, async (tx) => {
    // deleteDocumentsByIdAfterTimestamp
    await tx.delete(suggestion).where(and(eq(suggestion.documentId, id), gt(suggestion.documentCreatedAt, at(2))));
    const late = await tx.delete(document).where(and(versions, gt(document.createdAt, at(2)))).returning();
    assert.deepEqual(late.map(({ createdAt }) => createdAt), [at(3)]);
    const kept = await tx.select().from(document).where(versions).orderBy(asc(document.createdAt));
    assert.deepEqual(kept.map(({ createdAt }) => createdAt), [at(1), at(2)]);
  });
  console.log("Document");
  return first;
}

async function suggestions(owner: Person, stranger: Person, of: typeof document.$inferSelect) {
  const proposed = {
    documentId: of.id, documentCreatedAt: of.createdAt, originalText: "a", suggestedText: "b",
    userId: owner.uid, createdAt: new Date(),
  };
  const [saved] = await as(database, owner, (tx) =>
    tx.insert(suggestion).values([proposed, { ...proposed, isResolved: false }]).returning());
  assert.equal(saved.isResolved, false);
  await denied(owner, (tx) => tx.insert(suggestion).values({ ...proposed, isResolved: true }));
  await denied(stranger, (tx) => tx.insert(suggestion).values({ ...proposed, userId: stranger.uid }));
  const ofDocument = eq(suggestion.documentId, of.id);
  await isHidden(stranger, suggestion, ofDocument, { isResolved: true });

  await as(database, owner, async (tx) => {
    await tx.update(suggestion).set({ isResolved: true }).where(eq(suggestion.id, saved.id));
    const found = await tx.select().from(suggestion).where(ofDocument);
    assert.deepEqual(found.map(({ isResolved }) => isResolved).sort(), [false, true]);
    assert.equal((await tx.delete(suggestion).where(ofDocument).returning()).length, 2);
    await tx.delete(document).where(eq(document.id, of.id));
  });
  console.log("Suggestion");
}

async function roles(admin: Person, member: Person, stranger: Person) {
  const name = `drizzle ${Date.now()}`;
  const [made] = await as(database, admin, (tx) => tx.insert(role).values({ name, permissions: { can_view_audit: true } }).returning());
  const it = eq(role.id, made.id);
  assert.deepEqual(await as(database, member, (tx) => tx.select().from(role).where(it)), [made]);
  await isHidden(stranger, role, it, { name: "x" });
  await denied(member, (tx) => tx.insert(role).values({ name: `${name}!`, permissions: {} }));
  await denied(admin, (tx) => tx.insert(role).values({ name: `${name}!`, permissions: { can_grant_credits: true } }));
  await as(database, admin, async (tx) => {
    const [changed] = await tx.update(role).set({ permissions: {} }).where(it).returning();
    assert.deepEqual(changed, { ...made, permissions: {} });
    await tx.delete(role).where(it);
  });
  console.log("Role");
}

async function organizations(founder: Person, stranger: Person) {
  await denied(founder, (tx) => tx.insert(organization).values({ name: "Drizzle" }));
  // Founding one makes its founder the first member: a function.
  const [{ id }] = await as(database, founder, (tx) =>
    tx.execute<{ id: string }>(sql`select public.create_organization('Drizzle') as id`));
  const it = eq(organization.id, id);
  await isHidden(stranger, organization, it, { name: "x" });
  await as(database, founder, async (tx) => {
    assert.deepEqual(await tx.update(organization).set({ name: "Renamed" }).where(it).returning(), [{ id, name: "Renamed" }]);
    assert.deepEqual(await tx.select().from(organization), [{ id, name: "Renamed" }]);
    assert.equal((await tx.delete(organization).where(it).returning()).length, 1);
  });
  console.log("Organization");
}

async function users(self: Person, stranger: Person) {
  await denied(self, (tx) => tx.select().from(user));
  const columns = { id: user.id, email: user.email, creditBalance: user.creditBalance };
  assert.deepEqual(await as(database, self, (tx) => tx.select(columns).from(user)),
    [{ id: self.uid, email: "ben@acme.example", creditBalance: "0.00" }]);
  assert.deepEqual(await as(database, stranger, (tx) => tx.select(columns).from(user).where(eq(user.id, self.uid))), []);
  await denied(self, (tx) => tx.update(user).set({ creditBalance: "1000" }));
  await denied(self, (tx) => tx.insert(user).values({ email: "x@example.org" }));
  console.log("User");
}

async function signInTables(self: Person & { refreshToken: string }) {
  // Outside of a request's transaction there is nothing to read.
  await assert.rejects(database.db.select().from(chat), isError("42P01"));
  await as(database, self, async (tx) => {
    assert.deepEqual(await tx.select({ provider: accounts.provider }).from(accounts), []);
    assert.ok((await tx.select({ id: sessions.id, expires: sessions.expires }).from(sessions)).length > 0);
  });
  await denied(self, (tx) => tx.select({ token: sessions.sessionToken }).from(sessions));
  await denied(self, (tx) => tx.select().from(verificationToken));
  await assert.rejects(as(database, { ...self, session: "not theirs" }, () => Promise.resolve()), SessionEnded);
  await signOut(api, self.refreshToken);
  await assert.rejects(as(database, self, () => Promise.resolve()), SessionEnded);
  console.log("accounts, sessions, verificationToken");
}

/** What people may not see, they find no rows of: to read, to change or to delete. */
async function isHidden(from: Person, table: any, where: any, change?: object) {
  await as(database, from, async (tx) => {
    assert.deepEqual(await tx.select().from(table).where(where), []);
    assert.equal((await tx.delete(table).where(where).returning() as unknown[]).length, 0);
    if (change) {
      assert.equal((await tx.update(table).set(change).where(where).returning()).length, 0);
    }
  });
}

/** What nobody is granted, or a policy refuses to be written, is SQLSTATE 42501. */
async function denied(who: Person, statement: (tx: Tx) => Promise<unknown>) {
  await assert.rejects(as(database, who, statement), isError("42501"));
}

/** Drizzle wraps the error that PostgreSQL gives. */
function isError(state: string) {
  return (error: any) => error.cause?.code === state;
}
