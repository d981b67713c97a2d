using Npgsql;

namespace RlsChat.Database;

// The only task of the superuser on an embedded server: to create the owner's login and its database.
internal static class FirstDatabase
{
    public static async Task Make(EmbeddedServer server)
    {
        var settings = new NpgsqlConnectionStringBuilder(
            server.ConnectionString("postgres", server.Secrets.Superuser, "postgres"))
        { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await Open(connection);
        if (!await Catalog.RoleExists(connection, EmbeddedServer.OwnerLogin))
        {
            await connection.Execute(
                $"create role {EmbeddedServer.OwnerLogin} login createrole createdb "
                    + $"password {Statements.Literal(ScramVerifier.For(server.Secrets.Installer))}");
        }

        if (!await connection.Scalar<bool>(
            "select exists (select from pg_catalog.pg_database where datname = $1)", EmbeddedServer.Database))
        {
            await connection.Execute($"create database {EmbeddedServer.Database} owner {EmbeddedServer.OwnerLogin}");
            await OwnMark.Set(connection, EmbeddedServer.Database);
        }
    }

    // A container is running before its server listens.
    private static async Task Open(NpgsqlConnection connection)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException e) when (attempt < 300
                && e is not PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
            {
                await Task.Delay(100);
            }
        }
    }
}
