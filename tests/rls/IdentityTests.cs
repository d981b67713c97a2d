using System.Security.Cryptography;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// Who is asking, through the API's own login and a pool of one connection: "Identity is verified in
/// the database" and "Where identity cannot be established, the answer is no rows".
/// </summary>
[Attack]
[Collection(SharedDatabase.Name)]
public sealed class IdentityTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private const string WhoAmI = "select auth.uid()::text";
    private const string MyChats = """select "title" from public."Chat" order by 1""";

    private readonly Dictionary<string, string> secrets = [];
    private readonly Guid ana = Guid.NewGuid();
    private readonly Guid ben = Guid.NewGuid();
    private NpgsqlDataSource api = null!;

    public async Task InitializeAsync()
    {
        var pool = new NpgsqlConnectionStringBuilder(fixture.Database.ApiConnectionString)
        {
            MaxPoolSize = 1,
            NoResetOnClose = true,
        };
        api = NpgsqlDataSource.Create(pool.ConnectionString);
        foreach (var (id, name) in new[] { (ana, "ana"), (ben, "ben") })
        {
            secrets[name] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            await Definer(
                $"""insert into public."User" ("id", "email") values ('{id}', '{name}-{id}@test')""",
                $"select auth.open_session('{id}', sha256('{secrets[name]}r'), sha256('{secrets[name]}'))");
            await AsPerson(id, secrets[name], $"insert into public.\"Chat\" (\"title\") values ('of {name}') returning \"title\"");
        }
    }

    public async Task DisposeAsync()
    {
        await api.DisposeAsync();
        await Definer($"""delete from public.sessions where "userId" in ('{ana}', '{ben}')""");
        await using var player = await fixture.DataSource.OpenConnectionAsync();
        foreach (var id in new[] { ana, ben })
        {
            await using var transaction = await player.BeginTransactionAsync();
            await new Db(player, fixture.World).AsRole("regular_user");
            await Run(player, $"select set_config('auth.uid', '{id}', true)");
            await Run(player, "select public.delete_account()");
            await transaction.CommitAsync();
        }
    }

    [Fact]
    public async Task A_person_with_the_secret_of_their_session_is_themselves()
    {
        Assert.Equal([ana.ToString()], await AsPerson(ana, secrets["ana"], WhoAmI));
        Assert.Equal(["of ana"], await AsPerson(ana, secrets["ana"], MyChats));
        Assert.Equal(["of ben"], await AsPerson(ben, secrets["ben"], MyChats));
    }

    public static readonly TheoryData<string, string> NobodyIs = new()
    {
        { "no identity at all", "select 1" },
        { "another person's id with my secret", "select set_config('auth.uid', '[ben]', true), set_config('auth.session', '[ana secret]', true)" },
        { "an id without a secret", "select set_config('auth.uid', '[ana]', true)" },
        { "an empty secret", "select set_config('auth.uid', '[ana]', true), set_config('auth.session', '', true)" },
        { "the digest instead of the secret", "select set_config('auth.uid', '[ana]', true), set_config('auth.session', encode(sha256('[ana secret]'), 'hex'), true)" },
        { "a secret without an id", "select set_config('auth.uid', '', true), set_config('auth.session', '[ana secret]', true)" },
        { "a malformed id", "select set_config('auth.uid', 'robert''); drop table', true), set_config('auth.session', '[ana secret]', true)" },
        { "an id in braces", "select set_config('auth.uid', '{[ana]}', true), set_config('auth.session', '[ana secret]', true)" },
        { "a wildcard", "select set_config('auth.uid', '%', true), set_config('auth.session', '%', true)" },
    };

    [Theory]
    [MemberData(nameof(NobodyIs))]
    public async Task Nobody_is(string what, string claim)
    {
        claim = Named(claim);
        foreach (var role in new[] { "regular_user", "anonymous" })
        {
            var answer = await InOneTransaction([$"select set_config('role', '{role}', true)", claim, WhoAmI]);
            Assert.True(answer[^1] is "", $"{what}: {answer[^1]}");
            answer = await InOneTransaction([$"select set_config('role', '{role}', true)", claim, MyChats]);
            Assert.DoesNotContain("of ana", answer);
            Assert.DoesNotContain("of ben", answer);
        }
    }

    // Each of these would make Ana into Ben if the setting were believed.
    public static readonly TheoryData<string, string> Spoofs = new()
    {
        { "in a select list", """select set_config('auth.uid', '[ben]', true), (select string_agg("title", ',') from public."Chat")""" },
        { "in a CTE", """with i as materialized (select set_config('auth.uid', '[ben]', true)) select "title" from i, public."Chat" """ },
        { "in a function argument", """select "title" from public."Chat" where coalesce(set_config('auth.uid', '[ben]', true), '') <> '' """ },
        { "in a lateral join", """select c."title" from (select set_config('auth.uid', '[ben]', true)) i cross join lateral (select "title" from public."Chat") c""" },
        { "of the role too", """select set_config('role', 'regular_user', true), set_config('auth.uid', '[ben]', true), (select string_agg("title", ',') from public."Chat")""" },
        { "with my own secret", """select set_config('auth.uid', '[ben]', true), set_config('auth.session', '[ana secret]', true), (select string_agg("title", ',') from public."Chat")""" },
        { "for the session", """select set_config('auth.uid', '[ben]', false), (select string_agg("title", ',') from public."Chat")""" },
    };

    [Theory]
    [MemberData(nameof(Spoofs))]
    public async Task Spoofing_by_set_config_inside_a_select(string where, string sql)
    {
        var answer = string.Join(',', await AsPerson(ana, secrets["ana"], Named(sql)));
        Assert.False(answer.Contains("of ben", StringComparison.Ordinal), $"{where}: {answer}");

        // Nor is the next request on this connection anybody.
        Assert.Equal([""], await InOneTransaction(["select set_config('role', 'regular_user', true)", WhoAmI], last: true));
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
    public async Task The_connection_of_requests_cannot(string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => AsPerson(ana, secrets["ana"], sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task Resetting_the_role_leaves_a_login_that_may_do_nothing()
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() =>
            InOneTransaction([.. Claim(ana, secrets["ana"]), "reset role", MyChats]));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("exception")]
    [InlineData("cancellation")]
    [InlineData("time-out")]
    public async Task After_one_person_the_connection_is_the_next_one_s_and_then_nobody_s(string end)
    {
        foreach (var (id, name) in new[] { (ana, "ana"), (ben, "ben"), (ana, "ana") })
        {
            Assert.Equal([$"of {name}"], await AsPerson(id, secrets[name], MyChats));
            await EndIn(end, id, secrets[name]);
            Assert.Equal([""], await InOneTransaction(["select set_config('role', 'regular_user', true)", WhoAmI], last: true));
            Assert.Equal([], await InOneTransaction(
                ["select set_config('role', 'regular_user', true)", """select "title" from public."Chat" where "title" like 'of %'"""], last: true));
        }
    }

    [Fact]
    public async Task A_session_that_ends_takes_the_rights_with_it_at_the_next_statement()
    {
        await using var connection = await api.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var claim in Claim(ana, secrets["ana"]))
        {
            await Run(connection, claim);
        }

        Assert.Equal(["of ana"], await Run(connection, MyChats));
        await Definer($"""update public.sessions set "revoked" = now() where "userId" = '{ana}'""");
        Assert.Equal([], await Run(connection, MyChats));
        await Definer($"""update public.sessions set "revoked" = null where "userId" = '{ana}'""");
        Assert.Equal(["of ana"], await Run(connection, MyChats));
        await Definer($"""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 second' where "userId" = '{ana}'""");
        Assert.Equal([], await Run(connection, MyChats));
        await Definer($"""delete from public.sessions where "userId" = '{ana}'""");
        Assert.Equal([], await Run(connection, MyChats));
    }

    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task An_old_snapshot_keeps_no_withdrawn_right(string isolation)
    {
        await using var connection = await api.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Run(connection, $"set transaction isolation level {isolation}");
        await Run(connection, Claim(ana, secrets["ana"])[0]);
        Assert.Equal([""], await Run(connection, WhoAmI));
        Assert.Equal([], await Run(connection, MyChats));
    }

    [Fact]
    public async Task A_prepared_plan_answers_for_who_asks_now()
    {
        await using var connection = await api.OpenConnectionAsync();
        await using var prepared = new NpgsqlCommand(MyChats, connection);
        for (var i = 0; i < 12; i++)
        {
            var (id, name) = i % 2 == 0 ? (ana, "ana") : (ben, "ben");
            await using var transaction = await connection.BeginTransactionAsync();
            foreach (var claim in Claim(id, secrets[name]))
            {
                await Run(connection, claim);
            }

            await prepared.PrepareAsync();
            await using (var reader = await prepared.ExecuteReaderAsync())
            {
                Assert.True(await reader.ReadAsync());
                Assert.Equal($"of {name}", reader.GetString(0));
            }

            await transaction.CommitAsync();
        }
    }

    private async Task EndIn(string end, Guid id, string secret)
    {
        switch (end)
        {
            case "exception":
                await Assert.ThrowsAsync<PostgresException>(() => AsPerson(id, secret, "select 1 / 0"));
                break;
            case "time-out":
                var slow = await Assert.ThrowsAsync<PostgresException>(() =>
                    InOneTransaction([.. Claim(id, secret), "select set_config('statement_timeout', '20', true)", "select pg_sleep(5)"]));
                Assert.Equal(PostgresErrorCodes.QueryCanceled, slow.SqlState);
                break;
            case "cancellation":
                using (var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50)))
                {
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                        InOneTransaction([.. Claim(id, secret), "select pg_sleep(5)"], cancellation: impatience.Token));
                }

                break;
            default:
                await AsPerson(id, secret, WhoAmI);
                break;
        }
    }

    private string Named(string sql) => sql
        .Replace("[ana]", ana.ToString(), StringComparison.Ordinal)
        .Replace("[ben]", ben.ToString(), StringComparison.Ordinal)
        .Replace("[ana secret]", secrets["ana"], StringComparison.Ordinal);

    private static string[] Claim(Guid id, string secret) =>
    [
        $"select set_config('role', 'regular_user', true), set_config('auth.uid', '{id}', true), set_config('auth.session', '{secret}', true)",
    ];

    private Task<List<string>> AsPerson(Guid id, string secret, string sql) =>
        InOneTransaction([.. Claim(id, secret), sql], last: true);

    private async Task<List<string>> InOneTransaction(string[] statements, bool last = false, CancellationToken cancellation = default)
    {
        await using var connection = await api.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        List<string> all = [];
        foreach (var statement in statements)
        {
            var answer = await Run(connection, statement, cancellation);
            all = last ? answer : [.. all, .. answer];
        }

        await transaction.CommitAsync(cancellation);
        return all;
    }

    private async Task Definer(params string[] statements)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Run(connection, "set local role rlschat_test_functions");
        foreach (var statement in statements)
        {
            await Run(connection, statement);
        }

        await transaction.CommitAsync();
    }

    private static async Task<List<string>> Run(NpgsqlConnection connection, string sql, CancellationToken cancellation = default)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : $"{reader.GetValue(i)}")));
        }

        return rows;
    }
}
