using RlsChat.Tests.Mutants.Expressions;
using static RlsChat.Tests.Mutants.Catalogue.Installed;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Constraints, unique indexes and NOT NULLs that are gone, checks that are weakened.</summary>
internal static class Constraints
{
    private sealed record Constraint(string Table, string Name, char Type, string? Check);

    private sealed record Member(string Table, string Name);

    public static IEnumerable<Mutant> Of(Installed database) =>
    [
        .. database.Rows<Constraint>(
            """
            select c.relname as "Table", k.conname as "Name", k.contype as "Type",
              case k.contype when 'c' then pg_get_expr(k.conbin, k.conrelid) end as "Check"
            from pg_constraint k join pg_class c on c.oid = k.conrelid
            where c.relnamespace = 'public'::regnamespace and k.contype in ('c', 'f', 'p', 'u', 'x')
            order by c.relname collate "C", k.conname collate "C"
            """).SelectMany(Of),
        .. database.Rows<Member>(
            """
            select c.relname as "Table", i.indexrelid::regclass::text as "Name"
            from pg_index i join pg_class c on c.oid = i.indrelid
            where c.relnamespace = 'public'::regnamespace and i.indisunique
              and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
            order by c.relname collate "C", 2
            """).Select(i => new Mutant($"index {i.Name}: dropped", "unique dropped", i.Table, $"drop index {i.Name}", $"drop index {i.Name}")),
        .. database.Rows<Member>(
            """
            select c.relname as "Table", a.attname as "Name"
            from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
              and a.attnotnull and a.attidentity = ''
              and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey))
            order by c.relname collate "C", a.attname collate "C"
            """).Select(NotNull),
    ];

    private static IEnumerable<Mutant> Of(Constraint k)
    {
        var kind = k.Type switch { 'c' => "check", 'f' => "foreign key", 'x' => "exclusion", _ => "unique" };
        var table = $"public.{Quoted(k.Table)}";
        var drop = $"alter table {table} drop constraint {Quoted(k.Name)}{(k.Type is 'p' or 'u' ? " cascade" : "")}";
        yield return new Mutant($"constraint {k.Table}.{k.Name}: dropped", $"{kind} dropped", k.Table, drop, drop);
        // Negated, the rows that are there would break it.
        foreach (var edit in k.Check is null ? [] : Edit.OfRule(k.Check).Where(e => e.Kind != Edit.Negated))
        {
            yield return new Mutant($"constraint {k.Table}.{k.Name}: {edit.Name}", edit.Kind, k.Table, edit.Describe(k.Check!),
                drop, $"alter table {table} add constraint {Quoted(k.Name)} check ({edit.Of(k.Check!)})");
        }
    }

    private static Mutant NotNull(Member column)
    {
        var sql = $"alter table public.{Quoted(column.Table)} alter column {Quoted(column.Name)} drop not null";
        return new Mutant($"column {column.Table}.{column.Name}: nullable", "not null dropped", column.Table, sql, sql);
    }
}
