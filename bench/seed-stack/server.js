// The requests of the comparison in the seed's stack: Fastify, Drizzle and postgres.js, under the same policies, with
// set_config and the query in a transaction, as the seed document shows. One log line a request.
import fastifyJwt from "@fastify/jwt";
import { asc, desc, eq, getTableColumns, sql } from "drizzle-orm";
import { integer, json, pgTable, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import Fastify from "fastify";
import postgres from "postgres";

const at = () => timestamp("createdAt", { precision: 3, mode: "date" });
const chat = pgTable("Chat", {
  id: uuid("id").primaryKey(), title: text("title").notNull(), visibility: varchar("visibility").notNull(),
  userId: uuid("userId").notNull(), organizationId: uuid("organizationId"), createdAt: at().notNull(), version: integer("version"),
});
const written = () => ({
  id: uuid("id").primaryKey().defaultRandom(), chatId: uuid("chatId").notNull(), userId: uuid("userId"), role: varchar("role").notNull(),
  parts: json("parts").notNull(), attachments: json("attachments").notNull(), createdAt: at(),
});
const message = pgTable("Message", { ...written(), version: integer("version") });
// Drizzle lists all columns of a table in an insert, and nobody may write "version".
const newMessage = pgTable("Message", written());

const client = postgres(process.env.POSTGRES_URL, { max: Number(process.env.DATABASE_MAX_CONNECTIONS), idle_timeout: 20 });
const db = drizzle(client);
const app = Fastify({ logger: true, disableRequestLogging: true });
app.register(fastifyJwt, { secret: Buffer.from(process.env.KEY, "base64"), verify: { allowedIss: "bench", allowedAud: "bench" } });
app.addHook("onResponse", async (request, reply) =>
  request.log.info({ operation: request.routeOptions.url, duration: reply.elapsedTime, status: reply.statusCode, userId: request.user?.sub }));

const as = ({ user }, work) => db.transaction(async (tx) => {
  const [{ uid }] = await tx.execute(sql`
    select set_config('search_path', 'public', true), set_config('role', 'regular_user', true),
      set_config('auth.uid', ${user.sub}, true), set_config('auth.session', ${user.ses}, true), auth.uid() as uid`);
  return uid ? work(tx) : null;
});

const page = (rows, limit) => {
  const items = rows.slice(0, limit);
  const last = rows.length > limit && items.at(-1);
  return { items, nextCursor: last ? Buffer.from(`${last.createdAt.toISOString()} ${last.id}`).toString("base64url") : null };
};

app.get("/health", async () => "ok");
app.register(async (routes) => {
  routes.addHook("onRequest", (request) => request.jwtVerify());

  routes.get("/chats", async (request, reply) => {
    const rows = await as(request, (tx) => tx.select().from(chat).where(eq(chat.userId, request.user.sub))
      .orderBy(desc(chat.createdAt), desc(chat.id)).limit(21));
    return rows ? page(rows, 20) : reply.code(401).send();
  });

  routes.get("/chats/:id/messages", async (request, reply) => {
    const limit = Number(request.query.limit ?? 20);
    const rows = await as(request, async (tx) => {
      const found = await tx.select().from(message).where(eq(message.chatId, request.params.id))
        .orderBy(asc(message.createdAt), asc(message.id)).limit(limit + 1);
      return found.length || (await tx.select({ id: chat.id }).from(chat).where(eq(chat.id, request.params.id))).length ? found : null;
    });
    return rows ? page(rows, limit) : reply.code(404).send();
  });

  routes.post("/chats/:id/messages", async (request, reply) => {
    const rows = await as(request, (tx) => tx.insert(newMessage).values({
      chatId: request.params.id, role: request.body.role, parts: request.body.parts, attachments: request.body.attachments ?? [],
      userId: request.user.sub,
    }).returning({ ...getTableColumns(newMessage), version: sql`"version"` }));
    return rows ? reply.code(201).send(rows[0]) : reply.code(401).send();
  });
});

await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
