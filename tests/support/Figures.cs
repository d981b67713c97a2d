using System.Globalization;

namespace RlsChat.Tests.Support;

/// <summary>
/// What a run of the tests has counted, for <c>make prove</c>: lines "name, tab, value" appended to the
/// file that RLSCHAT_FIGURES_FILE names; without it, nothing. Counts of one name add up, whichever test
/// or process left them; of texts the last one holds. A name is <c>part.what</c>, as in
/// <c>attacks.tried</c>.
/// </summary>
public static class Figures
{
    private static readonly Lock Gate = new();

    /// <summary>Adds to a count, also when that is 0: a figure that is not there means that nobody looked.</summary>
    public static void Add(string name, long count) => Append(name, count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Says something in words: a version, the share of a whole.</summary>
    public static void Say(string name, string value) => Append(name, value);

    private static void Append(string name, string value)
    {
        if (Environment.GetEnvironmentVariable("RLSCHAT_FIGURES_FILE") is not { Length: > 0 } file)
        {
            return;
        }

        var line = System.Text.Encoding.UTF8.GetBytes($"{name}\t{value}\n");
        lock (Gate)
        {
            // Another test process may hold the file, for as long as it takes to write a line.
            for (var tries = 0; ; tries++)
            {
                try
                {
                    using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read);
                    stream.Write(line);
                    return;
                }
                catch (IOException) when (tries < 500)
                {
                    Thread.Sleep(10);
                }
            }
        }
    }
}
