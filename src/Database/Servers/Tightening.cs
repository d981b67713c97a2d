using Npgsql;

namespace RlsChat.Database;

// What only a superuser can tighten, on servers where we are one.
internal static class Tightening
{
    public static async Task Run(string superuserConnectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(superuserConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var script in Script.ForSuperusers)
        {
            await ScriptExecution.Run(connection, script);
        }

        await transaction.CommitAsync();
    }
}
