using System.Globalization;

namespace RlsChat.Api.Http;

/// <summary>
/// What a read on a standby must show at least. The response to a write carries the number of its transaction; a read
/// that carries it, or the id of a live event, gets a state in which that transaction, and all before it, have ended.
/// Nobody gains by a forged number: it can only send one's own read to the primary.
/// </summary>
internal sealed class Freshness
{
    /// <summary>The header of both: numbers, ids of events, or <c>primary</c>; several with commas.</summary>
    public const string Header = "Rlschat-After";

    /// <summary>Whether the primary is to answer.</summary>
    public bool IsPrimary { get; private set; }

    /// <summary>The transaction that must have ended, with all before it; 0 for none.</summary>
    public long After { get; private set; }

    /// <summary>The transaction of this request, or null.</summary>
    public string? Written { get; set; }

    /// <summary>Reads the header of a request, and writes that of the response.</summary>
    public static Task Take(HttpContext context, RequestDelegate next)
    {
        var freshness = new Freshness();
        foreach (var name in context.Request.Headers.GetCommaSeparatedValues(Header))
        {
            freshness.Add(name);
        }

        context.Features.Set(freshness);
        context.Response.OnStarting(() =>
        {
            if (freshness.Written is { } number)
            {
                context.Response.Headers[Header] = number;
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    private void Add(string name)
    {
        if ((long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Position.Parse(name)?.Newest) is { } after)
        {
            After = Math.Max(After, after);
        }
        else
        {
            IsPrimary = true;
        }
    }
}
