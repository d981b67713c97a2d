namespace RlsChat.Tests.Support;

/// <summary>
/// How many attacks this process tried, for <see cref="Figures"/>: <c>attacks.tests</c> by their names, and
/// <c>attacks.tried</c> with every variant that a test runs through. One that gets through fails its test.
/// </summary>
public static class Attacks
{
    private static int tests;
    private static int tried;

    static Attacks() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        Figures.Add("attacks.tests", tests);
        Figures.Add("attacks.tried", Math.Max(tests, tried));
    };

    /// <summary>A test begins.</summary>
    public static void CountTest() => Interlocked.Increment(ref tests);

    /// <summary>A variant is tried.</summary>
    public static void Count() => Interlocked.Increment(ref tried);
}
