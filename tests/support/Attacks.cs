namespace RlsChat.Tests.Support;

/// <summary>
/// How many attacks were tried, for <see cref="Figures"/>: <c>attacks.tests</c> by their names, and
/// <c>attacks.tried</c> with every variant that a test runs through. One that gets through fails its test.
/// Said at once: a process of tests may be ended before it could say it at its end.
/// </summary>
public static class Attacks
{
    /// <summary>A test begins.</summary>
    public static void CountTest() => Figures.Add("attacks.tests", 1);

    /// <summary>A variant is tried.</summary>
    public static void Count() => Figures.Add("attacks.tried", 1);
}
