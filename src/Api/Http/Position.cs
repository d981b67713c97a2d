using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace RlsChat.Api.Http;

/// <summary>
/// A position in the outbox, exact to the event. Events do not become visible in the order of their numbers, so a
/// number is no position: a snapshot of PostgreSQL is, and a number within the events between it and the next
/// snapshot. To clients it is an opaque text, the id of an event.
/// </summary>
/// <param name="Place">The database; transaction numbers of another one mean other transactions.</param>
/// <param name="At">When <paramref name="After"/> was taken, in seconds since 1970.</param>
/// <param name="After">Events that are visible in this snapshot lie behind.</param>
/// <param name="UpTo">The next snapshot; null when all later events lie ahead.</param>
/// <param name="Last">Of the events between the two snapshots, those up to this number lie behind, too.</param>
internal sealed record Position(string Place, long At, string After, string? UpTo = null, long Last = 0)
{
    /// <summary>How old a position may be: events are kept for a day.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(23);

    private const int MaxLength = 16_384;

    /// <summary>The text of the position behind the event of that number.</summary>
    public string Behind(long id) => (this with { Last = id }).ToString();

    /// <summary>The newest transaction that may lie behind it.</summary>
    public long Newest => Xmax(UpTo ?? After) - 1;

    /// <summary>Whether all events between it and a later position still exist.</summary>
    public bool IsGoodAt(Position later) =>
        Place == later.Place && later.At - At <= Kept.TotalSeconds
        && Xmax(After) <= Xmax(later.After) && (UpTo is null || Xmax(UpTo) <= Xmax(later.After));

    public override string ToString() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Place};{At};{After};{UpTo};{Last}")));

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static Position? Parse(string? text)
    {
        if (text is not { Length: > 0 and < MaxLength } || !Base64Url.IsValid(text))
        {
            return null;
        }

        var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split(';');
        return parts.Length == 5
            && parts[0].Length is > 0 and < 50 && parts[0].All(c => char.IsAsciiDigit(c) || c == '-')
            && Number(parts[1]) is { } at && IsSnapshot(parts[2]) && (parts[3].Length == 0 || IsSnapshot(parts[3]))
            && Number(parts[4]) is { } last
            ? new(parts[0], at, parts[2], parts[3].Length == 0 ? null : parts[3], last)
            : null;
    }

    /// <summary>xmin:xmax:running,… as PostgreSQL reads it; text that PostgreSQL would refuse must not reach it.</summary>
    private static bool IsSnapshot(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 3 || Number(parts[0]) is not ({ } xmin and > 0) || Number(parts[1]) is not { } xmax || xmax < xmin)
        {
            return false;
        }

        var before = xmin - 1;
        foreach (var running in parts[2].Split(',', StringSplitOptions.None).Where(_ => parts[2].Length > 0))
        {
            if (Number(running) is not { } xid || xid <= before || xid >= xmax)
            {
                return false;
            }

            before = xid;
        }

        return true;
    }

    private static long Xmax(string snapshot) => Number(snapshot.Split(':')[1]) ?? 0;

    private static long? Number(string text) =>
        text.Length < 19 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
