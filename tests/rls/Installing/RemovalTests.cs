using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>
/// What no file of db/ describes: db-check reports it, a dry run lists it, the next migration drops it. A file
/// that was moved is no removal.
/// </summary>
public sealed class RemovalTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    /// <summary>A file, and the object that it describes.</summary>
    public static readonly TheoryData<string, string, string> Files = new()
    {
        {
            "db/functions/auth_zz.sql",
            """
            -- create function auth.not_this() returns integer
            create or replace function auth.zz(a timestamp default now(), inout d public."Chat" default null /* , e text */,
              out c int, variadic "B" character varying(9)[] default array['a', 'b'])
              language sql as $f$ select d, 1 where ';' <> 'create function auth.nor_this()' $f$;
            comment on function auth.zz is 'create view auth.this; drop function auth.zz();';
            """,
            "function auth.zz(timestamp without time zone,public.\"Chat\",character varying[])"
        },
        { "db/functions/auth_zz.sql", "create procedure auth.zz(a int) language sql as ''", "procedure auth.zz(integer)" },
        {
            "db/functions/auth_zz.sql", "create or replace aggregate auth.zz(int) (sfunc = int4larger, stype = int)",
            "aggregate auth.zz(integer)"
        },
        { "db/views/monitor/zz.sql", "create or replace view monitor.\"Zz\" (a) as select 1", "view monitor.\"Zz\"" },
        { "db/views/monitor/zz.sql", "create materialized view if not exists monitor.zz as select 1 as a", "materialized view monitor.zz" },
        {
            "db/functions/public_zz.sql",
            """
            create or replace trigger _900_zz before update of "title", "visibility" on public."Chat"
              for each row execute function app_private.tg__touch()
            """,
            "trigger _900_zz on public.\"Chat\""
        },
        {
            "db/policies/zz.sql", "create policy \"of zz\" on public.\"Chat\" for select to monitor using (false)",
            "policy \"of zz\" on public.\"Chat\""
        },
    };

    public async Task InitializeAsync() => database = await (await TestServer.Shared).CreateDatabase();

    public async Task DisposeAsync() => await database.DisposeAsync();

    // In both directions: an object that were overlooked in a file would be dropped.
    [Fact]
    public async Task The_files_describe_what_a_migration_makes_and_nothing_else()
    {
        Assert.Empty(await Undescribed());

        await using var connection = new NpgsqlConnection(Owner + ";Pooling=false;Options=-csearch_path=");
        await connection.OpenAsync();
        var said = Declarations.Of(Script.Embedded).GroupBy(d => d with { IsDrop = false })
            .Where(of => !of.Last().IsDrop).Select(of => of.Key).ToList();
        Assert.Contains("policy routine trigger view", string.Join(' ', said.Select(d => d.Kind).Distinct().Order(StringComparer.Ordinal)), StringComparison.Ordinal);
        foreach (var without in said)
        {
            var found = Assert.Single(await Database.Undescribed.Find(connection, [.. said.Where(d => d != without)]));
            Assert.Equal((without.Kind, without.Schema, without.Name), (found.Kind, found.Schema, found.Name));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task What_a_removed_file_described_is_dropped(string file, string sql, string title)
    {
        var with = With((file, sql));
        await Migrate(with);
        Assert.Empty(await Undescribed(with));

        Assert.Equal([title], await Undescribed());
        Assert.Equal([title], (await Migrate(dryRun: true)).Dropped);
        Assert.Equal([title], await Undescribed());

        Assert.Equal([title], (await Migrate()).Dropped);
        Assert.Empty(await Problems());
        Assert.True((await Migrate()).IsNothing);
    }

    // As earlier versions left it: forgotten by the journal, and fingerprinted as right.
    [Fact]
    public async Task What_an_earlier_removal_left_behind_is_dropped()
    {
        await Migrate(With(("db/functions/auth_zz.sql", "create function auth.zz() returns int language sql as 'select 1'")));
        await Owner.DoAsOwner("delete from app_private.migration where name = 'db/functions/auth_zz.sql'");

        Assert.Equal(["function auth.zz()"], await Undescribed());
        var run = await DatabaseCommand.Run(Owner, "migrate");

        Assert.Contains("dropped function auth.zz(), which no file describes", run.Output, StringComparison.Ordinal);
        Assert.Empty(await Problems());
    }

    // It had drifted before: its old fingerprint goes, too.
    [Fact]
    public async Task What_had_drifted_and_is_dropped_has_no_fingerprint()
    {
        await Migrate(With(("db/functions/auth_zz.sql", "create function auth.zz() returns int language sql as 'select 1'")));
        await Owner.DoAsOwner("create or replace function auth.zz() returns int language sql as 'select 2'");

        await Migrate();

        Assert.Empty(await Problems());
        Assert.Equal(0, await Owner.Ask<long>("select count(*) from app_private.fingerprint where name like '%zz%'", "set role rlschat_owner"));
    }

    // Before the functions: with both of them, the call in the second file is ambiguous.
    [Fact]
    public async Task An_overload_that_its_file_no_longer_describes_is_dropped()
    {
        await Migrate(With(("db/functions/auth_zz.sql", "create or replace function auth.zz() returns int language sql as 'select 1'")));

        var changed = With(
            ("db/functions/auth_zz.sql", "create or replace function auth.zz(a int default 1) returns int language sql as 'select a'"),
            ("db/functions/auth_zz_caller.sql", "create or replace function auth.zz_caller() returns int language sql as 'select auth.zz()'"));
        var result = await Migrate(changed);

        Assert.Equal(["function auth.zz()"], result.Dropped);
        Assert.Empty(await Undescribed(changed));
        Assert.Equal(1, await Owner.Ask<int>("select auth.zz_caller()", "set role rlschat_owner"));
    }

    [Fact]
    public async Task A_table_whose_policy_file_is_removed_has_no_policies_and_is_reported()
    {
        var table = ("db/schema/9999_zz.sql", """create table public."Zz" ("userId" uuid)""");
        var policies = ("db/policies/Zz.sql",
            """
            call app_private.reset_policies('public."Zz"');
            call app_private.crud_policy('public."Zz"', 'regular_user', read => '"userId" = (select auth.uid())');
            create policy "to" on public."Zz" for insert to regular_user with check (false);
            """);
        await Migrate(With(table, policies));
        Assert.Empty(await Undescribed(With(table, policies)));

        var result = await Migrate(With(table));

        Assert.Equal(["\"to\"", "select_backup", "select_owner"], result.Dropped.Select(policy => policy.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Equal(0, await Owner.Ask<long>("select count(*) from pg_policy where polrelid = 'public.\"Zz\"'::regclass"));
        Assert.Contains(await Problems(With(table)), finding => finding is { Rule: "policies", Subject: "table public.\"Zz\"" });
    }

    [Fact]
    public async Task What_depends_on_it_stops_the_run_and_is_named()
    {
        var view = ("db/views/monitor/zz.sql", "create or replace view monitor.zz with (security_barrier) as select auth.zz() as a");
        await Migrate(With(("db/functions/auth_zz.sql", "create function auth.zz() returns int language sql as 'select 1'"), view));

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(With(view)));

        Assert.Contains("function auth.zz() is described by no file of db/ and cannot be dropped", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("view monitor.zz depends on function auth.zz()", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Owner.Ask<int>("select a from monitor.zz", "set role rlschat_owner"));

        Assert.Equal(["function auth.zz()", "view monitor.zz"], (await Migrate()).Dropped.Order(StringComparer.Ordinal));
    }

    // PostgreSQL does not know what a body calls: without this, the next call would fail.
    [Theory]
    [InlineData("db/functions/auth_zz.sql", "create function auth.zz() returns int language sql as 'select 1'", "select auth.zz()", "function auth.zz()")]
    [InlineData("db/functions/auth_zz.sql", "create view auth.\"zZ\" as select 1 as a", "select a from auth.\"zZ\"", "view auth.\"zZ\"")]
    public async Task A_function_whose_body_names_it_stops_the_run_and_is_named(string file, string sql, string body, string title)
    {
        var caller = ("db/functions/auth_zz_caller.sql", $"create or replace function auth.zz_caller() returns int language sql as '{body}'");
        await Migrate(With((file, sql), caller));

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(With(caller)));

        Assert.Contains($"{title} is described by no file of db/ and cannot be dropped: function auth.zz_caller() uses it", refusal.Message, StringComparison.Ordinal);
        var changed = With((caller.Item1, $"create or replace function auth.zz_caller() returns int language sql as 'select 1 -- {body}'"));
        Assert.Equal([title], (await Migrate(changed)).Dropped);
    }

    [Fact]
    public async Task What_is_not_ours_is_reported_and_stays()
    {
        await Owner.Do("create function public.theirs() returns int language sql as 'select 1'");

        Assert.Equal(["function public.theirs()"], await Undescribed());
        Assert.Empty((await Migrate(all: true)).Dropped);
        Assert.Equal(["function public.theirs()"], await Undescribed());
    }

    [Fact]
    public async Task The_role_of_a_removed_file_is_dropped()
    {
        var (role, with) = Role();
        await Migrate(with);

        Assert.Contains($"role {role}", await Undescribed());
        Assert.Equal([$"role {role}"], (await Migrate(dryRun: true)).Dropped);
        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);

        Assert.False(await Exists(role));
        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task A_role_that_no_file_made_stays()
    {
        var role = Role().Name;
        await Owner.Do($"create role {role}");
        try
        {
            Assert.Empty(await Undescribed());
            Assert.Empty((await Migrate(all: true)).Dropped);
            Assert.True(await Exists(role));
        }
        finally
        {
            await Owner.Do($"drop role {role}");
        }
    }

    [Theory]
    [InlineData("grant usage on schema auth to {0}", "revoke usage on schema auth from {0}", "privileges for schema auth")]
    [InlineData("create schema zz; grant {0} to current_user; alter schema zz owner to {0}", "drop schema zz", "owner of schema zz")]
    [InlineData("create role {0}_login login; grant {0} to {0}_login", "drop role {0}_login", "{0}_login can become it")]
    public async Task A_role_that_is_needed_here_stops_the_run(string use, string end, string reason)
    {
        var (role, with) = Role();
        await Migrate(with);
        await Owner.Do(Use(use, role));
        try
        {
            var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

            Assert.Contains($"role {role} is described by no file of db/ and cannot be dropped", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(Use(reason, role), refusal.Message, StringComparison.Ordinal);
            Assert.True(await Exists(role));
        }
        finally
        {
            await Owner.Do(Use(end, role));
        }

        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);
    }

    [Fact]
    public async Task A_role_that_another_database_needs_stops_the_run()
    {
        var (role, with) = Role();
        await Migrate(with);
        await using (var other = await (await TestServer.Shared).CreateEmptyDatabase())
        {
            await other.OwnerConnectionString.Do($"create table t (); grant select on t to {role}");

            var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

            Assert.Contains($"1 object in database {other.Name}", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal([$"role {role}"], (await Migrate()).Dropped);
    }

    [Fact]
    public async Task A_moved_file_is_no_removal()
    {
        Script[] moved = [.. Script.Embedded.Select(Moved)];
        Assert.Empty(await Problems(moved));

        var result = await Migrate(moved);

        Assert.Equal((0, 0, 0), (result.Applied.Count, result.Removed.Count, result.Dropped.Count));
        Assert.Equal(moved.Select(script => script.Name).Order(StringComparer.Ordinal), result.Moved.Values.Order(StringComparer.Ordinal));
        Assert.Empty(await Problems(moved));
        Assert.True((await Migrate(moved)).IsNothing);
    }

    [Fact]
    public async Task A_file_that_was_moved_and_changed_is_applied_and_its_entry_follows()
    {
        Script[] moved = [.. Script.Embedded.Select(script =>
            script.Name == "db/functions/permissions/covers.sql" ? Moved(script) with { Sql = script.Sql + "\n-- changed" } : script)];

        var result = await Migrate(moved);

        Assert.Equal(["db/functions/in/a/folder/covers.sql"], result.Applied);
        Assert.Equal((1, 0, 0), (result.Moved.Count, result.Removed.Count, result.Dropped.Count));
        Assert.Empty(await Problems(moved));
    }

    // Within an entry of the order, names change nothing: a function may call those that are made after it.
    [Fact]
    public async Task Files_in_another_order_within_their_entry_make_the_same_database()
    {
        await using var another = await (await TestServer.Shared).CreateEmptyDatabase();
        Script[] shuffled = [.. Script.Embedded.Select(script => script.Folder is "functions" or "views" or "triggers"
            ? script with { Name = $"{MigrationPlan.Order[MigrationPlan.Entry(script)]}{script.Hash}.sql" } : script)];

        await Migrator.Run(another.OwnerConnectionString, new MigrationOptions { Scripts = shuffled });

        Assert.DoesNotContain(await Checks.Run(another.OwnerConnectionString, shuffled), IsProblem);
    }

    // A removed file leaves nothing behind that is newer but its folder.
    [Fact]
    public async Task Each_folder_of_files_is_a_reason_to_build()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../.."));
        using var make = Process.Start(new ProcessStartInfo("make", ["-npq", "-C", root, "obj/built-db"]) { RedirectStandardOutput = true })!;
        var rules = await make.StandardOutput.ReadToEndAsync();

        var reasons = rules.Split('\n').First(line => line.StartsWith("obj/built-db:", StringComparison.Ordinal)).Split(' ');
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(root, "db"), "*", SearchOption.AllDirectories).Append(Path.Combine(root, "db")))
        {
            Assert.Contains(Path.GetRelativePath(root, folder), reasons);
        }
    }

    private string Owner => database.OwnerConnectionString;

    private static bool IsProblem(Finding finding) => !finding.IsNote && finding.Rule != "server";

    private static string Use(string text, string role) => text.Replace("{0}", role, StringComparison.Ordinal);

    private static Script Moved(Script script) => Moved(script, "in/a/folder");

    private static Script Moved(Script script, string folder) =>
        script with { Name = $"db/{script.Folder}/{folder}/{Path.GetFileName(script.Name)}" };

    private static Script[] With(params (string Name, string Sql)[] files) =>
        [.. Script.Embedded, .. files.Select(file => new Script(file.Name, file.Sql))];

    // Roles are the server's, which other tests use at the same time.
    private static (string Name, Script[] With) Role()
    {
        var name = $"zz_{Guid.NewGuid():N}"[..20];
        return (name, With(($"db/roles/{name}.sql",
            $"""
            do $$ begin if not exists (select from pg_roles where rolname = '{name}') then create role {name}; end if; end $$;
            alter role {name} nologin;
            """)));
    }

    private Task<bool> Exists(string role) => Owner.Ask<bool>($"select exists (select from pg_roles where rolname = '{role}')");

    private Task<MigrationResult> Migrate(IReadOnlyList<Script>? scripts = null, bool dryRun = false, bool all = false) =>
        Migrator.Run(Owner, new MigrationOptions { Scripts = scripts ?? Script.Embedded, DryRun = dryRun, All = all });

    private async Task<List<Finding>> Problems(IReadOnlyList<Script>? scripts = null) =>
        [.. (await Checks.Run(Owner, scripts ?? Script.Embedded)).Where(IsProblem)];

    private async Task<IEnumerable<string>> Undescribed(IReadOnlyList<Script>? scripts = null) =>
        (await Problems(scripts)).Where(finding => finding.Rule == "undescribed").Select(finding => finding.Subject);

    private static string ThisFile([CallerFilePath] string file = "") => file;
}
