using Npgsql;

namespace RlsChat.Database;

// One statement per command, parameters by position ($1). Dapper falls short here: its named parameters need Npgsql's
// rewriting of SQL, which is off in the API's process.
internal static class Statements
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params object?[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument ?? DBNull.Value });
        }

        return command;
    }

    public static async Task<int> Execute(this NpgsqlConnection connection, string sql, params object?[] arguments)
    {
        await using var command = connection.Command(sql, arguments);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<T?> Scalar<T>(this NpgsqlConnection connection, string sql, params object?[] arguments)
    {
        await using var command = connection.Command(sql, arguments);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public static async Task<List<T>> Query<T>(
        this NpgsqlConnection connection, Func<NpgsqlDataReader, T> read, string sql, params object?[] arguments)
    {
        await using var command = connection.Command(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Quotes a name, for the statements that take no parameters.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Quotes a text, for the statements that take no parameters (standard_conforming_strings is on).</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string? Text(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
