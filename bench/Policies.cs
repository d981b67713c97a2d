namespace RlsChat.Bench;

/// <summary>
/// The command <c>policies</c>: in which form the rows of a chat are best judged by the chat. Every form has a
/// role of its own and its policies are <c>to</c> that role, so all of them stand on the same rows at once.
/// </summary>
internal static class Policies
{
    public static async Task<int> Run(TimeSpan time)
    {
        await using var world = await World.Make();
        var subjects = await world.Subjects();
        var askers = new List<Asker>();
        foreach (var form in Forms.All)
        {
            askers.Add(await Asker.Open(world.ApiConnectionString, form));
        }

        Say("comparing what owners, members, outsiders and strangers see");
        var wrong = await SameRows.Check(askers, await world.Cast());

        var questions = Questions.Reads.Length + Questions.Writes.Length;
        foreach (var question in Questions.Reads)
        {
            Say($"measuring: {question.Name}");
            var figures = await Turns.Measure(question, askers, subjects, time / questions);
            Table.Print(question.Name, figures, await Inside.Measure(question, askers, subjects, figures));
        }

        Say("measuring: writes");
        foreach (var (question, figures) in await WriteTurns.Measure(askers, subjects, time / questions * 3))
        {
            Table.Print(question.Name, figures, []);
        }

        foreach (var asker in askers)
        {
            await asker.DisposeAsync();
        }

        return wrong ? 1 : 0;
    }

    /// <summary>Progress goes to the error stream, so that the tables can be kept.</summary>
    public static void Say(string text) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {text}");
}
