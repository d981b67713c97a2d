using Npgsql;

namespace RlsChat.Database;

// Executes the statements of a file, and says where in which file one failed.
internal static class ScriptExecution
{
    /// <exception cref="SetupException">A statement failed.</exception>
    public static async Task Run(NpgsqlConnection connection, Script script)
    {
        foreach (var statement in SqlStatement.Split(script.Sql))
        {
            try
            {
                await connection.Execute(statement.Sql);
            }
            catch (NpgsqlException e)
            {
                throw Failure(script, statement.Start, e);
            }
        }
    }

    /// <summary>The failure of a statement, or of the body of a function, that begins at an offset of a file.</summary>
    public static SetupException Failure(Script? script, int start, NpgsqlException error)
    {
        var file = script?.Name ?? "The migration";
        if (error is not PostgresException e)
        {
            return new SetupException($"{file} failed: {error.Message}", error);
        }

        var lines = new[]
        {
            // The server counts from the beginning of the statement or body, from 1 on.
            $"{file}{Line(script, start + Math.Max(0, Math.Max(e.Position, e.InternalPosition) - 1))}: {e.MessageText} ({e.SqlState})",
            // Of data and of constraints (classes 22 and 23) it holds people's values.
            e.SqlState[..2] is "22" or "23" ? null : e.Detail,
            e.Hint,
            e.Where,
            "Nothing was changed.",
        };
        return new SetupException(
            string.Join(Environment.NewLine + "  ", lines.Where(line => !string.IsNullOrEmpty(line))), error);
    }

    private static string Line(Script? script, int offset) => script is null
        ? ""
        : $":{1 + script.Sql.AsSpan(0, Math.Min(script.Sql.Length, offset)).Count('\n')}";
}
