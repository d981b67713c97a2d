using Npgsql;

namespace RlsChat.Database.Commands;

// make db-seed
internal static class Seed
{
    public static async Task<int> Run(Arguments arguments)
    {
        var anywhere = arguments.Flag("--known-passwords");
        arguments.End();
        await using var target = await Target.Open();
        if (!anywhere && !PostgresUrl.IsLoopback(new NpgsqlConnectionStringBuilder(target.Owner).Host))
        {
            throw new SetupException(
                $"The passwords of the demo people are public, and {target.Name} is not on this machine. "
                    + "If that is what you want: rlschat-db seed --known-passwords");
        }

        var made = await DemoWorld.Make(target.Owner, target.Auth());
        Console.WriteLine(made ? "The demo world:" : "The demo world already exists:");
        PrintPeople();
        return 0;
    }

    public static void PrintPeople()
    {
        foreach (var person in DemoPerson.All)
        {
            Console.WriteLine($"  {person.Email,-20} {person.Password,-13} {person.Is}");
        }
    }
}
