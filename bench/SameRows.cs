namespace RlsChat.Bench;

/// <summary>Every form shows everyone the same rows; one that does not is wrong, however fast.</summary>
internal static class SameRows
{
    /// <returns>Whether a form is wrong.</returns>
    public static async Task<bool> Check(IReadOnlyList<Asker> askers, List<Subject> cast)
    {
        var (compared, wrong) = (0, new SortedSet<string>());
        foreach (var question in Questions.Reads.Where(question => question.About is not About.Everything))
        {
            foreach (var subject in cast)
            {
                // By hand anybody is believed; so the truth about who is not is what strangers see.
                var believed = subject.Secret?.StartsWith("secret", StringComparison.Ordinal) is true;
                var expected = await Sorted(askers[0], question, believed ? subject : subject with { Person = null });
                foreach (var asker in askers.Where(asker => !asker.Form.ByHand && asker.Form.Answers(question)))
                {
                    compared++;
                    if (!expected.SequenceEqual(await Sorted(asker, question, subject)))
                    {
                        wrong.Add($"{asker.Form.Name} is wrong: {question.Name}");
                    }
                }
            }
        }

        Console.WriteLine($"{compared} answers compared with the rule by hand: {(wrong.Count == 0 ? "all the same" : "NOT the same")}");
        foreach (var line in wrong)
        {
            Console.WriteLine(line);
        }

        return wrong.Count > 0;
    }

    private static async Task<List<string>> Sorted(Asker asker, Question question, Subject subject)
    {
        var rows = await asker.Ask(question, subject) ?? ["gave up"];
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
