using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Rls.Installing;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>Schema monitor: who sees anything there, and that nothing that people wrote is among it.</summary>
public sealed class MonitorTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Canary = "hush-canary";

    // What there is to look at in a database in which all is well, and what is empty then.
    private static readonly string[] Full = ["monitor.policies", "monitor.tables", "monitor.activity()", "monitor.statements()"];
    private static readonly string[] Others = ["monitor.findings", "monitor.drift", "monitor.untightened"];

    [Fact]
    public async Task Only_who_may_look_sees_anything_in_the_role_monitor()
    {
        // Something for each view to show.
        await Db.AsRole("rlschat_owner").Do("""create policy everybody on public."Vote" for select using (false)""");
        foreach (var who in People.All.Select(p => p.Who))
        {
            await Db.Do($"select set_config('role', 'monitor', true), set_config('auth.uid', [{who}], true)");
            foreach (var view in Full.Concat(Others.Take(2)))
            {
                Cells.Count();
                Assert.True(await Db.Ask<bool>($"select exists (select from {view})") == (who == "operator"), $"{view} by {who}");
            }
        }

        // As db-check, and people at psql.
        await Db.AsRole("monitor");
        foreach (var view in Full.Concat(Others.Take(2)))
        {
            Assert.True(await Db.Ask<bool>($"select exists (select from {view})"), view);
        }

        await Db.Do("select set_config('auth.uid', '11111111-1111-4111-8111-111111111111', true)");
        Assert.False(await Db.Ask<bool>("select exists (select from monitor.policies)"));
    }

    [Fact]
    public async Task The_gauges_count_the_sessions_that_live_and_the_files_of_the_schema()
    {
        const string Sessions = "select sessions from auth.gauges()";
        var before = await Db.AsRole("rlschat_test_functions").Ask<long>(Sessions);
        foreach (var name in new[] { "lives", "was revoked", "ended" })
        {
            await Db.Do($"select auth.open_session([owner], sha256('{name}'), sha256('secret of {name}'))");
        }

        // One sign-in, with two pairs of tokens.
        await Db.Do("select auth.refresh_session(sha256('lives'), sha256('lives on'), sha256('next secret'))");
        await Db.Do("""update public.sessions set "revoked" = now() where "sessionToken" = encode(sha256('was revoked'), 'hex')""");
        await Db.Do("""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 second' where "sessionToken" = encode(sha256('ended'), 'hex')""");
        Assert.Equal(before + 1, await Db.Ask<long>(Sessions));

        var migrations = await Db.Ask<long>("select migrations from auth.gauges()");
        await Db.AsRole("rlschat_owner");
        Assert.Equal(migrations, await Db.Ask<long>("select count(*) from app_private.migration where starts_with(name, 'db/schema/')"));
        Assert.True(migrations < await Db.Ask<long>("select count(*) from app_private.migration"));
    }

    [Fact]
    public async Task Losing_the_permission_hides_the_monitor()
    {
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "roleId" = null where "id" = [operator]""");
        await Db.Do("select set_config('role', 'monitor', true), set_config('auth.uid', [operator], true)");
        Assert.Empty(await Db.List("""select "table" from monitor.tables"""));
    }

    [Fact]
    public async Task SQL_on_the_APIs_connection_sees_nothing_but_what_its_start_needs()
    {
        foreach (var claim in new[] { "", Fixture.World["operator"].ToString() })
        {
            foreach (var (view, there) in Full.Concat(Others).Select(view => (view, false))
                .Concat([("monitor.migrations", true), ("monitor.canary", true)]))
            {
                Assert.Equal(there, await Fixture.Database.ApiConnectionString.Ask<bool>(
                    $"select exists (select from {view})", "set role monitor", $"select set_config('auth.uid', '{claim}', false)"));
            }
        }
    }

    [Fact]
    public async Task Nobody_else_looks()
    {
        await Expect.NobodyMay(Db, Full.Concat(Others).Concat(["monitor.migrations", "monitor.canary"]).Select(view => $"select from {view}"));
        await Expect.NobodyMay(Db, "select auth.can_view_monitoring()");
    }

    [Fact]
    public async Task The_role_monitor_reads_nothing_else()
    {
        await Db.AsRole("rlschat_owner");
        Assert.Equal(
            ["monitor.canary", "monitor.drift", "monitor.findings", "monitor.migrations", "monitor.policies", "monitor.tables", "monitor.untightened"],
            await Db.List("""
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'p', 'v', 'm', 'f')
                  and has_any_column_privilege('monitor', c.oid, 'select')
                order by 1
                """));
    }

    [Fact]
    public async Task Tables_say_who_may_what_there()
    {
        await Db.AsRole("monitor");
        Assert.Equal(
            ["""true|true|["delete_chat_owner"]|["*"]|["chatId", "createdAt", "id", "userId"]|true"""],
            await Db.List("""
                select concat_ws('|', rls_enabled::text, rls_forced::text, policies -> 'delete', grants -> 'select' -> 'anonymous',
                  grants -> 'insert' -> 'regular_user', (size > 0)::text)
                from monitor.tables where "table" = 'Stream'
                """));
    }

    [Fact]
    public async Task Activity_shows_no_query_no_address_and_no_name_of_a_program()
    {
        var owner = new NpgsqlConnectionStringBuilder(Fixture.Database.OwnerConnectionString) { ApplicationName = Canary, Pooling = false };
        await using var other = new NpgsqlConnection(owner.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var query = new NpgsqlCommand($"select '{Canary}'", other);
        await query.ExecuteScalarAsync();
        var rows = string.Join('\n', await Db.AsRole("monitor").List("select a::text from monitor.activity() a"));
        Assert.Contains(owner.Username!, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, rows, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Activity_shows_the_states_of_the_APIs_connections()
    {
        await using var api = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Fixture.Database.ApiConnectionString) { Pooling = false }.ConnectionString);
        await api.OpenAsync();
        await using var transaction = await api.BeginTransactionAsync();
        await using var query = new NpgsqlCommand("select 1", api);
        await query.ExecuteScalarAsync();
        Assert.Equal(["1 true"], await Db.AsRole("monitor").List("""
            select concat_ws(' ', connections, (oldest_transaction >= 0)::text) from monitor.activity()
            where role = 'rlschat_api' and state = 'idle in transaction'
            """));
    }

    /// <summary>Where the server does not count statements, it says so; where it does, no constant passes.</summary>
    [Fact]
    public async Task Statements_have_no_constants()
    {
        await using var database = await (await Support.TestServer.Shared).CreateDatabase();
        const string statements = "select coalesce(unavailable, query, 'withheld') from monitor.statements()";
        Assert.Equal(["the extension pg_stat_statements is not in this database"], await Statements(database.OwnerConnectionString));
        var superuser = database.RequiredSuperuser;
        await superuser.Do("create schema statistics", "create extension pg_stat_statements schema statistics");
        await superuser.Do("grant usage on schema statistics to rlschat_stats", "grant pg_read_all_stats to rlschat_stats");
        var answer = await Statements(database.OwnerConnectionString);
        NotRunException.Unless(
            answer is not ["pg_stat_statements is not in shared_preload_libraries"],
            "pg_stat_statements", "in shared_preload_libraries of the server");
        await superuser.Do(
            $"select '{Canary}', 4711 as one", $"create table public.secret (a text default '{Canary}')",
            $"insert into public.secret values ('{Canary}')", $"do $x$ begin perform '{Canary}'; end $x$",
            $"set auth.uid to \"{Canary}\"", $"prepare p as select '{Canary}'", $"select '{Canary}' as a into public.other",
            $"select 1 /* {Canary} */ as commented", $"select $q${Canary}$q$ as dollar", "select a as plain from public.secret where a = '' || a");
        var shown = string.Join('\n', await Statements(database.OwnerConnectionString));
        Assert.DoesNotContain(Canary, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", shown, StringComparison.Ordinal);
        Assert.Contains("as plain from public.secret where a = $1 || a", shown, StringComparison.Ordinal);
        Assert.Contains("as one", shown, StringComparison.Ordinal);
        Assert.Contains("withheld", shown, StringComparison.Ordinal);

        // What one who may not look is shown of it.
        Assert.Null(await database.ApiConnectionString.Ask<string>(statements, "set role monitor"));

        // Nor does what a superuser gave count as drift.
        await superuser.Do("drop table public.secret, public.other");
        Assert.DoesNotContain(await Database.Checks.Run(database.OwnerConnectionString), finding => !finding.IsNote && finding.Rule != "server");

        async Task<List<string>> Statements(string owner)
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            await using var role = new NpgsqlCommand("set role rlschat_owner", connection);
            await role.ExecuteNonQueryAsync();
            await using var command = new NpgsqlCommand(statements, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
            {
                rows.Add(reader.GetString(0));
            }

            return rows;
        }
    }

    [Fact]
    public async Task The_command_prints_every_policy_in_columns()
    {
        await using var database = await (await Support.TestServer.Shared).CreateDatabase();
        var (exitCode, output) = await DatabaseCommand.Run(database.OwnerConnectionString, "monitor");
        Assert.Equal(0, exitCode);
        // A file is 160 columns wide; a terminal has its own width.
        var lines = output.Split('\n').TakeWhile(line => !line.Contains("index that", StringComparison.Ordinal)).ToList();
        Assert.All(lines, line => Assert.True(line.Length <= 160, line));
        var cells = lines.Where(line => line.StartsWith('│')).Select(line => line.Split('│')[1].Trim()).ToList();
        Assert.Equal(["Vote insert_self", "permissive insert", "to regular_user"], cells[cells.IndexOf("Vote insert_self")..][..3]);
        Assert.Equal(await database.OwnerConnectionString.Ask<long>("select count(*) from monitor.policies", "set role rlschat_owner"),
            cells.Count(cell => cell.StartsWith("permissive ", StringComparison.Ordinal) || cell.StartsWith("restrictive ", StringComparison.Ordinal)));
    }
}
