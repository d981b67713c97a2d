using Npgsql;

namespace RlsChat.Database;

// Says where in which file a statement failed: the server counts from the beginning of the statement.
internal static class ScriptFailure
{
    public static SetupException Describe(Script? script, string? statement, Exception error)
    {
        if (error is not PostgresException e)
        {
            return new SetupException($"{script?.Name ?? "The migration"} failed: {error.Message}", error);
        }

        var lines = new[]
        {
            $"{script?.Name ?? "The migration"}{Line(script, statement, Math.Max(e.Position, e.InternalPosition))}: {e.MessageText} ({e.SqlState})",
            // Of data and of constraints (classes 22 and 23) it holds people's values.
            e.SqlState[..2] is "22" or "23" ? null : e.Detail,
            e.Hint,
            e.Where,
            "Nothing was changed.",
        };
        return new SetupException(
            string.Join(Environment.NewLine + "  ", lines.Where(line => !string.IsNullOrEmpty(line))), error);
    }

    private static string Line(Script? script, string? statement, int position)
    {
        var start = statement is null ? -1 : script?.Sql.IndexOf(statement, StringComparison.Ordinal) ?? -1;
        return start < 0
            ? ""
            : $":{1 + script!.Sql.AsSpan(0, Math.Min(script.Sql.Length, start + Math.Max(0, position - 1))).Count('\n')}";
    }
}
