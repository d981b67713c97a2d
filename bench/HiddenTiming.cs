namespace RlsChat.Bench;

/// <summary>Whether the time of an empty answer tells a row that is hidden from one that does not exist.</summary>
internal static class HiddenTiming
{
    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        var subjects = world.Subjects();
        foreach (var name in new[] { "a chat", Questions.MessagesOfChat.Name, "a message", "votes of a chat" })
        {
            var hidden = new List<Subject>();
            foreach (var (i, subject) in subjects.Index())
            {
                var other = subjects[^(i + 1)];
                var asked = With(subject, other.Values["own"], other.Values["written"]);
                if (hidden.Count < 100 && (await recorded[name].Ask(world.ApiConnectionString, asked)).Count == 0)
                {
                    hidden.Add(asked);
                }
            }

            var absent = hidden.Select(subject => With(subject, $"{Guid.NewGuid()}", $"{Guid.NewGuid()}")).ToList();
            await Rounds.Compare(report, name, Tool.Pgbench(world, "absent", recorded[name], 1, absent), Tool.Pgbench(world, "hidden", recorded[name], 1, hidden));
        }
    }

    private static Subject With(Subject subject, string chat, string message) =>
        subject with { Values = new Dictionary<string, string>(subject.Values) { ["chat"] = chat, ["message"] = message } };
}
