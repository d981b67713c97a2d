using RlsChat.Database;
using RlsChat.Database.Commands;

const string Usage = """
    rlschat-db migrate [--dry-run] [--all]   brings the database up to date
    rlschat-db check [--format json|sarif]   says what is not as it should be
    rlschat-db monitor                       prints the policies, and what db-check finds
    rlschat-db generate NAME                 a new file of db/schema
    rlschat-db seed                          the demo world
    rlschat-db reset [--yes-drop DATABASE]   drops the database and builds it again
    rlschat-db backup [--file FILE]          a dump of every row, policy, grant and role
    rlschat-db restore FILE [--into NAME]    a backup into an empty database, or into a new one
    rlschat-db adopt [--move]                what moving the old application's database ($FROM) into this one would do
    rlschat-db purge                         deletes what is past its retention
    rlschat-db grant-operator EMAIL          makes a person an operator
    rlschat-db psql EMAIL|anonymous          an SQL prompt as that person
    rlschat-db why EMAIL|anonymous TABLE KEY why that person may or may not read or change a row
    rlschat-db who TABLE KEY                 everyone who can read, change or delete a row
    rlschat-db reach EMAIL|anonymous         how many rows of each table that person can read, change and delete
    rlschat-db access-diff FOLDER            what people gain or lose since the db/ in that folder
    rlschat-db portable                      prints the policies without sub-queries, as a script
    rlschat-db run                           the API, with a server of its own unless POSTGRES_URL is set
    """;

// As in the API: what works here works there.
AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);

try
{
    var rest = new Arguments(args.Skip(1));
    return args.FirstOrDefault() switch
    {
        "migrate" => await Migrate.Run(rest),
        "check" => await Check.Run(rest),
        "monitor" => await PrintPolicies.Run(rest),
        "generate" => Generate.Run(rest),
        "seed" => await Seed.Run(rest),
        "reset" => await Reset.Run(rest),
        "backup" => await BackUp.Run(rest),
        "restore" => await RestoreBackup.Run(rest),
        "adopt" => await Adopt.Run(rest),
        "purge" => await Purge.Run(rest),
        "grant-operator" => await GrantOperator.Run(rest),
        "psql" => await Psql.Run(rest),
        "why" => await Why.Run(rest),
        "who" => await Who.Run(rest),
        "reach" => await CountReach.Run(rest),
        "access-diff" => await CompareAccess.Run(rest),
        "portable" => await PrintPortable.Run(rest),
        "run" => await Serve.Run(rest),
        null or "help" or "--help" => Say(Usage, 0),
        var unknown => Say($"Unknown command: {unknown}{Environment.NewLine}{Usage}", 2),
    };
}
catch (Exception e)
{
    return Fail(Failure.Say(e));
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
