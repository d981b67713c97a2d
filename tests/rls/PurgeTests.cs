using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>The retention that the comments on the tables state: auth.purge() deletes what is past it, and nothing else.</summary>
public sealed class PurgeTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // A row of each table, dated by [at]; how old it may grow, and its mark.
    private static readonly (string Table, string Age, string Insert, string Mark)[] Retentions =
    [
        ("AuditEvent", "400 days", """insert into public."AuditEvent" ("createdAt", "action", "target", "targetId") values ([at], 'x', 'y', '[mark]')""", "targetId"),
        ("Event", "1 day", """insert into public."Event" ("createdAt", "kind", "rowId") values ([at], '[mark]', [chat])""", "kind"),
        ("IdempotencyKey", "24 hours", """insert into public."IdempotencyKey" ("createdAt", "userId", "key", "requestDigest") values ([at], [owner], '[mark]', sha256('x'))""", "key"),
        ("Invitation", "30 days", """insert into public."Invitation" ("expires", "createdAt", "organizationId", "email", "roleId", "invitedBy", "tokenDigest") values ([at], [at], [Acme], '[mark]', [member role], [admin], sha256('[mark]'))""", "email"),
        ("Quota", "7 days", """insert into public."Quota" ("period", "userId", "kind") values ([at], [owner], '[mark]')""", "kind"),
        ("StreamChunk", "1 hour", """insert into public."StreamChunk" ("createdAt", "streamId", "index", "data") values ([at], [stream], [index], '[mark]')""", "data"),
        ("sessions", "7 days", """insert into public.sessions ("expires", "userId", "sessionToken") values ([at], [owner], '[mark]')""", "sessionToken"),
        ("verificationToken", "0 days", """insert into public."verificationToken" ("expires", "identifier", "token") values ([at], '[mark]', encode(sha256('[mark]'), 'hex'))""", "identifier"),
    ];

    [Fact]
    public async Task Purging_deletes_exactly_what_is_past_its_retention()
    {
        await Date();
        var before = await Counts();
        await Db.AsRole("rlschat_owner");
        Assert.Equal(
            Retentions.Select(r => $"{r.Table} 1"),
            await Db.List("select concat_ws(' ', purged, deleted) from auth.purge() order by purged collate \"C\""));
        Assert.Equal(
            before.Select(c => Retentions.Any(r => r.Table == c.Table) ? (c.Table, c.Rows - 1) : c),
            await Counts());
        foreach (var (table, _, _, mark) in Retentions)
        {
            Assert.Equal(["kept"], await Db.List($"""select "{mark}" from public."{table}" where "{mark}" in ('past', 'kept')"""));
        }
    }

    [Fact]
    public async Task Only_the_purge_purges()
    {
        Assert.Equal(["rlschat_auth", "rlschat_owner", "rlschat_purge"], await Db.AsRole("rlschat_owner").List(
            """
            select rolname from pg_roles
            where rolname in ('anonymous', 'regular_user', 'monitor', 'admin', 'sign_in_definer', 'identity_setter',
                'rlschat_api', 'rlschat_auth', 'rlschat_backup', 'rlschat_live', 'rlschat_owner', 'rlschat_purge')
              and has_function_privilege(oid, 'auth.purge()', 'execute')
            order by 1
            """));
    }

    [Fact]
    public async Task Everybody_else_is_denied() => await Expect.NobodyMay(Db, "select auth.purge()");

    // Without a WHERE, so that no select policy stands in the way. (Who may delete a row of their own is not among them.)
    [Fact]
    public async Task Nobody_else_deletes_rows_past_their_retention()
    {
        await Date();
        foreach (var (table, _, _, _) in Retentions)
        {
            foreach (var who in new[] { "member", "outsider", "loner", "operator", People.Anonymous })
            {
                Cells.Count();
                await Db.As(who);
                Assert.True(await Db.Try($"""delete from public."{table}" """) != Outcome.Yes, $"{who} deletes what is past its retention in {table}");
            }

            Assert.Equal(Outcome.Yes, await Db.AsRole("rlschat_purge").Try($"""delete from public."{table}" """));
        }
    }

    [Fact]
    public async Task Two_purges_do_not_run_at_once()
    {
        Assert.Equal(Retentions.Length, (await Db.AsRole("rlschat_owner").List("select purged from auth.purge()")).Count);

        // The API's login, on a connection of its own, while the first has not ended.
        await using var api = Npgsql.NpgsqlDataSource.Create(Fixture.Database.AuthConnectionString);
        await using var second = api.CreateCommand("select count(*) from auth.purge()");
        Assert.Equal(0L, await second.ExecuteScalarAsync());
        await Db.Do("rollback");
        Assert.Equal((long)Retentions.Length, await second.ExecuteScalarAsync());
        await Db.Do("begin");
    }

    [Fact]
    public async Task The_purge_visits_the_tables_of_schema_public_only()
    {
        await Db.AsRole("rlschat_owner").Do(
            """
            create table app_private.elsewhere ("id" integer);
            create policy purge_old on app_private.elsewhere for delete to rlschat_purge using (true);
            """);
        Assert.Equal(Retentions.Select(r => r.Table), (await Db.List("select purged from auth.purge()")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_purge_deletes_nothing_else()
    {
        await Db.AsRole("rlschat_purge");
        foreach (var table in new[] { "User", "Organization", "Role", "Chat", "Message", "Document", "CreditEntry", "accounts" })
        {
            Assert.Equal("42501", await Db.Error($"""delete from public."{table}" """));
        }

        foreach (var (table, _, _, _) in Retentions)
        {
            Assert.Equal("42501", await Db.Error($"""select * from public."{table}" """));
        }
    }

    private async Task Date()
    {
        await Db.As("owner").Make("chat", """insert into public."Chat" ("title", "createdAt") values ('old', '2000-01-01')""");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        // It ended long ago, so that its chunks' own ages count.
        await Bypassing("Stream", () => Db.Do("""update public."Stream" set "activeAt" = '2000-01-01'"""));
        foreach (var (table, age, insert, _) in Retentions)
        {
            await Bypassing(table, async () =>
            {
                foreach (var (mark, extra, index) in new[] { ("past", "- interval '1 minute'", "1"), ("kept", "+ interval '1 minute'", "2") })
                {
                    await Db.Do(insert
                        .Replace("[at]", $"now() at time zone 'utc' - interval '{age}' {extra}", StringComparison.Ordinal)
                        .Replace("[mark]", mark, StringComparison.Ordinal)
                        .Replace("[index]", index, StringComparison.Ordinal));
                }
            });
        }
    }

    private async Task Bypassing(string table, Func<Task> act)
    {
        await Db.AsRole("rlschat_owner").Do($"""alter table public."{table}" disable row level security, disable trigger user""");
        await act();
        await Db.Do($"""alter table public."{table}" enable row level security, enable trigger user""");
    }

    private async Task<List<(string Table, long Rows)>> Counts()
    {
        await Db.AsRole("rlschat_backup");
        var counts = new List<(string, long)>();
        foreach (var table in await Db.List("""select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"""))
        {
            counts.Add((table, await Db.Ask<long>($"""select count(*) from public."{table}" """)));
        }

        return counts;
    }
}
