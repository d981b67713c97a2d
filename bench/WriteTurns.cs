using System.Diagnostics;

namespace RlsChat.Bench;

/// <summary>Each form in turn writes messages, changes them and deletes them again.</summary>
internal static class WriteTurns
{
    private const int Messages = 10;

    public static async Task<List<(Question Question, List<Figures> Figures)>> Measure(
        IEnumerable<Asker> askers, List<Subject> subjects, TimeSpan time)
    {
        var writers = askers.Where(asker => asker.Form is { Write: not null } or { ByHand: true } or { IsShipped: true }).ToList();
        var tables = Questions.Writes.Select(question => (question, writers.Select(asker => new Figures(asker)).ToList())).ToList();
        var may = subjects.Where(subject => subject.MayWrite).ToList();
        var clock = Stopwatch.StartNew();
        for (var turn = 0; clock.Elapsed < time || turn < 3; turn++)
        {
            for (var writer = 0; writer < writers.Count; writer++)
            {
                var made = Enumerable.Range(turn * Messages, Messages)
                    .Select(i => may[i % may.Count] with { Message = Guid.NewGuid() }).ToList();
                foreach (var (question, figures) in tables)
                {
                    foreach (var subject in made)
                    {
                        var started = Stopwatch.GetTimestamp();
                        if (await writers[writer].Ask(question, subject) is not { Count: 1 })
                        {
                            throw new InvalidOperationException($"{writers[writer].Form.Name} did not {question.Name}");
                        }

                        if (turn > 0)
                        {
                            figures[writer].Add(started);
                        }
                    }
                }
            }
        }

        return tables;
    }
}
