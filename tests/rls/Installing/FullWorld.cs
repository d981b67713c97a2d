using Npgsql;
using RlsChat.Tests.Rls.Stage;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

// A database with the cast in it and a row in every table, committed.
internal static class FullWorld
{
    public static async Task<World> Make(TestDatabase database)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        var world = await World.Create(owner);
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var play = new Play(connection, world);
        await Scene.Chat(play, "of Acme: ü, \\N, a\ttab and\na second line", "owner");
        await play.As("operator");
        await play.Do("select public.grant_credits([owner], 100, 'welcome')");
        await play.As("owner");
        await play.Do("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[{"text": "a \\ b"}]')""");
        await play.Do("""insert into public."IdempotencyKey" ("userId", "key", "requestDigest") values ([owner], 'one', sha256('x'))""");
        await play.AsRole("auth_definer");
        await play.Do("""insert into public."Event" ("kind", "chatId", "rowId") values ('made', [chat], [chat])""");
        await play.Do("""insert into public."verificationToken" ("identifier", "token", "expires") values ('owner@test', encode(sha256('x'), 'hex'), now() + interval '1 day')""");
        await transaction.CommitAsync();
        return world;
    }

    /// <summary>Every table with the number of its rows and a digest of them all, as the backup's role sees them.</summary>
    public static async Task<List<string>> Content(TestDatabase database)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var connection = await owner.OpenConnectionAsync();
        var play = new Play(connection, new World());
        await play.Do("begin");
        await play.AsRole("rlschat_backup");
        var content = new List<string>();
        foreach (var table in await play.List(
            "select c.oid::regclass::text from pg_class c where relkind = 'r' and relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) order by 1"))
        {
            // A transaction's number is its server's own, and a fingerprint may be printed anew.
            var row = table is "app_private.fingerprint" ? "(t.kind, t.name)::text" : "(to_jsonb(t) - 'xid')::text";
            content.Add(await play.Ask<string>(
                $"select concat_ws(' ', '{table.Replace("'", "''", StringComparison.Ordinal)}', count(*), md5(string_agg({row}, '' order by {row}))) from {table} t"));
        }

        await play.Do("rollback");
        return content;
    }
}
