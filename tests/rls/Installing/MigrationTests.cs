using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>Done when, 2: an empty database in one transaction, twice, two at once, and killed in the middle.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private const string SchemasOfOurs =
        "select count(*) from pg_namespace where nspname in ('auth', 'app_private', 'monitor', 'extensions')";

    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await (await TestServer.Shared).CreateEmptyDatabase();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task An_empty_database_needs_no_superuser()
    {
        Assert.False(await Owner.Ask<bool>("select rolsuper from pg_roles where rolname = current_user"));

        var result = await Migrate();

        Assert.Equal(Script.Embedded.Count, result.Applied.Count + result.AppliedAlone.Count);
        Assert.Equal(Script.Embedded.Count, await Owner.Ask<long>("select count(*) from app_private.migration", AsOwner));
    }

    // A row carries the number of the transaction that wrote it.
    [Fact]
    public async Task It_is_one_transaction()
    {
        await Migrate();

        Assert.Equal(1, await Owner.Ask<long>(
            """
            select count(distinct writer) from (
              select xmin::text from app_private.migration
              union select xmin::text from app_private.fingerprint
              union select xmin::text from pg_policy where polrelid = 'public."Chat"'::regclass
              union select xmin::text from pg_trigger where tgrelid = 'public."Chat"'::regclass and not tgisinternal
            ) as t (writer)
            """,
            AsOwner));
    }

    [Fact]
    public async Task Twice_in_a_row_changes_nothing()
    {
        await Migrate();
        var before = await Owner.Ask<string>(Definitions, AsOwner);

        Assert.True((await Migrate()).IsNothing);
        Assert.Equal(before, await Owner.Ask<string>(Definitions, AsOwner));
    }

    [Fact]
    public async Task Applying_everything_again_changes_nothing()
    {
        await Migrate();
        var before = await Owner.Ask<string>(Definitions, AsOwner);

        var result = await Migrate(new MigrationOptions { All = true });

        Assert.Equal(Script.Embedded.Count(script => script.Folder != "schema"), result.Applied.Count);
        Assert.Equal(before, await Owner.Ask<string>(Definitions, AsOwner));
    }

    [Fact]
    public async Task Two_at_once_do_it_once()
    {
        var results = await Task.WhenAll(Migrate(), Migrate(), Migrate());

        Assert.Single(results, result => !result.IsNothing);
        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task Who_waits_too_long_for_another_is_told()
    {
        await using var other = new NpgsqlConnection(Owner + ";Pooling=false");
        await other.OpenAsync();
        var slow = Migrate(With("db/schema/9999_slow.sql", "select pg_sleep(60)"));
        await UntilAsleep();

        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(new MigrationOptions { LockWait = TimeSpan.FromMilliseconds(200) }));

        Assert.Contains("Another migration", refusal.Message, StringComparison.Ordinal);
        await EndSleep();
        await Assert.ThrowsAsync<SetupException>(() => slow);
    }

    [Fact]
    public async Task Ended_by_the_server_in_the_middle_it_leaves_nothing()
    {
        var migration = Migrate(With("db/schema/9999_slow.sql", "select pg_sleep(60)"));
        await UntilAsleep();

        await EndSleep();

        await Assert.ThrowsAsync<SetupException>(() => migration);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
        Assert.False((await Migrate()).IsNothing);
    }

    // The command itself, by SIGKILL, at a moment when it has made tables.
    [Fact]
    public async Task Killed_in_the_middle_it_leaves_nothing()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var process = DatabaseCommand.Start(Owner, "migrate");
            while (!process.HasExited && !await Owner.Ask<bool>(IsInTheMiddle))
            {
                await Task.Delay(1);
            }

            process.Kill();
            await process.WaitForExitAsync();
            await Until(async () => await Owner.Ask<long>(OtherSessions) == 0);
            if (await Owner.Ask<long>(SchemasOfOurs) == 0)
            {
                Assert.False((await Migrate()).IsNothing);
                return;
            }

            // It was faster than we: again, from nothing.
            await database.DisposeAsync();
            await InitializeAsync();
        }

        Assert.Fail("The migration was never met in the middle.");
    }

    [Fact]
    public async Task A_failure_names_file_and_line_and_leaves_nothing()
    {
        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(With("db/schema/9999_wrong.sql", "-- one\nselect 1;\n\nselect\n  nothing_of_that_name;\n")));

        Assert.Contains("db/schema/9999_wrong.sql:5", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("42703", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
    }

    // Bodies are checked when everything exists, not where their file is applied.
    [Theory]
    [InlineData("sql", "select 1\n  from public.\"Gone\"", 5, "42P01")]
    [InlineData("plpgsql", "begin\n  retrun 1;\nend", 5, "42601")]
    public async Task A_body_that_is_wrong_is_named_and_leaves_nothing(string language, string body, int line, string error)
    {
        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(With("db/functions/zz_wrong.sql",
            $"create or replace function auth.zz_wrong()\n  returns integer\n  language {language}\nas $${body}$$;")));

        Assert.Contains($"db/functions/zz_wrong.sql:{line}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(error, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
    }

    [Fact]
    public async Task A_schema_file_that_breaks_a_function_is_refused()
    {
        await Migrate();

        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(With("db/schema/9999_wrong.sql", "alter table app_private.setting rename column value to text")));

        Assert.Contains("db/functions/settings/setting_number.sql:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        var result = await Migrate(new MigrationOptions { DryRun = true });

        Assert.Equal(Script.Embedded.Count, result.Applied.Count + result.AppliedAlone.Count);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
    }

    [Fact]
    public async Task A_schema_file_that_changed_is_refused()
    {
        await Migrate();
        var changed = Script.Embedded.Select(script => script.Name.StartsWith("db/schema/0001", StringComparison.Ordinal)
            ? script with { Sql = script.Sql + "\n-- changed" } : script);

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(new MigrationOptions { Scripts = [.. changed] }));

        Assert.Contains("db/schema/0001", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("changed after it was applied", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_build_is_refused()
    {
        await Migrate(With("db/schema/9999_newer.sql", "select 1"));

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

        Assert.Contains("the database is newer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_function_is_applied_again_and_nothing_else()
    {
        await Migrate();
        var changed = Script.Embedded.Select(script => script.Name == "db/functions/identity/organization_id.sql"
            ? script with { Sql = script.Sql + "\n-- changed" } : script);

        var result = await Migrate(new MigrationOptions { Scripts = [.. changed] });

        Assert.Equal(["db/functions/identity/organization_id.sql"], result.Applied);
        Assert.Empty(await Problems([.. changed]));
    }

    [Fact]
    public async Task A_policy_deleted_from_its_file_disappears()
    {
        await Migrate();
        Assert.True(await Owner.Ask<bool>(HasPublicPolicy));
        var without = Script.Embedded.Select(script => script.Name == "db/policies/Chat.sql"
            ? script with { Sql = WithoutPolicy(script.Sql, "select_public") } : script);

        await Migrate(new MigrationOptions { Scripts = [.. without] });

        Assert.False(await Owner.Ask<bool>(HasPublicPolicy));
    }

    [Fact]
    public async Task A_file_that_is_gone_is_forgotten()
    {
        await Migrate(With("db/functions/zz_gone.sql", "select 1"));

        Assert.Equal(["db/functions/zz_gone.sql"], (await Migrate()).Removed);
        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task What_cannot_run_in_a_transaction_runs_after_it()
    {
        var options = With(
            "db/schema/9999_index.sql",
            "-- no transaction\ncreate index concurrently \"Chat_title_idx\" on public.\"Chat\" (\"title\");");
        Assert.Equal(["db/schema/9999_index.sql"], (await Migrate(options with { DryRun = true })).AppliedAlone);

        // Two at once: the second must not wait inside a transaction that the index build waits for.
        var results = await Task.WhenAll(Migrate(options), Migrate(options));

        Assert.Single(results, result => result.IsNothing);
        Assert.True(await Owner.Ask<bool>(
            "select indisvalid from pg_index where indexrelid = 'public.\"Chat_title_idx\"'::regclass"));
        Assert.Empty(await Problems(options.Scripts));
    }

    [Fact]
    public async Task The_logins_get_their_passwords()
    {
        await Migrate();

        Assert.Equal("rlschat_api", await database.ApiConnectionString.Ask<string>("select session_user::text"));
        Assert.Equal("rlschat_auth", await database.AuthConnectionString.Ask<string>("select session_user::text"));
        Assert.Equal("rlschat_live", await database.LiveConnectionString.Ask<string>("select session_user::text"));
    }

    [Fact]
    public async Task Drift_is_not_blessed_by_the_next_migration()
    {
        await Migrate();
        await Owner.DoAsOwner("""alter policy org_access on public."Chat" using (true)""");

        var result = await Migrate(With("db/functions/zz_more.sql", "select 1"));

        Assert.Single(result.Drift);
        Assert.Contains(await Problems(), finding => finding.Rule == "drift"
            && finding.Subject.Contains("org_access", StringComparison.Ordinal));
        await Migrate(new MigrationOptions { All = true });
        Assert.Empty(await Problems());
    }

    private const string AsOwner = "set role rlschat_owner";

    private const string Definitions =
        """
        select string_agg(concat_ws(' ', "kind", "name", "definition"), E'\n' order by "kind", "name")
        from app_private.definitions()
        """;

    private const string HasPublicPolicy =
        "select exists (select from pg_policies where tablename = 'Chat' and policyname = 'select_public')";

    // It holds the locks of tables that nobody else can see yet.
    private const string IsInTheMiddle =
        """
        select count(*) > 40 from pg_locks l join pg_stat_activity a using (pid)
        where a.datname = current_database() and a.application_name = 'rlschat-db migrate' and l.locktype = 'relation'
        """;

    private const string OtherSessions =
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

    private string Owner => database.OwnerConnectionString;

    private Task<MigrationResult> Migrate(MigrationOptions? options = null) =>
        Migrator.Run(Owner, (options ?? new MigrationOptions()) with
        {
            ApiPassword = database.ApiPassword,
            AuthPassword = database.AuthPassword,
            LivePassword = database.LivePassword,
        });

    private static MigrationOptions With(string name, string sql) =>
        new() { Scripts = [.. Script.Embedded, new Script(name, sql)] };

    private async Task<IEnumerable<Finding>> Problems(IReadOnlyList<Script>? scripts = null) =>
        (await Checks.Run(Owner, scripts ?? Script.Embedded)).Where(finding => !finding.IsNote && finding.Rule != "server");

    private Task UntilAsleep() => Until(() => Owner.Ask<bool>(
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep')"));

    private Task EndSleep() => Owner.Do(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()");

    private static async Task Until(Func<Task<bool>> isSo)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); !await isSo(); await Task.Delay(10))
        {
            Assert.True(DateTime.UtcNow < until, "It did not come to that within 30 s.");
        }
    }

    // From `create policy` to the end of its comment.
    private static string WithoutPolicy(string sql, string policy)
    {
        var from = sql.IndexOf($"create policy {policy} ", StringComparison.Ordinal);
        var to = sql.IndexOf(';', sql.IndexOf("comment on policy " + policy, StringComparison.Ordinal));
        return sql[..from] + sql[(to + 1)..];
    }
}
