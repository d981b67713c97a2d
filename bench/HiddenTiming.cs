using System.Diagnostics;

namespace RlsChat.Bench;

/// <summary>
/// The command <c>timing</c>: whether somebody can tell a row that is hidden from them from one that never was, by
/// how long the empty answer takes. Both are asked in turn, on one connection, as near to the database as can be.
/// </summary>
internal static class HiddenTiming
{
    private const int Pairs = 500;

    private static readonly Question[] Asked =
    [
        new("a chat", About.Chat, """select "id", "title", "visibility", "userId" from public."Chat" where "id" = $1""", ""),
        .. Questions.Reads.Where(question => question.About is About.Chat or About.Message),
    ];

    public static async Task<int> Run(TimeSpan time)
    {
        await using var world = await World.Make();
        var subjects = await world.Subjects();
        await using var asker = await Asker.Open(world.ApiConnectionString, new Form("shipped", "") { IsShipped = true });
        Console.WriteLine("""
            | question                        | hidden, µs | absent, µs | hidden takes | middle half of pairs |
            | :------------------------------ | ---------: | ---------: | -----------: | -------------------: |
            """);
        foreach (var question in Asked)
        {
            Policies.Say($"measuring: {question.Name}");
            var strange = await Strange(asker, question, subjects);
            var (hidden, absent) = (new Figures(asker), new Figures(asker));
            var clock = Stopwatch.StartNew();
            for (var turn = 0; clock.Elapsed < time / Asked.Length || turn < strange.Count; turn++)
            {
                var subject = strange[turn % strange.Count];
                var nothing = subject with { Chat = Guid.NewGuid(), Message = Guid.NewGuid() };
                // Whichever comes second finds the processor warm.
                foreach (var (figures, asked) in turn % 2 == 0 ? [(hidden, subject), (absent, nothing)] : new[] { (absent, nothing), (hidden, subject) })
                {
                    var started = Stopwatch.GetTimestamp();
                    if (await asker.Ask(question, asked) is not [])
                    {
                        throw new InvalidOperationException($"{question.Name}: somebody saw what is hidden from them");
                    }

                    figures.Add(started);
                }
            }

            var ratios = hidden.RatiosTo(absent);
            Console.WriteLine(
                $"| {question.Name,-31} | {hidden.Median,10:n0} | {absent.Median,10:n0} | {ratios[ratios.Count / 2],11:n2}x "
                + $"| {$"{ratios[ratios.Count / 4]:n2} to {ratios[ratios.Count * 3 / 4]:n2}",20} |");
        }

        return 0;
    }

    /// <summary>People, each with what is hidden from them: what somebody else asks about, if they get no row of it.</summary>
    private static async Task<List<Subject>> Strange(Asker asker, Question question, List<Subject> subjects)
    {
        var strange = new List<Subject>();
        for (var i = 0; strange.Count < Pairs; i++)
        {
            var subject = subjects[i] with { Chat = subjects[^(i + 1)].Chat, Message = subjects[^(i + 1)].Message };
            if (await asker.Ask(question, subject) is [])
            {
                strange.Add(subject);
            }
        }

        return strange;
    }
}
