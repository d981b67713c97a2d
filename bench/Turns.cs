using System.Diagnostics;

namespace RlsChat.Bench;

/// <summary>What a form needed: microseconds a request, as the client saw it; none when it was given up.</summary>
internal sealed class Figures(Asker asker)
{
    private readonly List<double> samples = [];

    public Asker Asker => asker;

    public bool GaveUp { get; set; }

    /// <summary>The median in microseconds.</summary>
    public double Median => Of(samples);

    /// <summary>What the same requests took beside another's, in ascending order: each pair was asked within moments.</summary>
    public List<double> RatiosTo(Figures other) =>
        [.. samples.Zip(other.samples, (mine, theirs) => mine / theirs).Order()];

    public void Add(long started) => samples.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);

    public static double Of(List<double> values) =>
        values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);
}

/// <summary>Forms take turns and ask the same, so that what else the machine does hits them all alike.</summary>
internal static class Turns
{
    public static async Task<List<Figures>> Measure(
        Question question, IEnumerable<Asker> askers, List<Subject> subjects, TimeSpan time)
    {
        var figures = askers.Where(asker => asker.Form.Answers(question)).Select(asker => new Figures(asker)).ToList();
        var clock = Stopwatch.StartNew();
        for (var turn = 0; clock.Elapsed < time || turn < 2; turn++)
        {
            foreach (var figure in figures.Where(figure => !figure.GaveUp))
            {
                for (var i = 0; i < question.Times && !figure.GaveUp; i++)
                {
                    var started = Stopwatch.GetTimestamp();
                    figure.GaveUp = await figure.Asker.Ask(question, subjects[(turn * question.Times + i) % subjects.Count]) is null;
                    // In the first turn statements are not prepared yet.
                    if (turn > 0)
                    {
                        figure.Add(started);
                    }
                }
            }
        }

        return figures;
    }
}
