namespace RlsChat.Bench;

/// <summary>The figures of one question, as a table in Markdown.</summary>
internal static class Table
{
    public static void Print(string question, List<Figures> figures, Dictionary<string, InsideFigures> inside)
    {
        Console.WriteLine($"""

            | {question,-30} | µs a request | requests/s | to by_hand | to by_hand_verified | µs in server | verified |
            | :----------------------------- | -----------: | ---------: | ---------: | ------------------: | -----------: | -------: |
            """);
        foreach (var figure in figures)
        {
            if (figure.GaveUp)
            {
                Console.WriteLine($"| {figure.Asker.Form.Name,-30} |        > 5 s |            |            |                     |              |          |");
                continue;
            }

            var seen = inside.GetValueOrDefault(figure.Asker.Form.Name);
            Console.WriteLine(
                $"| {figure.Asker.Form.Name,-30} | {figure.Median,12:n0} | {1e6 / figure.Median,10:n0} "
                + $"| {figures[0].Median / figure.Median,10:n2} | {figures[1].Median / figure.Median,19:n2} "
                + $"| {seen?.Microseconds,12:n0} | {seen?.Verifications,8} |");
        }
    }
}
