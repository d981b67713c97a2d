using Npgsql;

namespace RlsChat.Database.Commands;

// make db-reset [NAME=…]: for development.
internal static class Reset
{
    public static async Task<int> Run(Arguments arguments)
    {
        var named = arguments.Option("--yes-drop");
        arguments.End();
        await using var target = await Target.Open();
        var database = new NpgsqlConnectionStringBuilder(target.Owner).Database
            ?? throw new SetupException("POSTGRES_URL names no database.");
        await Rebuild(target, database, named);
        if (target.Embedded is not null)
        {
            File.Delete(Path.Combine(Target.Folder, "seeded"));
        }

        await Migrate.Run(target);
        return 0;
    }

    private static async Task Rebuild(Target target, string database, string? named)
    {
        await using var connection = await target.Connect(database is "postgres" ? "template1" : "postgres");
        var exists = await connection.Scalar<bool>(
            "select exists (select from pg_catalog.pg_database where datname = $1)", database);
        if (exists && named != database && !await OwnMark.Has(connection, database))
        {
            throw new SetupException(
                $"{target.Name} was not created by this program and is left unchanged. "
                    + $"To delete all its rows: make db-reset NAME={database}");
        }

        if (exists)
        {
            await Drop(connection, database);
        }

        await connection.Execute($"create database {Statements.Name(database)}");
        await OwnMark.Set(connection, database);
        Console.WriteLine($"Dropped and created again: {target.Name}.");
    }

    private static async Task Drop(NpgsqlConnection connection, string database)
    {
        try
        {
            await connection.Execute($"drop database {Statements.Name(database)}");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            throw new SetupException($"Someone is connected to {database}: stop the API (and psql), then try again. {e.Detail}", e);
        }
    }
}
