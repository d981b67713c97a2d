// Makes a database as the application left it, for trying `make db-adopt`: its migrations, rows in every table, and rows
// that do not fit here. Everybody's password is "old-password-1".
//   node bin/old.js postgresql://…@host/an-empty-database [people, default 1000]
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import type { PgTable } from "drizzle-orm/pg-core";
import postgres from "postgres";
import * as schema from "./schema.js";

const people = Number(process.argv[3] ?? 1000);
const client = postgres(process.argv[2] ?? assert.fail("Say the URL of an empty database."), { onnotice: () => {} });
const db = drizzle(client, { schema });
const password = "$2b$04$UDjyBwTbUIjS2pxM04YtHOh8muddmf/kPfnHJMK8Xs7j0uxGXuy4W";

/** An id that is the same in every run. */
function id(kind: string, n: number): string {
  const digest = createHash("sha256").update(`${kind}${n}`).digest("hex");
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

const at = (n: number) => new Date(Date.UTC(2025, 0, 1) + n * 61_003);

async function fill<T extends PgTable>(table: T, count: number, row: (n: number) => T["$inferInsert"]) {
  for (let first = 0; first < count; first += 1000) {
    await db.insert(table).values(Array.from({ length: Math.min(1000, count - first) }, (_, n) => row(first + n)));
  }
}

try {
  await migrate(db, { migrationsFolder: "migrations" });
  await fill(schema.user, people, (n) => (
    { id: id("user", n), email: `person${n}@old.example`, password: n % 10 === 9 ? null : password, creditBalance: `${n % 7}.50` }));
  await fill(schema.accounts, people / 2, (n) => (
    { userId: id("user", 2 * n), type: "oauth", provider: "github", providerAccountId: `${1000 + n}`, access_token: n % 2 ? `gho_${n}` : null }));
  await fill(schema.sessions, people, (n) => ({ userId: id("user", n), expires: n % 2 ? at(n) : new Date("2099-01-01"), sessionToken: `session ${n}` }));
  await fill(schema.verificationToken, people / 10, (n) => ({ identifier: `person${n}@old.example`, token: `token ${n}`, expires: at(n) }));
  await fill(schema.organization, people / 100, (n) => ({ id: id("organization", n), name: `Organization ${n}` }));
  await fill(schema.role, 5, (n) => ({ id: id("role", n), name: `Role ${n}`, permissions: { can_view_documents: true } }));
  await fill(schema.chat, 5 * people, (n) => (
    { id: id("chat", n), createdAt: at(n), title: `Chat ${n}`, userId: id("user", n % people), visibility: n % 10 ? "private" as const : "public" as const }));
  await fill(schema.message, 80 * people, (n) => ({
    id: id("message", n), chatId: id("chat", n % (5 * people)), role: n % 2 ? "assistant" : "user", createdAt: at(n), attachments: [],
    parts: [{ type: "text", text: `Message ${n}: “${"ä".repeat(n % 50)}”` }],
  }));
  await fill(schema.vote, 8 * people, (n) => ({
    id: id("vote", n), messageId: id("message", 10 * n + 1), userId: id("user", n % people), chatId: id("chat", (10 * n + 1) % (5 * people)),
    value: n % 3 ? "up" : "down", createdAt: at(n),
  }));
  await fill(schema.document, 4 * people, (n) => ({
    id: id("document", Math.floor(n / 2)), createdAt: at(n), title: `Document ${n}`, content: `Version ${n % 2}`, kind: n % 4 ? "text" as const : "code" as const,
    userId: id("user", Math.floor(n / 2) % people),
  }));
  await fill(schema.suggestion, people, (n) => ({
    id: id("suggestion", n), documentId: id("document", n), documentCreatedAt: at(2 * n), originalText: "one", suggestedText: "two",
    isResolved: n % 2 === 0, userId: id("user", n % people), createdAt: at(n),
  }));
  await fill(schema.stream, people, (n) => ({ id: id("stream", n), chatId: id("chat", n), createdAt: at(n) }));

  // What years leave behind: constraints that came late, clients that did not ask, microseconds by now().
  await db.execute(sql`
    alter table "User" alter "creditBalance" drop not null;
    alter table "Vote" drop constraint "Vote_message_id_Message_id_fk";
    alter table "Stream" drop constraint "Stream_chatId_Chat_id_fk";
    alter table "Chat" add "pinned" boolean;
    create table "Telemetry" ("id" integer);
    update "User" set "creditBalance" = null where "email" = 'person1@old.example';
    update "User" set "creditBalance" = 'twelve' where "email" = 'person2@old.example';
    update "User" set "email" = 'PERSON4@old.example' where "email" = 'person3@old.example';
    update "User" set "password" = 'plain' where "email" = 'person5@old.example';
    update "Chat" set "title" = ' ' where "title" = 'Chat 6';
    update "Message" set "parts" = '{"text": "no list"}' where "id" = ${sql.raw(`'${id("message", 7)}'`)};
    update "Message" set "createdAt" = "createdAt" + interval '123 microseconds' where "role" = 'assistant';`);
  await db.insert(schema.vote).values({ id: id("vote", -1), messageId: id("nothing", 0), userId: id("user", 0), value: "up" });
  await db.insert(schema.vote).values({ id: id("vote", -2), messageId: id("message", 1), userId: id("user", 0), value: "down", createdAt: at(-1) });
  await db.insert(schema.stream).values({ id: id("stream", -1), chatId: id("nothing", 0), createdAt: at(0) });
} finally {
  await client.end();
}
