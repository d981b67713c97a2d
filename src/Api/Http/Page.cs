using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace RlsChat.Api.Http;

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows, in the order of the list.</param>
/// <param name="NextCursor">Requests the next page; null on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>Makes a page of rows that were read with <see cref="PageRequest.Fetch"/>.</summary>
    public static Page<T> Of(List<T> rows, PageRequest request, Func<T, Cursor> position)
    {
        if (rows.Count <= request.Limit)
        {
            return new(rows, null);
        }

        rows.RemoveRange(request.Limit, rows.Count - request.Limit);
        return new(rows, position(rows[^1]).ToString());
    }
}

/// <summary>The requested page: <c>?limit=&amp;cursor=</c>.</summary>
/// <param name="Limit">How many rows at most, 1 to 100.</param>
/// <param name="After">The last row of the previous page, or null for the first page.</param>
internal readonly record struct PageRequest(int Limit, Cursor? After)
{
    /// <summary>The default and the maximum number of rows.</summary>
    public const int Default = 20, Max = 100;

    /// <summary>The number of rows to read: one more than the page shows, to know whether there is a next one.</summary>
    public int Fetch => Limit + 1;

    public static ValueTask<PageRequest> BindAsync(HttpContext context)
    {
        var errors = new Errors();
        var limit = Default;
        if (context.Request.Query.TryGetValue("limit", out var text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                || limit is < 1 or > Max))
        {
            errors.Add("limit", $"must be a whole number from 1 to {Max}");
        }

        Cursor? after = null;
        if (context.Request.Query.TryGetValue("cursor", out text)
            && (after = Cursor.Parse(text)) is null)
        {
            errors.Add("cursor", "must be the nextCursor of a page");
        }

        errors.ThrowIfAny();
        return new(new PageRequest(limit, after));
    }
}

/// <summary>
/// A position in a list that is ordered by time and then by id, so that rows of the same millisecond
/// are neither lost nor shown twice. Clients see it as an opaque text.
/// </summary>
internal readonly record struct Cursor(DateTime CreatedAt, Guid Id)
{
    /// <summary>The length of its text in characters.</summary>
    public const int Length = Bytes * 4 / 3;

    private const int Bytes = 24;

    /// <summary>Before the first row of a list that is newest first.</summary>
    public static readonly Cursor BeforeNewest = new(DateTime.MaxValue, Guid.AllBitsSet);

    /// <summary>Before the first row of a list that is oldest first.</summary>
    public static readonly Cursor BeforeOldest = new(DateTime.MinValue, Guid.Empty);

    /// <summary>A position in a list that is ordered by id alone.</summary>
    public static Cursor At(Guid id) => new(DateTime.UnixEpoch, id);

    /// <summary>A position in a list that is ordered by a number.</summary>
    public static Cursor At(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
        return At(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The number of such a position; the highest one at the start of a newest-first list.</summary>
    public long Number
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Id.TryWriteBytes(bytes, bigEndian: true, out _);
            return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) & long.MaxValue;
        }
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static Cursor? Parse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (text is not { Length: Length }
            || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Bytes)
        {
            return null;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return ticks > DateTime.MinValue.Ticks && ticks < DateTime.MaxValue.Ticks
            ? new(new DateTime(ticks), new Guid(bytes[8..], bigEndian: true))
            : null;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, CreatedAt.Ticks);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
