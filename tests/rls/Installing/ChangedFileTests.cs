using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>What a migration does with a file that is wrong, changed, newer or gone.</summary>
public sealed class ChangedFileTests : MigrationTest
{
    private const string HasPublicPolicy =
        "select exists (select from pg_policies where tablename = 'Chat' and policyname = 'select_public')";

    [Fact]
    public async Task A_failure_names_file_and_line_and_leaves_nothing()
    {
        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(With(("db/schema/9999_wrong.sql", "-- one\nselect 1;\n\nselect\n  nothing_of_that_name;\n"))));

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
        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate(With(("db/functions/zz_wrong.sql",
            $"create or replace function auth.zz_wrong()\n  returns integer\n  language {language}\nas $${body}$$;"))));

        Assert.Contains($"db/functions/zz_wrong.sql:{line}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(error, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Owner.Ask<long>(SchemasOfOurs));
    }

    [Fact]
    public async Task A_schema_file_that_breaks_a_function_is_refused()
    {
        await Migrate();

        var refusal = await Assert.ThrowsAsync<SetupException>(() =>
            Migrate(With(("db/schema/9999_wrong.sql", """alter table public.sessions rename column "familyId" to "family" """))));

        Assert.Contains("db/functions/sign_in/gauges.sql:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_file_that_changed_is_refused()
    {
        await Migrate();
        var changed = Script.Embedded.Select(script => script.Name.StartsWith("db/schema/0001", StringComparison.Ordinal)
            ? script with { Sql = script.Sql + "\n-- changed" } : script);

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate([.. changed]));

        Assert.Contains("db/schema/0001", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("changed after it was applied", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_build_is_refused()
    {
        await Migrate(With(("db/schema/9999_newer.sql", "select 1")));

        var refusal = await Assert.ThrowsAsync<SetupException>(() => Migrate());

        Assert.Contains("the database is newer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_function_is_applied_again_and_nothing_else()
    {
        await Migrate();
        var changed = Script.Embedded.Select(script => script.Name == "db/functions/identity/organization_id.sql"
            ? script with { Sql = script.Sql + "\n-- changed" } : script);

        var result = await Migrate([.. changed]);

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

        await Migrate([.. without]);

        Assert.False(await Owner.Ask<bool>(HasPublicPolicy));
    }

    [Fact]
    public async Task A_file_that_is_gone_is_forgotten()
    {
        await Migrate(With(("db/functions/zz_gone.sql", "select 1")));

        Assert.Equal(["db/functions/zz_gone.sql"], (await Migrate()).Removed);
        Assert.Empty(await Problems());
    }

    [Fact]
    public async Task Drift_is_not_blessed_by_the_next_migration()
    {
        await Migrate();
        await Owner.DoAsOwner("""alter policy org_access on public."Chat" using (true)""");

        var result = await Migrate(With(("db/functions/zz_more.sql", "select 1")));

        Assert.Single(result.Drift);
        Assert.Contains(await Problems(), finding => finding.Rule == "drift"
            && finding.Subject.Contains("org_access", StringComparison.Ordinal));
        await Migrate(all: true);
        Assert.Empty(await Problems());
    }

    private protected override Task<TestDatabase> Create(TestServer server) => server.CreateEmptyDatabase();

    // From `create policy` to the end of its comment.
    private static string WithoutPolicy(string sql, string policy)
    {
        var from = sql.IndexOf($"create policy {policy} ", StringComparison.Ordinal);
        var to = sql.IndexOf(';', sql.IndexOf("comment on policy " + policy, StringComparison.Ordinal));
        return sql[..from] + sql[(to + 1)..];
    }
}
