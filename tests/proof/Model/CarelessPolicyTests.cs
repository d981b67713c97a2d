using RlsChat.Tests.Rls.Fixtures;
using Xunit.Sdk;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Somebody turns one select policy to <c>using (true)</c>, by hand: the model sees rows that it hides,
/// and db-check a policy that is not the installed one. (The matrices see it too, as the mutants show,
/// and so does the boot guard: see its tests.) Of a table that the model does not describe, its matrix sees it.
/// </summary>
[Collection(ModelDatabase.Name)]
public sealed class CarelessPolicyTests(DatabaseFixture fixture)
{
    private const string Policies = """
        select format('%s|%I on public.%I', c.relname, p.polname, c.relname)
        from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid
        where p.polcmd = 'r' and c.relnamespace = 'public'::regnamespace
          and p.polroles && array['anonymous'::regrole::oid, 'regular_user'::regrole::oid]
        order by 1
        """;

    [Fact]
    public void Any_policy_that_lets_everybody_read_is_found_by_two_means()
    {
        var world = Worlds.Of(Worlds.Crowded);
        using var database = new Database(fixture, world);
        var policies = All(database);
        Assert.True(policies.Count >= 20);
        Assert.Empty(ByTheModel(database, world));
        foreach (var (table, policy) in policies)
        {
            database.Within(() =>
            {
                database.Load($"alter policy {policy} using (true)");
                Assert.True(!IsDescribed(table) || ByTheModel(database, world) is not "", $"the model does not see that {policy} lets everybody read");
                Assert.Contains(database.Ask("monitor", "select object from monitor.drift"), drift => drift.StartsWith("policy ", StringComparison.Ordinal));
            });
        }
    }

    [Fact]
    public async Task Of_a_table_that_the_model_does_not_describe_its_matrix_finds_it()
    {
        List<(string Table, string Policy)> policies;
        using (var database = new Database(fixture, Worlds.Of(Worlds.Crowded)))
        {
            policies = All(database);
        }

        foreach (var (table, policy) in policies.Where(policy => !IsDescribed(policy.Table)))
        {
            Assert.True(await ByTheMatrix(table, policy), $"the matrix of {table} does not see that {policy} lets everybody read");
        }
    }

    private static List<(string Table, string Policy)> All(Database database) =>
        [.. database.Truth(Policies).Select(line => (line.Split('|')[0], line[(line.IndexOf('|') + 1)..]))];

    private static bool IsDescribed(string table) => Columns.Of.Any(described => described.Table == table);

    private async Task<bool> ByTheMatrix(string table, string policy)
    {
        try
        {
            await Matrices.Check(table, fixture, db => db.AsRole("rlschat_owner").Do($"alter policy {policy} using (true)"));
            return false;
        }
        catch (XunitException)
        {
            return true;
        }
    }

    private static string ByTheModel(Database database, World world)
    {
        try
        {
            foreach (var who in world.Everyone)
            {
                var statements = new Statements(world, who, new Dictionary<Table, IReadOnlyList<string>>());
                Disagreement.Find(database, who, [.. Table.All.Select(t => statements.Reads(t).First())]);
            }

            return "";
        }
        catch (XunitException disagreement)
        {
            return disagreement.Message;
        }
    }
}
