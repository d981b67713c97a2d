using Npgsql;
using RlsChat.Tests.Rls.Attacks;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// Who is asking, through the API's own login and a pool of one connection: "Identity is verified in
/// the database" and "Where identity cannot be established, the answer is no rows".
/// </summary>
[Attack]
[Collection(CommittingTests.Name)]
public sealed class IdentityTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private const string WhoAmI = "select auth.uid()::text";
    private const string MyChats = """select "title" from public."Chat" order by 1""";

    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:", "ben:");
        foreach (var who in new[] { "ana", "ben" })
        {
            await new Race(fixture, world).Alone<string>(who, $"""insert into public."Chat" ("title") values ('of {who}') returning "title" """);
        }

        intruder = await Intruder.With(fixture, world, connections: 1, "ana", "ben");
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    [Fact]
    public async Task A_person_with_the_secret_of_their_session_is_themselves()
    {
        Assert.Equal($"= {world["ana"]}", await intruder.Runs("ana", WhoAmI));
        Assert.Equal("= of ana", await intruder.Runs("ana", MyChats));
        Assert.Equal("= of ben", await intruder.Runs("ben", MyChats));
    }

    public static readonly TheoryData<string, string> NobodyIs = new()
    {
        { "no identity at all", "select 1" },
        { "another person's id with my secret", "select set_config('auth.uid', [ben], true), set_config('auth.session', [secret of ana], true)" },
        { "an id without a secret", "select set_config('auth.uid', [ana], true)" },
        { "an empty secret", "select set_config('auth.uid', [ana], true), set_config('auth.session', '', true)" },
        { "the digest instead of the secret", "select set_config('auth.uid', [ana], true), set_config('auth.session', encode(sha256([secret of ana]), 'hex'), true)" },
        { "a secret without an id", "select set_config('auth.uid', '', true), set_config('auth.session', [secret of ana], true)" },
        { "a malformed id", "select set_config('auth.uid', 'robert''); drop table', true), set_config('auth.session', [secret of ana], true)" },
        { "an id in braces", "select set_config('auth.uid', concat('{', [ana], '}'), true), set_config('auth.session', [secret of ana], true)" },
        { "a wildcard", "select set_config('auth.uid', '%', true), set_config('auth.session', '%', true)" },
    };

    [Theory]
    [MemberData(nameof(NobodyIs))]
    public async Task Nobody_is(string what, string claim)
    {
        foreach (var (role, question) in new[] { ("regular_user", WhoAmI), ("regular_user", MyChats), ("anonymous", WhoAmI), ("anonymous", MyChats) })
        {
            var answer = await intruder.Runs(People.Anonymous, role, [claim, question]);
            Assert.True(answer == "= ", $"{what}: {question}: {answer}");
        }
    }

    // Each of these would make Ana into Ben if the setting were believed.
    public static readonly TheoryData<string, string> Spoofs = new()
    {
        { "in a select list", """select concat(set_config('auth.uid', [ben], true), (select string_agg("title", ',') from public."Chat"))""" },
        { "in a CTE", """with i as materialized (select set_config('auth.uid', [ben], true)) select "title" from i, public."Chat" """ },
        { "in a function argument", """select "title" from public."Chat" where coalesce(set_config('auth.uid', [ben], true), '') <> '' """ },
        { "in a lateral join", """select c."title" from (select set_config('auth.uid', [ben], true)) i cross join lateral (select "title" from public."Chat") c""" },
        { "of the role too", """select concat(set_config('role', 'regular_user', true), set_config('auth.uid', [ben], true), (select string_agg("title", ',') from public."Chat"))""" },
        { "with my own secret", """select concat(set_config('auth.uid', [ben], true), set_config('auth.session', [secret of ana], true), (select string_agg("title", ',') from public."Chat"))""" },
        { "for the session", """select concat(set_config('auth.uid', [ben], false), (select string_agg("title", ',') from public."Chat"))""" },
    };

    [Theory]
    [MemberData(nameof(Spoofs))]
    public async Task Spoofing_by_set_config_inside_a_select(string where, string sql)
    {
        var answer = await intruder.Runs("ana", sql);
        Assert.True(answer.StartsWith("= ", StringComparison.Ordinal) && !answer.Contains("of ben", StringComparison.Ordinal), $"{where}: {answer}");

        // Nor is the next request on this connection anybody.
        Assert.Equal("= ", await intruder.Runs(People.Anonymous, WhoAmI));
    }

    [Theory]
    [InlineData("set role rlschat_owner")]
    [InlineData("set role sign_in_definer")]
    [InlineData("set role identity_setter")]
    [InlineData("set role admin")]
    [InlineData("set role rlschat_backup")]
    [InlineData("set session authorization rlschat_owner")]
    [InlineData("alter role rlschat_api superuser")]
    [InlineData("grant identity_setter to rlschat_api")]
    [InlineData("select \"sessionToken\" from public.sessions")]
    [InlineData("select \"password\" from public.\"User\"")]
    [InlineData("select auth.credentials('ana@test')")]
    [InlineData("select auth.open_session(auth.uid(), 'a', 'b')")]
    [InlineData("select app_private.permissions_of(auth.uid())")]
    [InlineData("create temporary table \"Chat\" ()")]
    [InlineData("create table public.t ()")]
    [InlineData("alter table public.\"Chat\" disable row level security")]
    [InlineData("create policy mine on public.\"Chat\" using (true)")]
    public async Task The_connection_of_requests_cannot(string sql) => Assert.Equal("42501", await intruder.Runs("ana", sql));

    [Fact]
    public async Task Resetting_the_role_leaves_a_login_that_may_do_nothing() =>
        Assert.Equal("42501", await intruder.Runs("ana", "reset role", MyChats));

    [Theory]
    [InlineData("commit")]
    [InlineData("exception")]
    [InlineData("cancellation")]
    [InlineData("time-out")]
    public async Task After_one_person_the_connection_belongs_to_the_next_and_then_to_nobody(string end)
    {
        foreach (var who in new[] { "ana", "ben", "ana" })
        {
            Assert.Equal($"= of {who}", await intruder.Runs(who, MyChats));
            await EndIn(end, who);
            Assert.Equal("= ", await intruder.Runs(People.Anonymous, WhoAmI));
            Assert.Equal("= ", await intruder.Runs(People.Anonymous, MyChats));
        }
    }

    [Fact]
    public async Task A_session_that_ends_takes_the_rights_with_it_at_the_next_statement()
    {
        await using var connection = await intruder.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = await Acting(connection, "ana");
        Assert.Equal(["of ana"], await db.List(MyChats));
        await intruder.AsRole("""update public.sessions set "revoked" = now() where "userId" = [ana]""");
        Assert.Equal([], await db.List(MyChats));
        await intruder.AsRole("""update public.sessions set "revoked" = null where "userId" = [ana]""");
        Assert.Equal(["of ana"], await db.List(MyChats));
        await intruder.AsRole("""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 second' where "userId" = [ana]""");
        Assert.Equal([], await db.List(MyChats));
        await intruder.AsRole("""delete from public.sessions where "userId" = [ana]""");
        Assert.Equal([], await db.List(MyChats));
    }

    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task An_old_snapshot_keeps_no_withdrawn_right(string isolation)
    {
        await using var connection = await intruder.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        await new Db(connection, world).Do($"set transaction isolation level {isolation}");
        var db = await Acting(connection, "ana");
        Assert.Equal([""], await db.List(WhoAmI));
        Assert.Equal([], await db.List(MyChats));
    }

    [Fact]
    public async Task A_prepared_plan_answers_for_the_person_who_asks_now()
    {
        await using var connection = await intruder.Open();
        await using var prepared = new NpgsqlCommand(MyChats, connection);
        for (var i = 0; i < 12; i++)
        {
            var who = i % 2 == 0 ? "ana" : "ben";
            await using var transaction = await connection.BeginTransactionAsync();
            await Acting(connection, who);
            await prepared.PrepareAsync();
            Assert.Equal($"of {who}", await prepared.ExecuteScalarAsync());
            await transaction.CommitAsync();
        }
    }

    private async Task EndIn(string end, string who)
    {
        switch (end)
        {
            case "exception":
                Assert.Equal("22012", await intruder.Runs(who, "select 1 / 0"));
                break;
            case "time-out":
                Assert.Equal("57014", await intruder.Runs(who, "select set_config('statement_timeout', '20', true)", "select pg_sleep(5)"));
                break;
            case "cancellation":
                using (var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50)))
                {
                    await using var connection = await intruder.Open();
                    await using var transaction = await connection.BeginTransactionAsync();
                    await Acting(connection, who);
                    await using var sleep = new NpgsqlCommand("select pg_sleep(5)", connection);
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep.ExecuteNonQueryAsync(impatience.Token));
                }

                break;
            default:
                Assert.StartsWith("= ", await intruder.Runs(who, WhoAmI), StringComparison.Ordinal);
                break;
        }
    }

    private async Task<Db> Acting(NpgsqlConnection connection, string who)
    {
        var db = new Db(connection, world);
        await db.Do(intruder.Named($"select set_config('role', 'regular_user', true), [as {who}]"));
        return db;
    }
}
