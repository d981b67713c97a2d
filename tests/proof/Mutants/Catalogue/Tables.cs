using static RlsChat.Tests.Mutants.Catalogue.Installed;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Tables without row security, or whose owner it does not bind; row security switched off at all.</summary>
internal static class Tables
{
    private sealed record Table(string Schema, string Name, bool IsForced);

    public static IEnumerable<Mutant> Of(Installed database)
    {
        foreach (var table in database.Rows<Table>(
            """
            select n.nspname as "Schema", c.relname as "Name", c.relforcerowsecurity as "IsForced"
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relrowsecurity and c.relkind in ('r', 'p') and n.nspname in ('public', 'auth', 'app_private', 'monitor')
            order by n.nspname collate "C", c.relname collate "C"
            """))
        {
            var name = $"{Quoted(table.Schema)}.{Quoted(table.Name)}";
            yield return Made("row security off", $"alter table {name} disable row level security");
            if (table.IsForced)
            {
                yield return Made("not forced", $"alter table {name} no force row level security");
            }

            Mutant Made(string kind, string sql) => new($"table {table.Name}: {kind}", kind, table.Name, sql, sql);
        }
    }
}
