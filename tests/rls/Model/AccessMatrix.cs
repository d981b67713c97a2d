using System.Text;

namespace RlsChat.Tests.Rls.Model;

/// <summary>docs/access-matrix.md: what the model says of a row in each place, for each kind of person.</summary>
internal static class AccessMatrix
{
    private const string Head = """
        # Access matrix

        Who may do what to which row, table by table. This page is printed by the model of the rules
        (`tests/rls/Model`, `make docs-matrix`), which `make test-rls` compares with the database, row by row, in
        random worlds; a test fails when the page is not what the model says.

        - **yes**: it happens. **hidden**: no row is found, as if there were none. **denied**: error 42501.
        - The *owner* (*self*, *author* …) is a plain member, the one whom the row belongs to; *member* another one,
          *manager* one above the owner, *permitted* a member whose role holds the permission that stands in the cell
          (one of them is enough; without them, what holds for a member). *Leaver*: what an owner has once they are no
          member any more. *Outsider*: another organization's administrator. *Operator*: in no organization.
        - Who adds a row adds it as themselves (*another's*: in another's name); the owner, in a row that hangs on another, is the owner of that.
        - Updating and deleting have a WHERE here, so they find only what the person also reads.
        """;

    private static readonly string[] Others = ["member", "manager", "permitted", "outsider", "operator", "leaver"];

    public static string Page()
    {
        var page = new StringBuilder(Head).Append('\n');
        foreach (var section in Section.All)
        {
            var columns = Columns.Of.First(c => c.Table == section.Name);
            page.Append($"\n## \"{section.Name}\"\n\n{section.Words}\n\n")
                .Append(Aligned([["row", "command", "anonymous", section.Owner, .. Others], .. section.Contexts.SelectMany(c => Lines(section, c))]))
                .Append($"\nColumns to read: {Columns.Words(columns.Read)}; to give: {Columns.Words(columns.Insert)}; ")
                .Append($"to change: {Columns.Words(columns.Update)}.\n");
        }

        return page.Append("\n## Nobody's\n\n`\"verificationToken\"` and `\"Event\"` are denied to everybody, in every column and command.\n").ToString();
    }

    // Commands of which the same holds stand in one line.
    private static IEnumerable<string[]> Lines(Section section, Context context)
    {
        var first = true;
        foreach (var same in Commands(section, context).GroupBy(c => string.Join('|', c.Cells)))
        {
            yield return [first ? context.Name : "", string.Join(", ", same.Select(c => c.Command)), .. same.First().Cells];
            first = false;
        }
    }

    private static IEnumerable<(string Command, string[] Cells)> Commands(Section section, Context context)
    {
        var tables = Table.All.Where(t => t.Name.Trim().Trim('"').EndsWith(section.Name, StringComparison.Ordinal)).ToList();
        yield return Row("read", (rules, who, row) => who is null && !tables[0].Anonymous ? "denied" : Found(rules.Sees(who, row)));
        yield return Row("add", (rules, who, row) => context.Inserts && who is not null && rules.MayInsert(who, row) ? "yes" : "denied", adds: true);
        foreach (var table in tables)
        {
            yield return Row(table.Suffix switch { "reworded" => "reword", "resolved" => "resolve", _ => "change" }, (rules, who, row) =>
                who is null || table.Change is null ? "denied"
                : !rules.Sees(who, row) || !rules.MayUpdate(who, row) ? "hidden"
                : table == Table.Suggestions && !rules.MayReword(who, (Suggestion)row) ? "denied"
                : table == Table.Resolutions && !rules.MayResolve(who, (Suggestion)row) ? "denied" : "yes");
        }

        yield return Row("delete", (rules, who, row) =>
            who is null || !tables[0].Deletes ? "denied" : Found(rules.Sees(who, row) && rules.MayDelete(who, row)));

        (string, string[]) Row(string command, Func<Rules, string?, IRow, string> verdict, bool adds = false) =>
            (command, [.. Cells((who, owner) => Verdict(context, who, owner, verdict, adds))]);
    }

    private static IEnumerable<string> Cells(Func<string?, string, string> verdict)
    {
        var member = verdict("member", "owner");
        var permitted = World.Permissions.Where(p => verdict(p, "owner") != member).ToList();
        yield return verdict(null, "owner");
        yield return verdict("owner", "owner");
        yield return member;
        yield return verdict("manager", "owner");
        yield return permitted.Count == 0 ? member : string.Join(", ", permitted.Select(p => $"{verdict(p, "owner")}: {p}"));
        yield return verdict("outsider", "owner");
        yield return verdict("operator", "owner");
        yield return verdict("leaver", "leaver");
    }

    private static string Verdict(Context context, string? who, string owner, Func<Rules, string?, IRow, string> verdict, bool adds)
    {
        var world = Cast();
        var row = context.Make(world, owner, context.Name == "with nobody else in it" || adds ? who ?? owner : owner);
        if (!adds && row is not Colleague)
        {
            world.Put(row);
        }

        return verdict(new Rules(world), who, row);
    }

    private static World Cast()
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
        rows.Insert(1, [.. widths.Select(w => new string('-', w))]);
        return string.Concat(rows.Select(r => $"| {string.Join(" | ", r.Select((cell, n) => cell.PadRight(widths[n])))} |\n"));
    }
}
