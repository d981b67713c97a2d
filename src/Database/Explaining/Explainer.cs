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
    public static Task<Explanation> Explain(NpgsqlConnection connection, Caller caller, Question question, CancellationToken stop = default) => Undone(
        connection, caller, question.Table, (probe, judge, _, table) => new Inquiry(probe, judge, table, question).Answer(), stop);

    /// <summary>Whether live delivery sends a person the events of a row, and what refuses.</summary>
    /// <param name="connection">As for <see cref="Explain"/>.</param>
    /// <param name="caller">The person.</param>
    /// <param name="question">Its table and key.</param>
    /// <param name="stop">Ends it between two statements.</param>
    /// <inheritdoc cref="Explain"/>
    public static Task<Node> ExplainDelivery(NpgsqlConnection connection, Caller caller, Question question, CancellationToken stop = default) => Undone(
        connection, caller, question.Table, async (probe, judge, catalogue, table) =>
            await new Delivery(probe, judge, catalogue, table).Of(question.Key, await new Trial(probe, table, question).Row()), stop);

    private static async Task<T> Undone<T>(
        NpgsqlConnection connection, Caller caller, string table, Func<Probe, Judge, Catalogue, Relation, Task<T>> answer, CancellationToken stop)
    {
        await connection.Execute("savepoint explanation");
        try
        {
            var probe = new Probe(connection, caller, stop);
            // Names are printed qualified.
            await connection.Execute("set local search_path = ''");
            var catalogue = new Catalogue(connection, caller.Role);
            return await answer(probe, new Judge(probe, catalogue), catalogue, await catalogue.Table(table));
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
