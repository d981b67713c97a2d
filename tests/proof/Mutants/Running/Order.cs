using System.Text.RegularExpressions;
using RlsChat.Tests.Mutants.Catalogue;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>
/// Which test classes come first for a mutant: those of its table, then those whose text names the function
/// or table, or what depends on it; the catalogue's, which are few; the model's; then all others, the short ones first.
/// </summary>
internal sealed partial class Order
{
    private sealed record Definition(string Name, string Text);

    private const int Nearest = 4;

    private readonly Dictionary<TestClass, string> texts;
    private readonly Dictionary<string, HashSet<string>> dependents = [];
    private readonly Dictionary<string, HashSet<string>> writers = [];
    private readonly string checks;

    public Order(Installed database, IReadOnlyList<TestClass> classes)
    {
        var sources = new Sources();
        texts = classes.ToDictionary(c => c, c => string.Join('\n', c.Lineage.Select(sources.Text)));
        var definitions = database.Rows<Definition>(
            """
            select c.relname as "Name", string_agg(concat_ws(' ', p.qual, p.with_check), ' ') as "Text"
            from pg_class c join pg_policies p on p.schemaname = 'public' and p.tablename = c.relname
            where c.relnamespace = 'public'::regnamespace group by 1
            union all
            select n.nspname || '.' || p.proname, string_agg(p.prosrc, ' ')
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname in ('public', 'auth', 'app_private') and p.prokind = 'f' group by 1
            union all
            select c.relname, string_agg(pg_get_expr(k.conbin, k.conrelid), ' ')
            from pg_constraint k join pg_class c on c.oid = k.conrelid
            where c.relnamespace = 'public'::regnamespace and k.contype = 'c' group by 1
            union all
            select c.relname, string_agg(n.nspname || '.' || p.proname || '(', ' ')
            from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
            join pg_namespace n on n.oid = p.pronamespace where not t.tgisinternal group by 1
            """).ToList();
        checks = string.Join('\n', database.Rows<Definition>(
            """
            select k.conname as "Name", pg_get_expr(k.conbin, k.conrelid) as "Text"
            from pg_constraint k where k.connamespace = 'public'::regnamespace and k.contype = 'c' and k.conrelid <> 0
            """).Select(d => d.Text));
        foreach (var function in definitions.Where(d => d.Name.Contains('.', StringComparison.Ordinal)))
        {
            dependents[function.Name] = [.. definitions
                .Where(d => d != function && d.Text.Contains($"{function.Name}(", StringComparison.Ordinal)).Select(d => d.Name)];
            foreach (var table in Written().Matches(function.Text).Select(m => m.Groups[1].Value))
            {
                writers.TryAdd(table, []);
                writers[table].Add(function.Name);
            }
        }
    }

    /// <summary>The classes that most likely kill it: those about what it is about, and the catalogue's.</summary>
    public IReadOnlyList<TestClass> Near(Mutant mutant) => [.. For(mutant).TakeWhile(c => Rank(c, mutant, Near(mutant.About), IsForCatalogue(mutant)) <= Nearest)];

    /// <summary>All classes, in the order in which to try them.</summary>
    public IReadOnlyList<TestClass> For(Mutant mutant)
    {
        var catalogueFirst = IsForCatalogue(mutant);
        var near = Near(mutant.About);
        return [.. texts.Keys.OrderBy(c => Rank(c, mutant, near, catalogueFirst)).ThenBy(c => c.Tests.Count)];
    }

    // Nobody behaves differently for these, or only the catalogue knows every case.
    private static bool IsForCatalogue(Mutant mutant) =>
        mutant.Kind is "no search_path" or "not forced" or "stable to immutable" or "invoker to definer"
            or "execute to another role" or "role attribute" or "role setting" or "membership" or "view without barrier"
            or "schema grant" or "default privileges" or "not null dropped"
        || mutant.Id.EndsWith(": to public", StringComparison.Ordinal) || mutant.Id.EndsWith(": to anonymous too", StringComparison.Ordinal) || mutant.Id.EndsWith(": for all", StringComparison.Ordinal);

    private int Rank(TestClass c, Mutant mutant, Dictionary<string, int> near, bool catalogueFirst)
    {
        if (c.ShortName.StartsWith("Catalogue", StringComparison.Ordinal))
        {
            return catalogueFirst ? -1 : 1;
        }

        // One crowded world, read by everybody, comes before the random ones.
        if (c.Name.Contains(".Model.", StringComparison.Ordinal))
        {
            return c.ShortName == "CarelessPolicyTests" && mutant.Id.StartsWith("policy ", StringComparison.Ordinal) ? Nearest : 8;
        }

        if (c.ShortName.Equals($"{mutant.About}Tests", StringComparison.OrdinalIgnoreCase)
            || (c.ShortName == "ConstraintTests" && (mutant.Id.StartsWith("constraint ", StringComparison.Ordinal)
                || checks.Contains($"{mutant.About}(", StringComparison.Ordinal)))
            || (c.ShortName == "DefinerPolicyTests" && mutant.Id.Contains(".definer_", StringComparison.Ordinal)))
        {
            return 0;
        }

        // A function of its own name; a table that is named often; what depends on either.
        return near.Where(n => Mentions(texts[c], n.Key)).Select(n => n.Value).DefaultIfEmpty(9).Min()
            + (c.Tests.Count > 500 || c.Commits ? 1 : 0);
    }

    // The object, then what names it, and what names that: each with its distance. What a trigger does, those do
    // who write the table.
    private Dictionary<string, int> Near(string about)
    {
        var near = new Dictionary<string, int> { [about] = 1 };
        var follows = about.StartsWith("app_private.tg_", StringComparison.Ordinal) ? new[] { dependents, writers } : [dependents];
        for (var distance = 1; distance < 4; distance++)
        {
            foreach (var name in near.Keys.SelectMany(n => follows.SelectMany(f => f.GetValueOrDefault(n) ?? [])).ToList())
            {
                near.TryAdd(name, distance + 1);
            }
        }

        return near;
    }

    private static bool Mentions(string text, string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return text.Contains(dot < 0 ? $"public.{Installed.Quoted(name)}" : name[(dot + 1)..] + "(", StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?:insert into|update|delete from) public\."?(\w+)""")]
    private static partial Regex Written();
}
