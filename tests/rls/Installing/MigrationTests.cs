using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>A migration of an empty database: in one transaction, twice, two at once, and killed in the middle.</summary>
public sealed class MigrationTests : MigrationTest
{
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

        var result = await Migrate(all: true);

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
    public async Task A_migration_that_waits_too_long_for_another_is_refused()
    {
        await using var other = new NpgsqlConnection(Owner + ";Pooling=false");
        await other.OpenAsync();
        var slow = Migrate(With(("db/schema/9999_slow.sql", "select pg_sleep(60)")));
        await UntilAsleep();

        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(lockWait: TimeSpan.FromMilliseconds(200)));

        Assert.Contains("Another migration", refusal.Message, StringComparison.Ordinal);
        await EndSleep();
        await Assert.ThrowsAsync<SetupException>(() => slow);
    }

    [Fact]
    public async Task Ended_by_the_server_in_the_middle_it_leaves_nothing()
    {
        var migration = Migrate(With(("db/schema/9999_slow.sql", "select pg_sleep(60)")));
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
            await DisposeAsync();
            await InitializeAsync();
        }

        Assert.Fail("The migration was never met in the middle.");
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        var result = await Migrate(dryRun: true);

        Assert.Equal(Script.Embedded.Count, result.Applied.Count + result.AppliedAlone.Count);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
    }

    [Fact]
    public async Task What_cannot_run_in_a_transaction_runs_after_it()
    {
        var scripts = With((
            "db/schema/9999_index.sql",
            "-- no transaction\ncreate index concurrently \"Chat_title_idx\" on public.\"Chat\" (\"title\");"));
        Assert.Equal(["db/schema/9999_index.sql"], (await Migrate(scripts, dryRun: true)).AppliedAlone);

        // Two at once: the second must not wait inside a transaction that the index build waits for.
        var results = await Task.WhenAll(Migrate(scripts), Migrate(scripts));

        Assert.Single(results, result => result.IsNothing);
        Assert.True(await Owner.Ask<bool>(
            "select indisvalid from pg_index where indexrelid = 'public.\"Chat_title_idx\"'::regclass"));
        Assert.Empty(await Problems(scripts));
    }

    [Fact]
    public async Task The_logins_get_their_passwords()
    {
        await Migrate();

        Assert.Equal("rlschat_api", await Database.ApiConnectionString.Ask<string>("select session_user::text"));
        Assert.Equal("rlschat_auth", await Database.AuthConnectionString.Ask<string>("select session_user::text"));
        Assert.Equal("rlschat_live", await Database.LiveConnectionString.Ask<string>("select session_user::text"));
    }

    private const string AsOwner = "set role rlschat_owner";

    private const string Definitions =
        """
        select string_agg(concat_ws(' ', "kind", "name", "definition"), E'\n' order by "kind", "name")
        from app_private.definitions()
        """;

    // It holds the locks of tables that nobody else can see yet.
    private const string IsInTheMiddle =
        """
        select count(*) > 40 from pg_locks l join pg_stat_activity a using (pid)
        where a.datname = current_database() and a.application_name = 'rlschat-db migrate' and l.locktype = 'relation'
        """;

    private const string OtherSessions =
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";

    private protected override Task<TestDatabase> Create(TestServer server) => server.CreateEmptyDatabase();

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
}
