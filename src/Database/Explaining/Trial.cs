using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>Executes the command as the person, and takes it back.</summary>
internal sealed class Trial(Probe probe, Relation table, Question question)
{
    private readonly List<(Column Column, string? Value)> key = [.. question.Key.Select(pair => (table.Column(pair.Key), pair.Value))];

    /// <summary>The row of the key as JSON, read without the person's policies; null if there is none.</summary>
    /// <exception cref="SetupException">The key is malformed, or several rows have it.</exception>
    public async Task<string?> Row()
    {
        if (key.Count == 0)
        {
            return null;
        }

        var found = await probe.Try(Actor.Reader, connection => connection.Query(row => row.GetString(0),
            $"select to_jsonb(t)::text from {table.Sql} t where {Where("t.", 1)} limit 2", Values));
        return found switch
        {
            { Error: { SqlState: [.. "22", _, _, _] } error } => throw new SetupException($"The key: {error.MessageText}."),
            { Error: { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled } error } => throw error,
            { Error: { } error } => throw new SetupException($"rlschat_backup cannot read {table.Sql} ({error.SqlState}): make db-check.", error),
            { Value: [var row] } => row,
            { Value: [] } => null,
            _ => throw new SetupException(
                $"Several rows of \"{table.Name}\" have this key. Name one by {string.Join(',', table.Key)}, or by a JSON object of columns."),
        };
    }

    /// <summary>How many rows it reads or changes, or its error. Deferred constraints are checked too.</summary>
    public Task<Attempt<int>> Run(NewRow rows, Change? change) => probe.Try(Actor.Person, async connection =>
    {
        var reads = (question.Reads ?? []).ToList();
        var list = reads.Count == 0 ? "" : string.Join(", ", reads.Select(column => column == "*" ? "*" : table.Column(column).Sql));
        if (question.Command == Command.Select)
        {
            return (await connection.Query(_ => 1, $"select {(list.Length == 0 ? "1" : list)} from {table.Sql} where {Where("", 1)}", Values)).Count;
        }

        var returning = list.Length == 0 ? "" : $" returning {list}";
        var count = question.Command switch
        {
            Command.Insert => await Count(connection, $"{rows.Insert(table.Sql, change!)}{returning}", change!.Columns.Count == 0 ? [] : [change.Json]),
            Command.Update => await Count(connection, $"{rows.Update(table.Sql, change!)} where {Where("", 2)}{returning}", [change!.Json, .. Values]),
            _ => await Count(connection, $"delete from {table.Sql} where {Where("", 1)}{returning}", Values),
        };
        await connection.Execute("set constraints all immediate");
        return count;
    });

    private object?[] Values => [.. key.Select(part => part.Value)];

    private static async Task<int> Count(NpgsqlConnection connection, string sql, object?[] values) => await connection.Execute(sql, values);

    private string Where(string alias, int first) => string.Join(" and ", key.Select((part, i) => part.Value is null
        ? $"{alias}{part.Column.Sql} is null and ${first + i}::text is null"
        : $"{alias}{part.Column.Sql} = ${first + i}::text::{part.Column.Type}"));
}
