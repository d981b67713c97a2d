using RlsChat.Database.Explaining;

namespace RlsChat.Database.Commands;

// make reach AS=ana@…: how many rows of each table a person can read, change and delete.
internal static class CountReach
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    public static async Task<int> Run(Arguments arguments)
    {
        var who = arguments.Word("whose: make reach AS=ana@acme.example");
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        var person = await Person.Named(connection, who);
        await using var transaction = await connection.BeginTransactionAsync();
        var reached = await Reach.Of(connection, person.Uid is { } uid ? Caller.Of(who, uid) : Caller.Anonymous, Most);
        Terminal.Print(
            ["table", "select", "update", "delete"],
            reached.Select(reach => new[] { reach.Table, $"{reach.Select}", $"{reach.Update}", $"{reach.Delete}" }));
        return 0;
    }
}
