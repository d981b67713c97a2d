using System.Diagnostics;
using System.Globalization;

namespace RlsChat.Api.Http;

/// <summary>How long a request's database operations took, their waiting for a connection included.</summary>
internal sealed class DatabaseTime
{
    /// <summary>All of them so far; null before the first.</summary>
    public TimeSpan? Total { get; private set; }

    public void Add(TimeSpan duration) => Total = (Total ?? TimeSpan.Zero) + duration;
}

/// <summary>Says with each answer how long it took, and which share of that was the database's.</summary>
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
