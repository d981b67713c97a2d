using RlsChat.Tests.Mutants.Expressions;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Views that a leaky function sees through, or whose conditions are weaker.</summary>
internal static class Views
{
    private sealed record View(string Schema, string Name, string Written, string Query, bool IsBarrier);

    public static IEnumerable<Mutant> Of(Installed database)
    {
        foreach (var view in database.Rows<View>(
            """
            select n.nspname as "Schema", c.relname as "Name", c.oid::regclass::text as "Written", pg_get_viewdef(c.oid) as "Query",
              coalesce(c.reloptions @> array['security_barrier=true'], false) as "IsBarrier"
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'v' and n.nspname in ('public', 'auth', 'app_private', 'monitor')
            order by 1, 2
            """))
        {
            if (view.IsBarrier)
            {
                var sql = $"alter view {view.Written} reset (security_barrier)";
                yield return new Mutant($"view {view.Name}: no barrier", "view without barrier", view.Name, sql, sql);
            }

            // What the rules look for is proved by the seeded defects of CatalogueTests.
            foreach (var edit in view.Schema == "public" ? Edit.OfBody(view.Query) : [])
            {
                yield return new Mutant($"view {view.Name}: {edit.Name}", $"{edit.Kind} in a view", view.Name, edit.Describe(view.Query),
                    $"create or replace view {view.Written} with (security_barrier) as {edit.Of(view.Query)}");
            }
        }
    }
}
