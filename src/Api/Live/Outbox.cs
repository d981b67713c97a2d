using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace RlsChat.Api.Live;

/// <summary>What happened, and who of the subscribers that were asked about gets it: their places, from 1.</summary>
/// <param name="Id">Its number; of a chunk, its index.</param>
/// <param name="Kind">Such as <c>message.created</c>, <c>chunk</c> or <c>end</c>.</param>
/// <param name="Payload">JSON; of a chunk its text, of an end why.</param>
/// <param name="Readers">Who.</param>
internal readonly record struct News(long Id, string Kind, string? Payload, int[] Readers);

/// <summary>An answer of the database.</summary>
/// <param name="Everything">What happened and who gets it.</param>
/// <param name="UpTo">What was committed then.</param>
/// <param name="At">When that was, in seconds since 1970.</param>
/// <param name="Last">The number of the last event of a page after which there may be more, or null.</param>
/// <param name="Lag">For how long its oldest event had waited.</param>
internal sealed record Pull(List<News> Everything, string UpTo, long At, long? Last, TimeSpan Lag);

/// <summary>Subscribers as the database wants them.</summary>
internal sealed class Asked(IReadOnlyList<Subscriber> subscribers)
{
    public IReadOnlyList<Subscriber> Subscribers => subscribers;
    public Guid?[] People { get; } = [.. subscribers.Select(s => s.Person)];
    public byte[]?[] Digests { get; } = [.. subscribers.Select(s => s.Digest)];
    public Guid?[] Chats { get; } = [.. subscribers.Select(s => s.Chat)];
    public Guid?[] Streams { get; } = [.. subscribers.Select(s => s.Stream)];
    // Of a stream whose follower has no room, or all of it, nothing is asked for.
    public int?[] Indexes => [.. subscribers.Select(s => s is { Stream: not null, HasRoom: true, IsOver: false } ? s.Index : (int?)null)];
}

/// <summary>The functions of delivery, which is all that rlschat_live may execute.</summary>
internal static class Outbox
{
    /// <summary>
    /// How many events at most at a time; the database ends a page early after 4 million characters, or half a million
    /// for one who comes from afar.
    /// </summary>
    public const int Page = 512;

    /// <summary>Where delivery begins.</summary>
    public static async Task<Position> Now(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("""select place, at, snapshot::text from auth.position()""", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return new Position(reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
    }

    /// <summary>What happened from there on: one statement, whatever the number of subscribers.</summary>
    /// <param name="connection">The connection of delivery.</param>
    /// <param name="from">From where.</param>
    /// <param name="asked">The subscribers.</param>
    /// <param name="ours">Whether that position is this process's own, not one that a client has shown.</param>
    /// <param name="everybody">Whether to ask about those whom no news concerns.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="PostgresException">ProgramLimitExceeded: that position is a place in more events than can be paged through.</exception>
    public static async Task<Pull> Read(
        NpgsqlConnection connection, Position from, Asked asked, bool ours, bool everybody, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            select "id", "kind", "payload", "readers"
            from auth.deliver($1::text::pg_snapshot, $2::text::pg_snapshot, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, connection)
        {
            Parameters =
            {
                new() { Value = from.After },
                new() { Value = (object?)from.UpTo ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = from.Last },
                new() { Value = Page },
                new() { Value = ours },
                new() { Value = everybody },
                new() { Value = asked.People, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = asked.Digests, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = asked.Chats, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = asked.Streams, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = asked.Indexes },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var head = reader.GetString(2).Split(' ');
        long? last = await reader.IsDBNullAsync(0, stop) ? null : reader.GetInt64(0);
        var news = new List<News>();
        while (await reader.ReadAsync(stop))
        {
            news.Add(new(
                reader.IsDBNull(0) ? 0 : reader.GetInt64(0), reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<int[]>(3)));
        }

        return new Pull(news, head[0], long.Parse(head[1], CultureInfo.InvariantCulture), last,
            head.Length > 2 ? TimeSpan.FromMilliseconds(double.Parse(head[2], CultureInfo.InvariantCulture)) : default);
    }
}
