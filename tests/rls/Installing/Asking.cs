using Npgsql;

namespace RlsChat.Tests.Rls.Installing;

// A question on a connection of its own, after the statements that prepare it.
internal static class Asking
{
    public static async Task<T?> Ask<T>(this string connectionString, string sql, params string[] before)
    {
        await using var connection = await Open(connectionString);
        foreach (var statement in before)
        {
            await using var first = new NpgsqlCommand(statement, connection);
            await first.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public static async Task Do(this string connectionString, params string[] statements)
    {
        await using var connection = await Open(connectionString);
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>As the role that owns everything: what an operator with the owner's login can break.</summary>
    public static Task DoAsOwner(this string connectionString, params string[] statements) =>
        connectionString.Do(["set role rlschat_owner", .. statements]);

    private static async Task<NpgsqlConnection> Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
