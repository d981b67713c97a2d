using System.Diagnostics;
using System.Globalization;

namespace RlsChat.Api.Http;

/// <summary>The time of a request's database operations, including the wait for a connection.</summary>
internal sealed class DatabaseTime
{
    /// <summary>All of them so far; null before the first.</summary>
    public TimeSpan? Total { get; private set; }

    public void Add(TimeSpan duration) => Total = (Total ?? TimeSpan.Zero) + duration;
}

/// <summary>Reports the duration of each response, and the share of the database, in a header.</summary>
internal static class ServerTiming
{
    public static Task Measure(HttpContext context, RequestDelegate next)
    {
        var (started, database) = (Stopwatch.GetTimestamp(), new DatabaseTime());
        context.Features.Set(database);
        context.Response.OnStarting(() =>
        {
            if (database.Total is { } time)
            {
                context.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture,
                    $"db;dur={time.TotalMilliseconds:0.0}, total;dur={Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0}");
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
