using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>
/// What no file of db/ describes: db-check reports it, a dry run lists it, the next migration drops it.
/// </summary>
public sealed class RemovalTests : MigrationTest
{
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

    private protected override Task<TestDatabase> Create(TestServer server) => server.CreateDatabase();

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
            var found = Assert.Single(await RlsChat.Database.Undescribed.Find(connection, [.. said.Where(d => d != without)]));
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

        Assert.Equal(["\"to\"", "_000_impersonation", "select_backup", "select_owner"], result.Dropped.Select(thing => thing.Split(' ')[1]).Order(StringComparer.Ordinal));
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
}
