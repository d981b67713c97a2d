using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>
/// Answers why a row can or cannot be read or changed by a person, in the order in which PostgreSQL decides, from the
/// catalogue of the database.
/// </summary>
public static class Explainer
{
    /// <summary>
    /// Explains one command. Leaves nothing behind in the transaction, except values of sequences.
    /// </summary>
    /// <param name="connection">
    /// A connection in a transaction (read committed, not read only) that may become the person's role and rlschat_backup,
    /// and is a member of identity_setter. If it may not become rlschat_owner as well, it needs the right to make temporary
    /// tables, and rehearses only triggers whose functions it may execute.
    /// </param>
    /// <param name="caller">Whose rights are explained.</param>
    /// <param name="question">What they want to do.</param>
    /// <param name="stop">Ends the explanation between two statements.</param>
    /// <exception cref="SetupException">The question names no table, column or row of this database.</exception>
    public static async Task<Explanation> Explain(NpgsqlConnection connection, Caller caller, Question question, CancellationToken stop = default)
    {
        await connection.Execute("savepoint explanation");
        try
        {
            var probe = new Probe(connection, caller, stop);
            // Names are printed qualified.
            await connection.Execute("set local search_path = ''");
            var catalogue = new Catalogue(connection, caller.Role);
            return await new Inquiry(probe, new Judge(probe, catalogue), await catalogue.Table(question.Table), question).Answer();
        }
        finally
        {
            await connection.Execute("rollback to savepoint explanation");
            await connection.Execute("release savepoint explanation");
        }
    }

    /// <summary>The columns that ROW names: values of the primary key in its order, separated by commas, or a JSON object.</summary>
    /// <exception cref="SetupException">There is no such table or column.</exception>
    public static async Task<IReadOnlyDictionary<string, string?>> Key(NpgsqlConnection connection, string table, string row)
    {
        var relation = await new Catalogue(connection, "rlschat_backup").Table(table);
        if (row.TrimStart().StartsWith('{'))
        {
            return NewRow.Object(row, "ROW").ToDictionary(pair => pair.Key, pair => pair.Value?.ToString());
        }

        var values = relation.Key.Count == 1 ? [row] : row.Split(',', StringSplitOptions.TrimEntries);
        return values.Length > relation.Key.Count
            ? throw new SetupException($"The key of \"{table}\" is {string.Join(", ", relation.Key)}: ROW has {values.Length} values.")
            : relation.Key.Zip(values).ToDictionary(pair => pair.First, pair => (string?)pair.Second);
    }
}
