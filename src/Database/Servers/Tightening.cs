using Npgsql;

namespace RlsChat.Database;

// What only a superuser can tighten, on servers where we are one.
internal static class Tightening
{
    private const string File = "db/superuser/tighten.sql";

    public static async Task Run(string superuserConnectionString)
    {
        if (Script.Embedded.FirstOrDefault(script => script.Name == File) is not { } script)
        {
            return;
        }

        var settings = new NpgsqlConnectionStringBuilder(superuserConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in OpenTransaction.Split(script.Sql))
        {
            try
            {
                await connection.Execute(statement);
            }
            catch (PostgresException e)
            {
                throw ScriptFailure.Describe(script, statement, e);
            }
        }

        await transaction.CommitAsync();
    }
}
