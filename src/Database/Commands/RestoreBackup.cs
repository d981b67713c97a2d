using Npgsql;

namespace RlsChat.Database.Commands;

// make db-restore FILE=… [NAME=…]
internal static class RestoreBackup
{
    public static async Task<int> Run(Arguments arguments)
    {
        var into = arguments.Option("--into");
        var file = arguments.Word("which backup: make db-restore FILE=…");
        arguments.End();
        await using var target = await Target.Open();
        var (tables, rows) = await Restore.Run(await Database(target, into), file, new RestoreOptions
        {
            ApiPassword = target.ApiPassword,
            AuthPassword = target.AuthPassword,
            LivePassword = target.LivePassword,
            ExplainPassword = target.ExplainPassword,
            Log = Console.Error.WriteLine,
        });
        if (into is null && target.Embedded is { } embedded)
        {
            await EmbeddedServer.Tighten(embedded.SuperuserConnectionString);
        }

        Console.WriteLine($"Restored {rows} rows of {tables} tables, compared and checked: "
            + (into is null ? target.Name : $"new database {into} beside {target.Name}") + ".");
        return 0;
    }

    // The target's database, or a new one on the same server.
    private static async Task<string> Database(Target target, string? into)
    {
        if (into is null)
        {
            return target.Owner;
        }

        await using var connection = await target.Connect();
        await connection.Execute($"create database {Statements.Name(into)}");
        await OwnMark.Set(connection, into);
        return new NpgsqlConnectionStringBuilder(target.Owner) { Database = into }.ConnectionString;
    }
}
