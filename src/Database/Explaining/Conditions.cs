using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>The rows that an expression can refer to: each under its alias, as JSON.</summary>
internal sealed record Scope(IReadOnlyList<(string Alias, Relation Table, string Row)> Rows)
{
    public static Scope Of(Relation table, string row) => new([(table.Name, table, row)]);

    public Scope With(string alias, Relation table, string row) => new([.. Rows, (alias, table, row)]);

    public string Sql => string.Join(", ", Rows.Select((row, i) =>
        $"jsonb_populate_record(null::{row.Table.Sql}, ${i + 1}::jsonb) as {Statements.Name(row.Alias)}"));

    public object[] Values => [.. Rows.Select(row => row.Row)];
}

/// <summary>Evaluates conditions as the person.</summary>
internal sealed class Conditions(Probe probe)
{
    /// <summary>The values of conditions: in one statement, or, if one fails, each in its own.</summary>
    public async Task<Dictionary<string, Node>> Evaluate(IEnumerable<string> texts, Scope scope)
    {
        var all = texts.Distinct().ToList();
        var together = await probe.Try(Actor.Person, connection => connection.Query(
            row => all.Select((text, i) => Node.Of(text, row.IsDBNull(i) ? Truth.Null : row.GetBoolean(i) ? Truth.True : Truth.False)).ToList(),
            $"select {string.Join(", ", all.Select(text => $"({text})"))} from {scope.Sql}", scope.Values));
        if (together.Value is [var row])
        {
            return row.ToDictionary(node => node.Text);
        }

        var values = new Dictionary<string, Node>();
        foreach (var text in all)
        {
            values[text] = await Evaluate(text, scope);
        }

        return values;
    }

    public async Task<Node> Evaluate(string text, Scope scope)
    {
        var attempt = await probe.Try(Actor.Person, connection => connection.Query<bool?>(
            row => row.IsDBNull(0) ? null : row.GetBoolean(0), $"select ({text}) from {scope.Sql}", scope.Values));
        return attempt.Error is { } error
            ? Node.Of(text, Truth.Error, Words(error)) with { Code = error.SqlState }
            : Node.Of(text, attempt.Value![0] switch { true => Truth.True, false => Truth.False, null => Truth.Null });
    }

    /// <summary>
    /// Describes an error of an expression without a value of a row: those of class 42 name objects; the texts of
    /// others may quote data.
    /// </summary>
    public static string Words(PostgresException error) =>
        error.SqlState.StartsWith("42", StringComparison.Ordinal) && error.Routine != "exec_stmt_raise"
            ? $"{error.SqlState}, {error.MessageText}"
            : $"error {error.SqlState}";
}
