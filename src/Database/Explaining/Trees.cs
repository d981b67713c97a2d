using System.Text.RegularExpressions;

namespace RlsChat.Database.Explaining;

/// <summary>Evaluates a condition as a tree, down into the tables of its sub-selects.</summary>
internal sealed partial class Trees(Probe probe, Catalogue catalogue, Judge judge)
{
    // Rows of a sub-select that are looked at, and how deep.
    private const int MostRows = 3;
    private const int MostDepth = 4;
    private readonly Conditions conditions = new(probe);

    /// <summary>The tree of a condition on the rows in scope; <paramref name="above"/> are the tables whose policies are being explained.</summary>
    public async Task<Node> Evaluate(string text, Scope scope, IReadOnlyList<long> above)
    {
        var expression = Expression.Parse(text);
        var values = await conditions.Evaluate(expression.All().Where(part => !IsResult(expression, part)).Select(part => part.Text).Prepend(text), scope);
        var tree = await Build(expression, values, scope, above);
        // The whole, as it is stored, decides.
        return values[text] is var whole && whole.Truth == tree.Truth ? tree : tree with { Truth = whole.Truth, Note = whole.Note, Code = whole.Code };
    }

    // The results of a CASE have no need to be conditions, and may fail where they are not chosen.
    private static bool IsResult(Expression root, Expression part) => root.All().Any(node => node.Kind == ExpressionKind.Case
        && node.Legs.Where((_, i) => i % 2 == 1 || i == node.Legs.Count - 1).Any(leg => leg.All().Contains(part)));

    private async Task<Node> Build(Expression expression, Dictionary<string, Node> values, Scope scope, IReadOnlyList<long> above)
    {
        var value = values.TryGetValue(expression.Text, out var known) ? known : await conditions.Evaluate(expression.Text, scope);
        switch (expression.Kind)
        {
            case ExpressionKind.And or ExpressionKind.Or or ExpressionKind.Not:
                var parts = new List<Node>();
                foreach (var leg in expression.Legs)
                {
                    parts.Add(await Build(leg, values, scope, above));
                }

                return value with
                {
                    Text = expression.Kind switch { ExpressionKind.And => "all of", ExpressionKind.Or => "one of", _ => "not" },
                    IsAny = expression.Kind == ExpressionKind.Or,
                    Parts = parts,
                };
            case ExpressionKind.Case:
                return value with { Text = "case", Parts = await Chosen(expression, values, scope, above) };
            default:
                return await Whole(value, scope, above);
        }
    }

    // The conditions up to the true one, and its result.
    private async Task<List<Node>> Chosen(Expression expression, Dictionary<string, Node> values, Scope scope, IReadOnlyList<long> above)
    {
        var parts = new List<Node>();
        for (var i = 0; i < expression.Legs.Count; i += 2)
        {
            var isElse = i == expression.Legs.Count - 1;
            if (!isElse)
            {
                var when = await Build(expression.Legs[i], values, scope, above);
                parts.Add(when with { Text = $"when {when.Text}" });
                if (when.Truth is Truth.False or Truth.Null)
                {
                    continue;
                }
            }

            var then = await Build(expression.Legs[isElse ? i : i + 1], values, scope, above);
            parts.Add(then with { Text = $"{(isElse ? "else" : "then")} {then.Text}" });
            break;
        }

        return parts;
    }

    private async Task<Node> Whole(Node value, Scope scope, IReadOnlyList<long> above)
    {
        var parts = new List<Node>();
        foreach (var select in above.Count <= MostDepth ? SubSelect.In(value.Text) : [])
        {
            parts.Add(await Rows(select.Of(scope.Rows[^1].Alias), value.Text, scope, above));
        }

        return value with
        {
            Text = Shown(value.Text),
            Note = value.Note ?? (value.Truth == Truth.Null ? await Missing(value.Text, scope) : null) ?? await FunctionComment(value.Text),
            Parts = parts,
        };
    }

    private async Task<Node> Rows(SubSelect select, string whole, Scope scope, IReadOnlyList<long> above)
    {
        var text = $"rows of {select.Table} where {Shown(Expression.Parse(select.Where).Text)}";
        if (await catalogue.Find(select.Table) is not { } table)
        {
            return Node.Of(text, Truth.Error, "there is no such table");
        }

        if (table.Kind is not ('r' or 'p'))
        {
            return Node.Of(text, Truth.Null, $"a view of {table.Owner}, whose rights apply: its rows are not followed");
        }

        if (above.Contains(table.Oid))
        {
            return Node.Of(text, Truth.Null, $"a cycle: the policies of {table.Sql} are being explained");
        }

        var rows = await Candidates(select, table, scope);
        var nodes = new List<Node>();
        foreach (var row in (rows ?? []).Take(MostRows))
        {
            nodes.Add(await Row(select, whole, table, row, scope, above));
        }

        var passes = nodes.Exists(node => node.Truth == Truth.True);
        var note = rows switch
        {
            null => "which rows that are cannot be told",
            [] => "absent: no such row",
            _ when passes => null,
            _ when rows.Count > MostRows => $"none of the first {MostRows} passes, there are more",
            _ => $"{(rows.Count == 1 ? "a row exists" : "rows exist")}, {(nodes.TrueForAll(IsHidden) ? "hidden from this person" : "none passes")}",
        };
        return new Node(text, passes ? Truth.True : Truth.False, note, nodes) { Kind = NodeKind.Rows, IsAny = true };
    }

    // Found by what the reader of all rows can evaluate: legs that call functions or ask other tables are left to the person.
    private async Task<List<string>?> Candidates(SubSelect select, Relation table, Scope scope)
    {
        var legs = Expression.Parse(select.Where) is { Kind: ExpressionKind.And } and ? and.Legs.Select(leg => leg.Text) : [select.Where];
        var simple = legs.Where(leg => !Call().IsMatch(leg) && !leg.Contains("SELECT", StringComparison.Ordinal)).ToList();
        var where = simple.Count == 0 ? "true" : string.Join(" and ", simple.Select(leg => $"({leg})"));
        var found = await probe.Try(Actor.Reader, connection => connection.Query(row => row.GetString(0),
            $"""
            select to_jsonb({Statements.Name(select.Alias)})::text
            from {scope.Sql}, {table.Sql} as {Statements.Name(select.Alias)}
            where {where} limit {MostRows + 1}
            """, scope.Values));
        return found.Value;
    }

    private async Task<Node> Row(SubSelect select, string whole, Relation table, string row, Scope scope, IReadOnlyList<long> above)
    {
        var parts = new List<Node>();
        parts.AddRange(judge.Grants(table, Command.Select, select.Columns()));
        parts.Add(await judge.Policies(table, Command.Select, row, isNew: false, above));
        var inner = scope.With(select.Alias, table, row);
        parts.Add(await Evaluate(select.Where, inner, [.. above, table.Oid]));
        // SELECT true, and what EXISTS and IN select, decides nothing.
        if (whole.StartsWith("( SELECT", StringComparison.Ordinal) && select.Value is not ("true" or "1" or ""))
        {
            parts.Add(await Evaluate(select.Value, inner, [.. above, table.Oid]));
        }

        var passes = parts.TrueForAll(part => part.Truth == Truth.True);
        return new Node($"a row of {table.Sql}", passes ? Truth.True : Truth.False, null, parts) { Kind = NodeKind.Row };
    }

    private static bool IsHidden(Node row) => row.Parts.Any(part => part is { Kind: NodeKind.Policies, Truth: Truth.False });

    // Which side of a comparison has no value.
    private async Task<string?> Missing(string text, Scope scope)
    {
        if (SqlText.Parts(text) is not { } parts || parts.FindIndex(part => text[part] is "=" or "<>" or "<" or ">" or "<=" or ">=") is not (> 0 and var at))
        {
            return null;
        }

        var sides = new[] { text[..parts[at].Start.Value].Trim(), text[parts[at].End.Value..].Trim() }
            .Where(side => !side.StartsWith("ANY", StringComparison.Ordinal) && !side.StartsWith("ALL", StringComparison.Ordinal));
        var missing = new List<string>();
        foreach (var side in sides)
        {
            if ((await conditions.Evaluate($"({side}) IS NULL", scope)).Truth == Truth.True)
            {
                missing.Add(Shown(side));
            }
        }

        return missing.Count == 0 ? null : $"{string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} null";
    }

    private async Task<string?> FunctionComment(string text)
    {
        var called = Call().Matches(text).FirstOrDefault(match => match.Groups[3].Value != ")");
        return called is null ? null : await probe.Connection.Scalar<string>(
            """
            select max(obj_description(p.oid, 'pg_proc')) from pg_catalog.pg_proc p
            join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where n.nspname = $1 and p.proname = $2
            """, called.Groups[1].Value, called.Groups[2].Value);
    }

    // ( SELECT auth.uid() AS uid) is auth.uid().
    private static string Shown(string text) => Blank().Replace(Scalar().Replace(text, "$1"), " ").Trim();

    [GeneratedRegex(@"\( SELECT (\w+\.\w+\([^()]*\)) AS \w+\)")]
    private static partial Regex Scalar();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"\b([a-z_]\w*)\.([a-z_]\w*)\((\)?)")]
    private static partial Regex Call();
}
