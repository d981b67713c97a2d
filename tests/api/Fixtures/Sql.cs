using Dapper;
using Npgsql;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Statements without HTTP, as a login of the test server.</summary>
internal static class Sql
{
    /// <summary>A connection that is not pooled, after these statements.</summary>
    public static async Task<NpgsqlConnection> Open(string login, params string[] statements)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(login) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            // Not by Dapper, which takes one word for the name of a procedure.
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }

        return connection;
    }

    /// <summary>Runs these on one connection, one after the other.</summary>
    public static async Task Run(string login, params string[] statements) => await (await Open(login, statements)).DisposeAsync();

    /// <summary>A connection that locks the table of chats until it is closed.</summary>
    public static Task<NpgsqlConnection> LockChats(string owner) =>
        Open(owner, "begin", "set local role rlschat_owner", """lock table public."Chat" in access exclusive mode""");

    /// <summary>How many statements wait for that lock.</summary>
    public static async Task<long> WaitingForChats(string owner)
    {
        await using var connection = await Open(owner);
        return await connection.ExecuteScalarAsync<long>(
            """select count(*) from pg_locks where not granted and relation = 'public."Chat"'::regclass""");
    }
}
