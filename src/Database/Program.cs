using Npgsql;
using RlsChat.Database;
using RlsChat.Database.Commands;

const string Usage = """
    rlschat-db migrate [--dry-run] [--all]   brings the database up to date
    rlschat-db check                         says what is not as it should be
    """;

try
{
    var rest = new Arguments(args.Skip(1));
    return args.FirstOrDefault() switch
    {
        "migrate" => await Migrate.Run(rest),
        "check" => await Check.Run(rest),
        null or "help" or "--help" => Say(Usage, 0),
        var unknown => Say($"Unknown command: {unknown}{Environment.NewLine}{Usage}", 2),
    };
}
catch (SetupException e)
{
    return Fail(e.Message);
}
catch (PostgresException e)
{
    return Fail($"The database says: {e.MessageText} ({e.SqlState})");
}
catch (NpgsqlException e)
{
    return Fail($"No connection to the database: {e.Message} {e.InnerException?.Message}");
}

static int Say(string text, int exitCode)
{
    (exitCode == 0 ? Console.Out : Console.Error).WriteLine(text);
    return exitCode;
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
