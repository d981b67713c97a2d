namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// A statement of one person and what the model says of it: an error, or the keys of the rows that
/// come back (<paramref name="Truth"/> null) or that are found by <paramref name="Truth"/> afterwards.
/// </summary>
internal sealed record Case(string? Who, string Sql, string? Truth, string? Error, IReadOnlySet<string> Keys)
{
    /// <summary>Rows whose verdict this case checks; 0 for another shape of a command that was counted.</summary>
    public int Cells { get; init; }

    /// <summary>What disagrees, or null.</summary>
    public string? Against(Answer answer)
    {
        if (answer.Error == Error && (Error is not null || (Keys.Count == answer.Keys.Count && Keys.SetEquals(answer.Keys))))
        {
            return null;
        }

        return $"""
            {Who ?? "anonymous"}: {Sql}
              the model says {Error ?? "rows"} {Text(Keys.Except(answer.Keys))}
              the database   {answer.Error ?? "rows"} {Text(answer.Keys.Except(Keys))}
            """;
    }

    private static string Text(IEnumerable<string> keys) => string.Join(", ", keys.Order(StringComparer.Ordinal));
}
