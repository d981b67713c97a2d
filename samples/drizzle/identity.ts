// Who is asking: what a request sets before its statements, in their transaction.
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema.js";

/** The two claims of an access token that the database checks: the person, and the secret of a live session of theirs. */
export interface Person {
  uid: string;
  session: string;
}

/** Unlike an empty result, this is a 401: the session was revoked or has expired, or the secret is not this person's. */
export class SessionEnded extends Error {}

export type Tx = Parameters<Parameters<ReturnType<typeof connect>["db"]["transaction"]>[0]>[0];

/** Connects as rlschat_api, which owns nothing and reads nothing until it becomes another role. */
export function connect(url: string) {
  // Statements prepared on a shared connection outlive the request, and PgBouncer before 1.21 loses them.
  const client = postgres(url, { prepare: false });
  return { db: drizzle(client, { schema }), close: () => client.end() };
}

/** Runs the work as a person, or as anybody (null). All that is set ends with the transaction. */
export function as<T>(
  { db }: ReturnType<typeof connect>, person: Person | null, work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    // Drizzle does not qualify table names, and the login's search_path is empty.
    const [known] = await tx.execute<{ uid: string | null }>(sql`
      select set_config('search_path', 'public', true),
        set_config('role', ${person ? "regular_user" : "anonymous"}, true),
        set_config('auth.uid', ${person?.uid ?? ""}, true),
        set_config('auth.session', ${person?.session ?? ""}, true),
        auth.uid() as uid`);
    if (person && !known?.uid) {
      throw new SessionEnded();
    }

    return work(tx);
  });
}

/** Signs in over HTTP: passwords, sign-ups and refreshing are the API's. */
export async function signIn(api: string, email: string, password: string): Promise<Person & { refreshToken: string }> {
  const { accessToken, refreshToken } = await post(api, "/auth/login", { email, password });
  const { sub, ses } = JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url").toString());
  return { uid: sub, session: ses, refreshToken };
}

/** Ends a session. */
export const signOut = (api: string, refreshToken: string) => post(api, "/auth/logout", { refreshToken });

async function post(api: string, path: string, body: object): Promise<any> {
  const response = await fetch(api + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`POST ${path}: ${response.status} ${text}`);
  }

  return text && JSON.parse(text);
}
