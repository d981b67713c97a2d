using System.Text.RegularExpressions;

namespace RlsChat.Tests.Proof.Model;

/// <summary>The matrices of docs/access-rules.md: what the model says of a row in each place, for each kind of person.</summary>
internal static partial class AccessMatrix
{
    private static readonly string[] Others = ["member", "manager", "outsider", "operator", "impersonator", "leaver", "permitted"];

    /// <summary>The page with the matrix of its tables between each pair of markers.</summary>
    public static string Fill(string page)
    {
        Assert.Equal(
            Section.All.Select(section => section.Name).Order(StringComparer.Ordinal),
            Marked().Matches(page).SelectMany(match => match.Groups[2].Value.Split(' ')).Order(StringComparer.Ordinal));
        return Marked().Replace(page, match => match.Groups[1].Value
            + Of([.. match.Groups[2].Value.Split(' ').Select(name => Section.All.Single(section => section.Name == name))]));
    }

    /// <summary>One line for each kind of row, one letter for each command; then the columns.</summary>
    public static string Of(params Section[] sections)
    {
        var rows = sections.SelectMany(section => section.Contexts.Select(c =>
            Line(section, c, sections.Length == 1 ? c.Name : section.Contexts.Count == 1 ? section.Name : $"{section.Name}: {c.Name}")));
        var columns = sections.Select(section => (section.Name, Opened: Opened(Columns.Of.First(c => c.Table == section.Name))))
            .Where(section => section.Opened != "")
            .Select(section => $"{(sections.Length == 1 ? "Columns" : $"- Columns of `{section.Name}`")} to {section.Opened}.\n");
        return $"```text\n{Aligned([["", "anonymous", sections[0].Owner, .. Others], .. rows])}```\n\n{string.Concat(columns)}";
    }

    // The page says that all columns are readable unless it lists them.
    private static string Opened(Columns columns) => string.Join(
        ", to ",
        new[] { ("read", columns.Read == Columns.All ? "" : columns.Read), ("add", columns.Insert), ("change", columns.Update) }
            .Where(c => c.Item2 != "").Select(c => $"{c.Item1}: {Columns.Words(c.Item2)}"));

    private static string[] Line(Section section, Context context, string name)
    {
        var member = Cell("member", "owner");
        var permitted = World.Permissions.Select(p => (Permission: p, Cell: Cell(p, "owner"))).Where(p => p.Cell != member);
        return
        [
            name, Cell(null, "owner"), Cell("owner", "owner"), member, Cell("manager", "owner"), Cell("outsider", "owner"),
            Cell("operator", "owner"), Impersonated(Cell("owner", "owner")), Cell("leaver", "leaver"), string.Join(", ", permitted.Select(p => $"{p.Permission} {p.Cell}")),
        ];

        // Of what the owner may do, reading.
        static string Impersonated(string owner) => owner[0] + new string('-', owner.Length - 1);

        string Cell(string? who, string owner) => string.Concat(Commands(section, context).Select(command =>
            Verdict(context, who, owner, command.Verdict, adds: command.Letter == 'a') switch
            {
                "yes" => command.Letter,
                "hidden" => '.',
                _ => '-',
            }));
    }

    private static IEnumerable<(char Letter, Func<Rules, string?, IRow, string> Verdict)> Commands(Section section, Context context)
    {
        var tables = Table.All.Where(t => t.Name.Trim().Trim('"').EndsWith(section.Name, StringComparison.Ordinal)).ToList();
        yield return ('r', (rules, who, row) => who is null && !tables[0].Anonymous ? "denied" : Found(rules.Sees(who, row)));
        yield return ('a', (rules, who, row) => context.Inserts && who is not null && rules.MayInsert(who, row) ? "yes" : "denied");
        foreach (var table in tables)
        {
            yield return (table.Suffix switch { "reworded" => 'w', "resolved" => 'v', _ => 'c' }, (rules, who, row) =>
                who is null || table.Change is null ? "denied"
                : !rules.Sees(who, row) || !rules.MayUpdate(who, row) ? "hidden"
                : table == Table.Suggestions && !rules.MayReword(who, (Suggestion)row) ? "denied"
                : table == Table.Resolutions && !rules.MayResolve(who, (Suggestion)row) ? "denied" : "yes");
        }

        yield return ('d', (rules, who, row) =>
            who is null || !tables[0].Deletes ? "denied" : Found(rules.Sees(who, row) && rules.MayDelete(who, row)));
    }

    private static string Verdict(Context context, string? who, string owner, Func<Rules, string?, IRow, string> verdict, bool adds)
    {
        var world = People();
        var row = context.Make(world, owner, context.Name == "with no other member" || adds ? who ?? owner : owner);
        if (!adds && row is not Colleague)
        {
            world.Put(row);
        }

        return verdict(new Rules(world), who, row);
    }

    private static World People()
    {
        var world = new World();
        world.Put(new Organization(Section.Acme));
        world.Put(new Organization("Globex"));
        Put("owner", Section.Acme, World.MemberRole, "manager");
        Put("member", Section.Acme, World.MemberRole);
        Put("manager", Section.Acme, World.MemberRole);
        Put(Section.Colleague, Section.Acme, World.MemberRole);
        Put("outsider", "Globex", World.AdminRole);
        Put(Section.Stranger, "Globex", World.MemberRole);
        Put("operator", null, World.OperatorRole);
        Put("leaver", null, null);
        foreach (var permission in World.Permissions)
        {
            world.Put(new Role($"role with {permission}", Section.Acme, [permission]));
            Put(permission, Section.Acme, $"role with {permission}");
        }

        return world;

        void Put(string who, string? organization, string? role, string? manager = null) =>
            world.Put(new Person(who, $"{who}@model", organization, role, manager, 0, true, true, 0));
    }

    private static string Found(bool found) => found ? "yes" : "hidden";

    private static string Aligned(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(n => rows.Max(r => r[n].Length)).ToArray();
        return string.Concat(rows.Select(r => $"{string.Join("  ", r.Select((cell, n) => cell.PadRight(widths[n]))).TrimEnd()}\n"));
    }

    [GeneratedRegex("(<!-- matrix ([A-Za-z ]+) -->\\n).*?(?=<!-- end -->)", RegexOptions.Singleline)]
    private static partial Regex Marked();
}
