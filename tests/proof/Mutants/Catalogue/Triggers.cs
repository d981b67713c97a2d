using static RlsChat.Tests.Mutants.Catalogue.Installed;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Triggers that are disabled; trigger functions that do nothing.</summary>
internal static class Triggers
{
    private sealed record Trigger(string Table, string Name, string Function);

    public static IEnumerable<Mutant> Of(Installed database)
    {
        var triggers = database.Rows<Trigger>(
            """
            select c.relname as "Table", t.tgname as "Name", t.tgfoid::regprocedure::text as "Function"
            from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where c.relnamespace = 'public'::regnamespace and not t.tgisinternal
            order by c.relname collate "C", t.tgname collate "C"
            """).ToList();
        foreach (var t in triggers)
        {
            var sql = $"alter table public.{Quoted(t.Table)} disable trigger {Quoted(t.Name)}";
            yield return new Mutant($"trigger {t.Table}.{t.Name}: disabled", "trigger disabled", t.Table, sql, sql);
        }

        // With one trigger alone the function's doing nothing is the trigger's being disabled.
        foreach (var f in triggers.GroupBy(t => t.Function).Where(f => f.Count() > 1))
        {
            var sql = $"""
                create or replace function {f.Key} returns trigger language plpgsql set search_path = ''
                as 'begin return coalesce(new, old); end'
                """;
            yield return new Mutant($"trigger function {f.Key}: return new", "trigger emptied", f.First().Table, sql, sql);
        }
    }
}
