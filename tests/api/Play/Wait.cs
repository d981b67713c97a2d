using System.Diagnostics;

namespace RlsChat.Tests.Api.Play;

/// <summary>Waits for what comes in its own time.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Until it is so; fails when it never comes to that.</summary>
    public static async Task Until(Func<Task<bool>> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "it never came to that");
            await Task.Delay(20);
        }
    }
}
