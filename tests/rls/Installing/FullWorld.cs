using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

// A database with the people of the tests in it and a row in every table, committed: where none is made here, one of what the catalogue says.
internal static class FullWorld
{
    public static async Task<World> Make(TestDatabase database)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        var world = await World.Create(owner);
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, world);
        await Rows.Chat(db, "of Acme: ü, \\N, a\ttab and\na second line", "owner");
        await db.As("operator");
        await db.Do("select public.grant_credits([owner], 100, 'welcome')");
        await db.As("owner");
        await db.Do("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[{"text": "a \\ b"}]')""");
        await db.Do("""insert into public."IdempotencyKey" ("userId", "key", "requestDigest") values ([owner], 'one', sha256('x'))""");
        await db.AsRole("rlschat_test_functions");
        await db.Do("""insert into public."Event" ("kind", "chatId", "rowId") values ('made', [chat], [chat])""");
        await db.Do("""insert into public."verificationToken" ("identifier", "token", "expires") values ('owner@test', encode(sha256('x'), 'hex'), now() + interval '1 day')""");
        await FillTheRest(db);
        await transaction.CommitAsync();
        return world;
    }

    /// <summary>A row in every table that has none: references to rows that are there, and of each type a value.</summary>
    private static async Task FillTheRest(Db db)
    {
        // In the order in which they were made, which is that of their references.
        await db.AsRole("rlschat_backup");
        foreach (var table in await db.List(
            "select c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace order by c.oid"))
        {
            await db.AsRole("rlschat_backup");
            if (await db.Ask<bool>($"select exists (select from {table})"))
            {
                continue;
            }

            var values = await db.List($$"""
                select quote_ident(a.attname) || '=' || case
                    when k.conrelid is not null then (select v::text from unnest(xpath('//v/text()', query_to_xml(format('select %I as v from %s limit 1', f.attname, k.confrelid::regclass), false, true, ''))) v)
                    when t.typtype = 'e' then (select enumlabel::text from pg_enum where enumtypid = t.oid order by enumsortorder limit 1)
                    else case t.typcategory when 'N' then '1' when 'B' then 'true' when 'D' then '2026-01-31 09:30' when 'S' then 'x' when 'A' then '{}'
                      else case t.typname when 'uuid' then gen_random_uuid()::text when 'bytea' then '\x00' else '{}' end end end
                from pg_attribute a join pg_type t on t.oid = a.atttypid
                left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = all (k.conkey)
                left join pg_attribute f on f.attrelid = k.confrelid and f.attnum = any (k.confkey)
                where a.attrelid = '{{table.Replace("'", "''", StringComparison.Ordinal)}}'::regclass and a.attnum > 0 and not a.attisdropped
                  and a.attnotnull and (not a.atthasdef or k.conrelid is not null)
                """);
            await db.AsRole("rlschat_owner");
            await db.Do($"alter table {table} no force row level security");
            await db.Do($"""
                insert into {table} ({string.Join(", ", values.Select(value => value[..value.IndexOf('=')]))})
                values ({string.Join(", ", values.Select(value => $"'{value[(value.IndexOf('=') + 1)..].Replace("'", "''", StringComparison.Ordinal)}'"))})
                """);
            await db.Do($"alter table {table} force row level security");
        }
    }

    /// <summary>Every table with the number of its rows and a digest of them all, as the backup's role sees them.</summary>
    public static async Task<List<string>> Content(TestDatabase database)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var connection = await owner.OpenConnectionAsync();
        var db = new Db(connection, new World());
        await db.Do("begin");
        await db.AsRole("rlschat_backup");
        var content = new List<string>();
        foreach (var table in await db.List(
            "select c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) order by 1"))
        {
            // A transaction's number is its server's own, and a fingerprint may be printed anew.
            var row = table is "app_private.fingerprint" ? "(t.kind, t.name)::text" : "(to_jsonb(t) - 'xid')::text";
            content.Add(await db.Ask<string>(
                $"select concat_ws(' ', '{table.Replace("'", "''", StringComparison.Ordinal)}', count(*), md5(string_agg({row}, '' order by {row}))) from {table} t"));
        }

        await db.Do("rollback");
        return content;
    }
}
