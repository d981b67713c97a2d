using RlsChat.Database.Explaining;

namespace RlsChat.Database.Commands;

// make why AS=ana@… TABLE=Message ROW=…: why a person may or may not read, add, change or delete a row.
internal static class Why
{
    private const string Say = "whom, which table and which row: make why AS=ana@acme.example TABLE=Chat ROW=<its id>";

    public static async Task<int> Run(Arguments arguments)
    {
        var (only, set, reads, token) = (arguments.Option("--for"), arguments.Option("--set"), arguments.Option("--returning"), arguments.Option("--token"));
        var (who, table) = (token is null ? arguments.Word(Say) : "", arguments.Word(Say));
        var row = only is "insert" && set is not null ? arguments.Words().FirstOrDefault() ?? "" : arguments.Word(Say);
        arguments.End();
        await using var target = await Target.Open();
        await using var connection = await target.Connect();
        var caller = token is not null ? await Caller.OfToken(connection, token) : await Named(connection, who);
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.Execute("set local statement_timeout = '10s'");
        await connection.Execute("set local lock_timeout = '3s'");
        var key = row.Length == 0 ? new Dictionary<string, string?>() : await Explainer.Key(connection, table, row);
        var columns = reads switch { null => null, "1" => key.Count > 0 ? [.. key.Keys] : ["*"], _ => reads.Split(',', StringSplitOptions.TrimEntries) };
        var explanations = new List<Explanation>();
        foreach (var command in Commands(only))
        {
            // One SET serves the commands that write.
            explanations.Add(await Explainer.Explain(connection, caller, new Question(table, command, key, set, columns)));
        }

        var delivery = explanations[0].Question.Command == Command.Select ? await Explainer.ExplainDelivery(connection, caller, explanations[0].Question) : null;
        Print(explanations, delivery, isOne: only is not null);
        return 0;
    }

    private static void Print(List<Explanation> explanations, Node? delivery, bool isOne)
    {
        explanations.ForEach(explanation => Console.WriteLine(Report.Line(explanation)));
        if (delivery is not null)
        {
            Console.WriteLine(Report.Line(delivery));
        }

        Console.WriteLine();
        explanations[0].Facts.ToList().ForEach(Console.WriteLine);
        foreach (var explanation in explanations.Where(explanation => isOne || explanation.Verdict is not (Verdict.Yes or Verdict.Absent)))
        {
            Console.WriteLine();
            Report.Details(explanation).ToList().ForEach(Console.WriteLine);
        }

        if (delivery is { Parts.Count: > 0 } && (isOne || delivery.Truth != Truth.True))
        {
            Console.WriteLine();
            Report.Details(delivery).ToList().ForEach(Console.WriteLine);
        }
    }

    private static Command[] Commands(string? only) => only is null ? Enum.GetValues<Command>()
        : Enum.TryParse<Command>(only, ignoreCase: true, out var command) && Enum.IsDefined(command) ? [command]
        : throw new SetupException("FOR is select, insert, update or delete.");

    private static async Task<Caller> Named(Npgsql.NpgsqlConnection connection, string who) =>
        await Person.Named(connection, who) is { Uid: { } uid } ? Caller.Of(who, uid) : Caller.Anonymous;
}
