using RlsChat.Database.Explaining;

namespace RlsChat.Database.Commands;

// make who TABLE=Message ROW=…: everyone who can read, change or delete a row, with the policies that let them.
internal static class Who
{
    private const string Say = "which table and which row: make who TABLE=Chat ROW=<its id>";
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    public static async Task<int> Run(Arguments arguments)
    {
        var (table, row) = (arguments.Word(Say), arguments.Word(Say));
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.Execute("set local statement_timeout = '10s'");
        await connection.Execute("set local lock_timeout = '3s'");
        var audience = await Audience.Of(connection, table, await Explainer.Key(connection, table, row), Most);
        Terminal.Print(
            ["who", "select", "update", "delete"],
            audience.People.Select(person => new[] { person.Who, By(person, Command.Select), By(person, Command.Update), By(person, Command.Delete) }));
        Console.WriteLine(audience.Asked == audience.All ? "Nobody else can." : $"{audience.Asked} of {audience.All} people were asked in {Most.TotalSeconds} s.");
        return 0;
    }

    private static string By(Admitted person, Command command) => person.Admits.GetValueOrDefault(command, "-");
}
