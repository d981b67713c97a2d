using System.Diagnostics;
using Npgsql;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Waits for what comes in its own time.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

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

    /// <summary>Does it again while somebody else has locked what it needs.</summary>
    public static Task WhileLocked(Func<Task> act) => Until(async () =>
    {
        try
        {
            await act();
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    });
}
