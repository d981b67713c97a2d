using RlsChat.Database.Porting;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Puts the policies of a database into the form without sub-queries that <c>make db-portable</c> prints.</summary>
internal static class Portable
{
    /// <summary>Policies that have a sub-query.</summary>
    public const string SubQueries = """
        select p.polname::text from pg_catalog.pg_policy p where concat(p.polqual::text, p.polwithcheck::text) ~ 'SUBLINK' order by 1
        """;

    /// <summary>Runs the script.</summary>
    /// <returns>How many policies it changed.</returns>
    public static async Task<int> Apply(Db db)
    {
        await db.AsRole("rlschat_owner");
        var script = await PortablePolicies.Script(db.Connection);
        foreach (var statement in script)
        {
            await db.Do(statement);
        }

        return script.Count(statement => statement.StartsWith("alter policy", StringComparison.Ordinal));
    }
}
